/* SPDX-License-Identifier: ISC */

/*
 * A short list of users, because a machine has few that talk to a daemon, under one mutex. Rates
 * are kept by the generic cell rate algorithm (ITU-T I.371): how far ahead of time a user's
 * requests have got.
 */

#include "quota.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "instant.h"

#define BURST_US        US_PER_S
#define LOG_INTERVAL_US US_PER_MIN

struct quota_user {
    uid_t uid;
    size_t connections;
    int64_t ahead_until_us; /* when all requests so far would have been due at the highest rate */
    int64_t silent_until_us;
    uint64_t n_silent;
};

struct quota {
    struct quota_limits limits;
    pthread_mutex_t mutex; /* guards what follows */
    size_t n_users;
    struct quota_user users[QUOTA_USERS_MAX];
};

int quota_new(const struct quota_limits *limits, struct quota **quota)
{
    struct quota *created = calloc(1, sizeof(*created));

    if (!created)
        return -ENOMEM;
    created->limits = *limits;
    pthread_mutex_init(&created->mutex, NULL);
    *quota = created;
    return 0;
}

void quota_free(struct quota *quota)
{
    pthread_mutex_destroy(&quota->mutex);
    free(quota);
}

const struct quota_limits *quota_limits(const struct quota *quota)
{
    return &quota->limits;
}

/* ---- users ---- */

/* Whether nothing would be forgotten with the user. */
static bool is_forgettable(const struct quota_user *user, int64_t now_us)
{
    return !user->connections && user->ahead_until_us <= now_us && user->silent_until_us <= now_us;
}

static struct quota_user *place(struct quota *quota, int64_t now_us)
{
    if (quota->n_users < QUOTA_USERS_MAX)
        return &quota->users[quota->n_users++];
    for (size_t i = 0; i < QUOTA_USERS_MAX; i++)
        if (is_forgettable(&quota->users[i], now_us))
            return &quota->users[i];
    return NULL;
}

static struct quota_user *find(struct quota *quota, uid_t uid, int64_t now_us)
{
    struct quota_user *user;

    for (size_t i = 0; i < quota->n_users; i++)
        if (quota->users[i].uid == uid)
            return &quota->users[i];
    user = place(quota, now_us);
    if (user)
        *user =
            (struct quota_user){.uid = uid, .ahead_until_us = now_us, .silent_until_us = now_us};
    return user;
}

/* ---- connections ---- */

bool quota_connect(struct quota *quota, uid_t uid, int64_t now_us, struct quota_user **user)
{
    bool may;

    pthread_mutex_lock(&quota->mutex);
    *user = find(quota, uid, now_us);
    may = *user && (*user)->connections < quota->limits.connections;
    if (may)
        (*user)->connections++;
    pthread_mutex_unlock(&quota->mutex);
    return may;
}

void quota_disconnect(struct quota *quota, struct quota_user *user)
{
    pthread_mutex_lock(&quota->mutex);
    user->connections--;
    pthread_mutex_unlock(&quota->mutex);
}

/* ---- requests ---- */

bool quota_request(struct quota *quota, struct quota_user *user, int64_t now_us)
{
    int64_t interval_us = US_PER_S / (int64_t)quota->limits.requests_per_s;
    int64_t ahead_us;
    bool may;

    pthread_mutex_lock(&quota->mutex);
    if (user->ahead_until_us < now_us)
        user->ahead_until_us = now_us;
    ahead_us = user->ahead_until_us - now_us;
    may = ahead_us + interval_us <= BURST_US;
    if (may)
        user->ahead_until_us += interval_us;
    pthread_mutex_unlock(&quota->mutex);
    return may;
}

bool quota_may_log(struct quota *quota, struct quota_user *user, int64_t now_us, uint64_t *n_silent)
{
    bool may;

    pthread_mutex_lock(&quota->mutex);
    may = user->silent_until_us <= now_us;
    *n_silent = user->n_silent;
    if (may)
        user->silent_until_us = now_us + LOG_INTERVAL_US;
    user->n_silent = may ? 0 : user->n_silent + 1;
    pthread_mutex_unlock(&quota->mutex);
    return may;
}
