# Sourced. `phase NAME COMMAND…` runs COMMAND, and says on standard error how long it took; a failure ends the script.
phase() {
    phase_name=$1
    shift
    echo "==> $phase_name" >&2
    phase_start=$(date +%s)
    if "$@"; then
        echo "==> $phase_name: ok, $(($(date +%s) - phase_start)) s" >&2
    else
        phase_status=$?
        echo "==> $phase_name: FAILED with status $phase_status after $(($(date +%s) - phase_start)) s" >&2
        exit "$phase_status"
    fi
}
