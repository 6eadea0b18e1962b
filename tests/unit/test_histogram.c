/* SPDX-License-Identifier: ISC */

/* Histograms: what falls where, and that a reader is never told nonsense. */

#include <pthread.h>

#include "histogram.h"
#include "unit.h"

static const struct histogram_bounds tens = {3, {10, 100, 1000}};

static struct histogram_reading read_all(const struct histogram *histogram)
{
    struct histogram_reading reading;

    histogram_read(histogram, &reading);
    return reading;
}

START_TEST(begins_empty)
{
    struct histogram histogram;
    struct histogram_reading reading;

    memset(&histogram, 0xff, sizeof(histogram));
    histogram_init(&histogram, &tens);
    reading = read_all(&histogram);
    ck_assert_uint_eq(reading.count, 0);
    ck_assert_int_eq(reading.sum, 0);
    for (size_t i = 0; i < tens.n; i++)
        ck_assert_uint_eq(reading.up_to[i], 0);
}
END_TEST

static const struct {
    int64_t value;
    uint64_t up_to[3];
} places[] = {
    {0, {1, 1, 1}},    {9, {1, 1, 1}},    {10, {1, 1, 1}},
    {11, {0, 1, 1}},   {100, {0, 1, 1}},  {101, {0, 0, 1}},
    {1000, {0, 0, 1}}, {1001, {0, 0, 0}}, {INT64_MAX, {0, 0, 0}},
};

START_TEST(a_bound_belongs_to_what_is_below_it)
{
    struct histogram histogram;
    struct histogram_reading reading;

    histogram_init(&histogram, &tens);
    histogram_observe(&histogram, places[_i].value);
    reading = read_all(&histogram);
    for (size_t i = 0; i < tens.n; i++)
        ck_assert_uint_eq(reading.up_to[i], places[_i].up_to[i]);
    ck_assert_uint_eq(reading.count, 1);
    ck_assert_int_eq(reading.sum, places[_i].value);
}
END_TEST

START_TEST(adds_up)
{
    struct histogram histogram;
    struct histogram_reading reading;

    histogram_init(&histogram, &tens);
    for (int64_t value = 1; value <= 2000; value++)
        histogram_observe(&histogram, value);
    reading = read_all(&histogram);
    ck_assert_uint_eq(reading.up_to[0], 10);
    ck_assert_uint_eq(reading.up_to[1], 100);
    ck_assert_uint_eq(reading.up_to[2], 1000);
    ck_assert_uint_eq(reading.count, 2000);
    ck_assert_int_eq(reading.sum, 2000 * 2001 / 2);
}
END_TEST

START_TEST(takes_as_many_bounds_as_there_may_be)
{
    struct histogram_bounds bounds = {.n = HISTOGRAM_BOUNDS_MAX};
    struct histogram histogram;
    struct histogram_reading reading;

    for (int i = 0; i < HISTOGRAM_BOUNDS_MAX; i++)
        bounds.at[i] = i;
    histogram_init(&histogram, &bounds);
    for (int64_t value = 0; value <= HISTOGRAM_BOUNDS_MAX; value++)
        histogram_observe(&histogram, value);
    reading = read_all(&histogram);
    for (uint64_t i = 0; i < HISTOGRAM_BOUNDS_MAX; i++)
        ck_assert_uint_eq(reading.up_to[i], i + 1);
    ck_assert_uint_eq(reading.count, HISTOGRAM_BOUNDS_MAX + 1);
}
END_TEST

START_TEST(aborts_on_a_value_below_zero)
{
    struct histogram histogram;

    histogram_init(&histogram, &tens);
    histogram_observe(&histogram, -1);
}
END_TEST

START_TEST(aborts_on_too_many_bounds)
{
    static const struct histogram_bounds bounds = {.n = HISTOGRAM_BOUNDS_MAX + 1};
    struct histogram histogram;

    histogram_init(&histogram, &bounds);
}
END_TEST

/* ---- two threads ---- */

enum { MANY = 200000 };

static void *observe_many(void *histogram)
{
    for (int64_t i = 0; i < MANY; i++)
        histogram_observe(histogram, 1 + i % 2000);
    return NULL;
}

/* Every value is at least 1, so that a sum below the count lacks one that was counted. */
START_TEST(a_reader_beside_the_observer_sees_it_grow)
{
    struct histogram_reading before = {0}, reading;
    struct histogram histogram;
    pthread_t thread;

    histogram_init(&histogram, &tens);
    ck_assert_int_eq(pthread_create(&thread, NULL, observe_many, &histogram), 0);
    do {
        reading = read_all(&histogram);
        ck_assert_int_ge(reading.sum, (int64_t)reading.count);
        ck_assert_uint_ge(reading.count, before.count);
        ck_assert_uint_ge(reading.count, reading.up_to[2]);
        for (size_t i = 0; i < tens.n; i++) {
            ck_assert_uint_ge(reading.up_to[i], before.up_to[i]);
            ck_assert(i == 0 || reading.up_to[i] >= reading.up_to[i - 1]);
        }
        before = reading;
    } while (reading.count < MANY);
    pthread_join(thread, NULL);
    ck_assert_int_eq(reading.sum, MANY / 2000 * (2000 * 2001 / 2));
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = begins_empty},
        {a_bound_belongs_to_what_is_below_it, ARRAY_SIZE(places)},
        {.test = adds_up},
        {.test = takes_as_many_bounds_as_there_may_be},
        {.test = aborts_on_a_value_below_zero, .aborts = true},
        {.test = aborts_on_too_many_bounds, .aborts = true},
        {.test = a_reader_beside_the_observer_sees_it_grow},
    };

    return unit_run("histogram", tests, ARRAY_SIZE(tests));
}
