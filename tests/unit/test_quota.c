/* SPDX-License-Identifier: ISC */

/* Quotas: users apart, rates by a steady clock, and users that are forgotten. */

#include "instant.h"
#include "quota.h"
#include "unit.h"

#define NOW (1000 * US_PER_S)

static struct quota *new_quota(size_t connections, size_t requests_per_s)
{
    struct quota *quota;

    ck_assert_int_eq(quota_new(&(struct quota_limits){connections, requests_per_s}, &quota), 0);
    return quota;
}

static size_t ask(struct quota *quota, struct quota_user *user, size_t times, int64_t now_us)
{
    size_t allowed = 0;

    for (size_t i = 0; i < times; i++)
        allowed += quota_request(quota, user, now_us);
    return allowed;
}

START_TEST(connections_are_counted_for_each_user)
{
    _cleanup_(quota_free_ptr) struct quota *quota = new_quota(2, 10);
    struct quota_user *one, *again, *other;

    ck_assert(quota_connect(quota, 1, NOW, &one));
    ck_assert(quota_connect(quota, 1, NOW, &again));
    ck_assert_ptr_eq(one, again);
    ck_assert(!quota_connect(quota, 1, NOW, &again));
    ck_assert_ptr_eq(one, again);
    ck_assert(quota_connect(quota, 2, NOW, &other));
    quota_disconnect(quota, one);
    ck_assert(quota_connect(quota, 1, NOW, &again));
}
END_TEST

START_TEST(a_second_of_requests_may_come_at_once)
{
    _cleanup_(quota_free_ptr) struct quota *quota = new_quota(2, 10);
    struct quota_user *one, *other;

    quota_connect(quota, 1, NOW, &one);
    quota_connect(quota, 2, NOW, &other);
    ck_assert_uint_eq(ask(quota, one, 100, NOW), 10);
    ck_assert_uint_eq(ask(quota, other, 1, NOW), 1);
    ck_assert_uint_eq(ask(quota, one, 100, NOW + US_PER_S / 10 - 1), 0);
    ck_assert_uint_eq(ask(quota, one, 100, NOW + US_PER_S / 10), 1);
    ck_assert_uint_eq(ask(quota, one, 100, NOW + US_PER_S / 2), 4);
    ck_assert_uint_eq(ask(quota, one, 100, NOW + US_PER_MIN), 10); /* nothing is saved up */
}
END_TEST

static const size_t rates[] = {1, 3, 7, 1000, 999999, 1000000};

START_TEST(rates_are_kept_over_time)
{
    _cleanup_(quota_free_ptr) struct quota *quota = new_quota(1, rates[_i]);
    struct quota_user *user;
    size_t allowed = 0;

    quota_connect(quota, 1, NOW, &user);
    for (int64_t ms = 0; ms < 10000; ms++)
        allowed += ask(quota, user, rates[_i] / 500 + 1, NOW + ms * 1000);
    /* Ten seconds and what may come at once; intervals are whole microseconds. */
    ck_assert_uint_ge(allowed, 10 * rates[_i]);
    ck_assert_uint_le(allowed, 11 * (1000000 / (1000000 / rates[_i])) + 1);
}
END_TEST

START_TEST(a_connection_that_ends_forgets_no_request)
{
    _cleanup_(quota_free_ptr) struct quota *quota = new_quota(1, 10);
    struct quota_user *user;

    quota_connect(quota, 1, NOW, &user);
    ck_assert_uint_eq(ask(quota, user, 10, NOW), 10);
    quota_disconnect(quota, user);
    for (uid_t uid = 2; uid < 2 + QUOTA_USERS_MAX - 1; uid++)
        ck_assert(quota_connect(quota, uid, NOW, &user));
    ck_assert(!quota_connect(quota, 5000, NOW, &user)); /* no place, for user 1 is remembered */
    ck_assert_ptr_null(user);
    ck_assert(quota_connect(quota, 1, NOW, &user));
    ck_assert_uint_eq(ask(quota, user, 1, NOW), 0);
    quota_disconnect(quota, user);
    ck_assert(quota_connect(quota, 5000, NOW + US_PER_S, &user));
    ck_assert(!quota_connect(quota, 1, NOW + US_PER_S, &user));
}
END_TEST

START_TEST(refusals_are_logged_once_a_minute)
{
    _cleanup_(quota_free_ptr) struct quota *quota = new_quota(1, 10);
    struct quota_user *one, *other;
    uint64_t n_silent;

    quota_connect(quota, 1, NOW, &one);
    quota_connect(quota, 2, NOW, &other);
    ck_assert(quota_may_log(quota, one, NOW, &n_silent));
    ck_assert_uint_eq(n_silent, 0);
    for (int i = 0; i < 3; i++)
        ck_assert(!quota_may_log(quota, one, NOW + US_PER_MIN - 1, &n_silent));
    ck_assert(quota_may_log(quota, other, NOW + 1, &n_silent));
    ck_assert(quota_may_log(quota, one, NOW + US_PER_MIN, &n_silent));
    ck_assert_uint_eq(n_silent, 3);
    ck_assert(quota_may_log(quota, one, NOW + 2 * US_PER_MIN, &n_silent));
    ck_assert_uint_eq(n_silent, 0);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = connections_are_counted_for_each_user},
        {.test = a_second_of_requests_may_come_at_once},
        {rates_are_kept_over_time, ARRAY_SIZE(rates)},
        {.test = a_connection_that_ends_forgets_no_request},
        {.test = refusals_are_logged_once_a_minute},
    };

    return unit_run("quota", tests, ARRAY_SIZE(tests));
}
