/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Quotas: what one user may take of the daemon, connections at once and requests a second, so that
 * a broken loop of one program keeps nobody else out. And how often what a user is refused is
 * logged.
 *
 * All functions are for any thread. Times are of a steady clock, in microseconds.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "macro.h"

struct quota;

/* A user with a connection; stays until the last one is given back. */
struct quota_user;

/* How many users are kept apart; where there are more at once, the others cannot connect. */
#define QUOTA_USERS_MAX 1024

struct quota_limits {
    size_t connections;    /* at once */
    size_t requests_per_s; /* 1 to 1,000,000; as many may also come at once */
};

/* Returns 0 or -ENOMEM. */
int quota_new(const struct quota_limits *limits, struct quota **quota);
void quota_free(struct quota *quota);
DEFINE_CLEANUP(struct quota *, quota_free)

const struct quota_limits *quota_limits(const struct quota *quota);

/*
 * Takes a connection. Returns whether there may be one more; if so, *user is to be given back. If
 * not, it is good until the next call, or NULL where too many users are there.
 */
bool quota_connect(struct quota *quota, uid_t uid, int64_t now_us, struct quota_user **user);
void quota_disconnect(struct quota *quota, struct quota_user *user);

/* Takes a request; returns whether there may be one more. */
bool quota_request(struct quota *quota, struct quota_user *user, int64_t now_us);

/*
 * Whether a refusal is to be logged, which is once a minute for each user; `n_silent` is how many
 * were not, since the last one that was.
 */
bool quota_may_log(struct quota *quota, struct quota_user *user, int64_t now_us,
                   uint64_t *n_silent);
