#!/bin/sh
# Fails on its first two attempts, to show what a retry looks like.
attempt=${MAINSPRING_ATTEMPT:-1}
if [ "$attempt" -lt 3 ]; then
    echo "flaky: attempt $attempt fails on purpose; the third succeeds" >&2
    exit 1
fi
echo "succeeded on attempt $attempt"
