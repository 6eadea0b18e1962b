# SPDX-License-Identifier: ISC
#
# Reads the .trs files that automake's test driver leaves behind, and the .log beside each, and prints
# `PASSED FAILED`: the checks that a Check runner counted, and 1 for any other test program.

FNR == 1 {
    log_file = FILENAME
    sub(/\.trs$/, ".log", log_file)
}

$1 == ":test-result:" && $2 != "SKIP" {
    checks = failures = 0
    while ((getline line < log_file) > 0)
        if (match(line, /Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/)) {
            split(substr(line, RSTART, RLENGTH), part, /[^0-9]+/)
            checks += part[2]
            failures += part[3] + part[4]
        }
    if (!checks)
        checks = 1
    if ($2 != "PASS" && !failures)
        failures = 1
    passed += checks - failures
    failed += failures
}

END { print passed + 0, failed + 0 }
