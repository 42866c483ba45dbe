#!/bin/sh
# Summarises the received signals per symbol in reports/latest.txt, and keeps the last twenty dated copies.
set -eu
cd "$(dirname "$0")"
mkdir -p reports
received=received/signals.jsonl
[ -e "$received" ] || received=/dev/null
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)

{
    echo "Signals received up to $now"
    echo
    echo "symbol      buy   sell   hold    all   latest at              price"
    awk '
        function field(name, text) {
            if (!match($0, "\"" name "\":[ ]*\"?[^\",}]*")) return "-"
            text = substr($0, RSTART, RLENGTH)
            sub(/^"[a-z]*":[ ]*"?/, "", text)
            return text
        }
        /"signal":[ ]*"(buy|sell|hold)"/ {
            match($0, /"signal":[ ]*"(buy|sell|hold)"/)
            signal = substr($0, RSTART, RLENGTH)
            sub(/"$/, "", signal); sub(/.*"/, "", signal)
            symbol = field("symbol")
            count[symbol, signal]++
            total[symbol]++
            last[symbol] = sprintf("%-6s %-12s %8s", signal, field("date"), field("price"))
        }
        END {
            for (symbol in total)
                printf "%-8s %6d %6d %6d %6d   %s\n", symbol, count[symbol, "buy"], count[symbol, "sell"],
                    count[symbol, "hold"], total[symbol], last[symbol]
        }' "$received" | LC_ALL=C sort
} >reports/latest.new

cp reports/latest.new "reports/$now.txt"
mv reports/latest.new reports/latest.txt
# The names are dates, so the order of names is the order of time.
ls reports | grep -E '^[0-9-]+T[0-9:]+Z\.txt$' | sort -r | tail -n +21 |
    while read -r old; do rm -f "reports/$old"; done
wc -l <"$received" | awk '{ print "signals summarised: " $1 }'
