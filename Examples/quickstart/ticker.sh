#!/bin/sh
# One turn of the loop `ticker`: prints the newest price of each symbol that has one.
set -eu
here=$(dirname "$0")
feed=${FEED_URL:-http://127.0.0.1:18711}
line=
for symbol in AAPL AMZN GOOG IBM MSFT; do
    price=$("$here/http.pl" GET "$feed/prices/$symbol?n=1" | sed -n 2p)
    [ -z "$price" ] || line="${line:+$line  }$symbol ${price#*,}"
done
echo "ticker: ${line:-no prices yet}"
