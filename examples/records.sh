#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A records system's dealings with detainerd, from a detainer's arrival to the person's release.
#
#     records.sh BOOKING FACILITY ELIGIBLE_AT CURSOR_FILE
#
# Lodges a detainer, starts its clock, follows what happens until the person must go, and records the
# release. Needs curl and jq. It may be killed anywhere and run again with the same arguments: it goes on
# from there, and nothing is recorded twice.

set -eu

socket=${DETAINERD_SOCKET:-/run/detainerd/detainerd.sock}
wait_s=30

[ $# -eq 4 ] || {
    echo "usage: records.sh BOOKING FACILITY ELIGIBLE_AT CURSOR_FILE" >&2
    exit 2
}
booking=$1 facility=$2 eligible_at=$3 cursor_file=$4

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# call PATH [CURL-OPTION...]: leaves the answer in $answer and its ETag in $etag.
#
# curl tries again where nobody listens, where the connection breaks or the time is over, and after 429 and
# 503; longer each time, or as Retry-After says. What is refused with another 4xx is not tried again: the
# daemon has understood, and will say the same the next time. (With --fail, curl would repeat that too.)
call() {
    path=$1
    shift
    if ! status=$(curl --silent --show-error --unix-socket "$socket" --max-time $((wait_s + 10)) \
        --retry 6 --retry-all-errors --retry-max-time 120 --output "$work/answer" \
        --write-out '%{http_code} %header{etag}' "$@" "http://detainerd$path"); then
        echo "records.sh: no answer from $socket" >&2
        exit 1
    fi
    etag=${status#* }
    status=${status%% *}
    answer=$(cat "$work/answer")
    [ "$status" -lt 400 ] || {
        echo "records.sh: $(field .detail) ($status $(field .kind))" >&2
        exit 1
    }
}

# post PATH BODY KEY [ETAG]
post() {
    call "$1" --json "$2" --header "Idempotency-Key: $3" ${4:+--header "If-Match: $4"}
}

# field JQ-FILTER: what it finds in the answer.
field() {
    printf '%s' "$answer" | jq --raw-output "$@"
}

# Waits for events and deals with them; those of this hold are left in $ours. The cursor moves after they have
# been dealt with, never sooner.
follow() {
    call "/v1/events?after=$(cat "$cursor_file" 2>/dev/null || echo 0)&wait=$wait_s"
    # shellcheck disable=SC2016 # $hold is jq's
    ours=$(field --argjson hold "$hold" '.events[] | select(.hold == $hold) | "event \(.seq) \(.kind)"')
    [ -z "$ours" ] || printf '%s\n' "$ours"
    last=$(field '.events[-1].seq // empty')
    if [ -n "$last" ]; then
        printf '%s\n' "$last" >"$cursor_file.new"
        sync "$cursor_file.new"
        mv "$cursor_file.new" "$cursor_file"
    fi
}

post /v1/holds "$(jq --null-input --arg booking "$booking" --arg facility "$facility" \
    '{$booking, $facility}')" "$booking-request"
hold=$(field .id)
echo "hold $hold is $(field .state)"

post "/v1/holds/$hold/start" "$(jq --null-input --arg eligible_at "$eligible_at" \
    '{$eligible_at, reason: "bond_posted"}')" "$booking-start" "$etag"
call "/v1/holds/$hold"
echo "hold $hold is $(field .state), deadline $(field .deadline_at)"

while [ "$(field .state)" = held ]; do
    ours=
    while [ -z "$ours" ]; do follow; done
    call "/v1/holds/$hold"
done

# Nobody may hold the person any longer. They have left a moment ago, so that no time is sent.
if [ "$(field .state)" = expired ]; then
    post "/v1/holds/$hold/release" '{"reason": "authority ended"}' "$booking-release" "$etag"
fi
echo "hold $hold is $(field .state)"
