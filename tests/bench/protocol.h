/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * What the load generator says, and how it knows that it was answered.
 *
 * One row per kind of request. detainerd and its peers are driven by the very same loop and differ
 * in nothing but their row here, so that a ratio between them compares servers and not clients. All
 * of them carry the same payload: the JSON body of a request for a hold.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define REQUEST_SIZE 1024 /* room for any request */

/* What the requests of one run are about. */
struct plan {
    const char *facility;
    uint64_t nonce;           /* bookings are numbered from here, so that runs do not collide */
    uint64_t first_id;        /* holds that read, note and start are about */
    uint64_t ids;             /* how many there are */
    int64_t eligible_from_us; /* start: of the first hold, microseconds since the epoch */
    int64_t step_us;          /* start: from one hold to the next */
};

struct protocol {
    const char *name;
    /* Writes the n-th request (from 0); returns its length. */
    size_t (*make)(const struct plan *plan, uint64_t n, char text[static REQUEST_SIZE]);
    /* The length of the answer once it is all there, 0 before, -EPROTO for any but the expected
     * one. */
    ssize_t (*answer)(const char *text, size_t length);
};

/* The protocol of that name, or NULL. */
const struct protocol *protocol_find(const char *name);
