#!/bin/sh
# usage: scan.sh SYMBOL
# Compares a short and a long moving average of the feed's prices, prints the signal as JSON and has it sent on.
set -eu
here=$(dirname "$0")
symbol=$1
feed=${FEED_URL:-http://127.0.0.1:18711}

# Fetched before the pipe, where a failure would go unseen: a feed that is away fails this attempt and says why.
prices=$("$here/http.pl" GET "$feed/prices/$symbol?n=10") || {
    echo "scan: no prices of $symbol from $feed" >&2
    exit 1
}

# Until a symbol has ten months of prices there is nothing to compare: the signal is to hold.
signal=$(printf '%s\n' "$prices" | awk -F, -v symbol="$symbol" -v short=3 -v long=10 '
    NR > 1 { date = $1; price[++n] = $2 }
    function mean(count,   i, sum) {
        for (i = n - count + 1; i <= n; i++) sum += price[i]
        return sum / count
    }
    END {
        if (n < long) {
            printf "{\"symbol\":\"%s\",\"date\":%s,\"price\":%s,\"fast\":null,\"slow\":null,\"signal\":\"hold\"}\n",
                symbol, n ? "\"" date "\"" : "null", n ? price[n] : "null"
            exit
        }
        fast = mean(short); slow = mean(long)
        signal = fast > slow * 1.02 ? "buy" : fast < slow * 0.98 ? "sell" : "hold"
        printf "{\"symbol\":\"%s\",\"date\":\"%s\",\"price\":%s,\"fast\":%.2f,\"slow\":%.2f,\"signal\":\"%s\"}\n",
            symbol, date, price[n], fast, slow, signal
    }')

# The follow-up job's id comes from this job's: a scan that runs again after a crash never notifies twice. 409 says that
# the first run has already enqueued one, with the prices of that moment.
if [ -n "${MAINSPRING_JOB_ID:-}" ]; then
    status=0
    printf '{"kind":"notify","id":"notify-%s","args":{"symbol":"%s","signal":%s}}' \
        "$MAINSPRING_JOB_ID" "$symbol" "$signal" |
        "$here/http.pl" POST "${MAINSPRING_URL:?}/v1/jobs" >/dev/null || status=$?
    case $status in
        0) ;;
        9) echo "scan: this job has already notified" >&2 ;;
        75) echo "scan: the node takes no jobs now; trying again later" >&2; exit 75 ;;
        *) exit 1 ;;
    esac
fi
printf '%s\n' "$signal"
