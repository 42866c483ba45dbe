# Reads the output of a run of Swift Testing and prints what is wrong, the telling part last: some show only the end. Each
# issue with its details; of a run that broke off the end of its output and what had not ended; each test that failed, and the
# runner's summary.
BEGIN { most_issues = 5; most_details = 12; most_bytes = 600; most_lines = 15; most_unended = 12 }

function short(line) { return length(line) > most_bytes ? substr(line, 1, most_bytes) " [...]" : line }

# The test, as the runner calls it between its sign and the verb.
function named(line, verb) {
    sub(/^[^ ]+ /, "", line)
    sub(verb ".*$", "", line)
    sub(/ with [0-9]+ test cases?$/, "", line)
    return line
}

{ last[NR % most_lines] = $0 }

/^(◇|✔|✘|➜|⚠) / { details = 0 }

/^✘ .* recorded an issue/ {
    key = named($0, " recorded an issue")
    if (!issues[key]++) keys[++kinds] = key
    if (issues[key] > most_issues) next
    told[++tells] = short($0)
    details = most_details
    next
}
# What follows an issue belongs to it, up to the next line with a sign.
details > 0 { told[++tells] = "    " short($0); details-- }

/^◇ Test case / || /^◇ Test run / { next }
/^(✔|✘) Test run with / { summary = $0; next }
/^◇ Test .* started\.$/ { key = named($0, " started"); if (!running[key]++) tests[++begun] = key }
/^✔ Test .* passed after / { running[named($0, " passed after ")]-- }
/^➜ Test .* skipped/ { running[named($0, " skipped")]-- }
/^✘ Test .* failed after / { running[named($0, " failed after ")]--; failed[++failures] = $0 }

END {
    broke = summary == "" || (status != 0 && summary !~ /^✘/)
    if (broke) {
        print "The end of " log_path ":"
        for (i = NR < most_lines ? 1 : NR - most_lines + 1; i <= NR; i++) print "    " short(last[i % most_lines])
    }
    for (i = 1; i <= tells; i++) print told[i]
    for (i = 1; i <= kinds; i++)
        if (issues[keys[i]] > most_issues) print issues[keys[i]] - most_issues " more issues of " keys[i]
    if (broke) {
        for (i = 1; i <= begun; i++) if (running[tests[i]] > 0 && ++unended <= most_unended) print "    " tests[i]
        if (unended > 0) print "had not ended" (unended > most_unended ? ", nor had " unended - most_unended " behind them" : "") "; the first of these ran."
    }
    for (i = 1; i <= failures; i++) print short(failed[i])
    if (summary != "") print summary
    if (broke) print "✘ The run broke off with status " status "; nothing above says that the other tests are right."
}
