/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Replies: what is said to a client about a hold, or to a command, in the form in which it can be
 * kept. Whoever writes one down, a worker that answers or the ledger for the next time that the
 * command comes, does it here, so that both are the same to the byte.
 */

#include "entity_tag.h"
#include "law.h"
#include "transition.h"

struct operation;

struct reply {
    unsigned status;        /* of HTTP; 0 while there is none */
    enum problem_kind kind; /* where it tells a problem */
    int64_t hold;           /* whose state it tells, ... */
    int64_t rev;   /* ... as of this revision, which is its ETag; both 0 where it tells none */
    char *body;    /* JSON, of a few KiB at most; owned */
    bool replayed; /* it was given before */
};

/* The entity tag of a hold at a revision: "7", in quotes. */
void reply_tag(int64_t rev, char tag[static ENTITY_TAG_SIZE]);

/* A hold as of `now`, without the members that have one of the flags in `hidden`; status 201 says
 * that it is new. Returns 0 or -ENOMEM. */
int reply_hold(struct reply *reply, const struct law *law, unsigned status, const struct hold *hold,
               const struct timer *next_timer, instant now, unsigned hidden);

/* What a command came to, by its result: the hold as it now stands, or a problem. Nothing is hidden
 * from those who may give commands (access.h). Returns 0 or -ENOMEM. */
int reply_operation(struct reply *reply, const struct law *law, const struct operation *operation);

void reply_clear(struct reply *reply);
