# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# What ./run, ./check and the scripts here share: messages, and commands that stay quiet unless they
# fail. To be sourced.

export LC_ALL=C.UTF-8

say() {
    printf '==> %s\n' "$*"
}

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# quiet LOG COMMAND...: keeps the command's words in LOG, and shows their end where it fails.
quiet() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    "$@" >"$log" 2>&1 && return 0
    local status=$?
    printf '\n"%s" failed; the end of %s:\n\n' "$*" "$log" >&2
    tail -n 25 "$log" | sed 's/^/    /' >&2
    return "$status"
}
