/* SPDX-License-Identifier: ISC */

/* Expositions: the two dialects, line by line, and who gets which. */

#include "exposition.h"
#include "unit.h"

#define OPENMETRICS "application/openmetrics-text"

static const struct family counter = {FAMILY_COUNTER, "things", "Things."};
static const struct family gauge = {FAMILY_GAUGE, "things", "Things."};
static const struct family info = {FAMILY_INFO, "build", "A version."};
static const struct family seconds = {FAMILY_GAUGE, "age_seconds", "An age.", true};
static const struct family sizes = {FAMILY_HISTOGRAM, "sizes", "Sizes."};
static const struct family times = {FAMILY_HISTOGRAM, "time_seconds", "Times.", true};

static struct exposition begin(enum exposition_dialect dialect)
{
    return (struct exposition){evbuffer_new(), dialect};
}

static void expect(struct exposition *exposition, const char *text)
{
    evbuffer_add(exposition->text, "", 1);
    ck_assert_str_eq((const char *)evbuffer_pullup(exposition->text, -1), text);
    ck_assert(!exposition->incomplete);
    evbuffer_free(exposition->text);
}

/* ---- heads and samples ---- */

static const struct {
    const struct family *family;
    enum exposition_dialect dialect;
    const char *text; /* of a family with one sample, 3 */
} families[] = {
    {&counter, EXPOSITION_TEXT,
     "# TYPE detainerd_things_total counter\n"
     "# HELP detainerd_things_total Things.\n"
     "detainerd_things_total 3\n"},
    {&counter, EXPOSITION_OPENMETRICS,
     "# TYPE detainerd_things counter\n"
     "# HELP detainerd_things Things.\n"
     "detainerd_things_total 3\n"},
    {&gauge, EXPOSITION_TEXT,
     "# TYPE detainerd_things gauge\n"
     "# HELP detainerd_things Things.\n"
     "detainerd_things 3\n"},
    {&gauge, EXPOSITION_OPENMETRICS,
     "# TYPE detainerd_things gauge\n"
     "# HELP detainerd_things Things.\n"
     "detainerd_things 3\n"},
    {&info, EXPOSITION_TEXT,
     "# TYPE detainerd_build_info gauge\n"
     "# HELP detainerd_build_info A version.\n"
     "detainerd_build_info 3\n"},
    {&info, EXPOSITION_OPENMETRICS,
     "# TYPE detainerd_build info\n"
     "# HELP detainerd_build A version.\n"
     "detainerd_build_info 3\n"},
    {&seconds, EXPOSITION_TEXT,
     "# TYPE detainerd_age_seconds gauge\n"
     "# HELP detainerd_age_seconds An age.\n"
     "detainerd_age_seconds 0.000003\n"},
    {&seconds, EXPOSITION_OPENMETRICS,
     "# TYPE detainerd_age_seconds gauge\n"
     "# UNIT detainerd_age_seconds seconds\n"
     "# HELP detainerd_age_seconds An age.\n"
     "detainerd_age_seconds 0.000003\n"},
};

START_TEST(names_a_family_as_the_dialect_does)
{
    struct exposition exposition = begin(families[_i].dialect);

    exposition_family(&exposition, families[_i].family);
    exposition_sample(&exposition, families[_i].family, NULL, NULL, 3);
    expect(&exposition, families[_i].text);
}
END_TEST

static const struct {
    const struct family *family;
    int64_t value;
    const char *text;
} values[] = {
    {&gauge, 0, "detainerd_things 0\n"},
    {&gauge, INT64_MAX, "detainerd_things 9223372036854775807\n"},
    {&gauge, -5, "detainerd_things -5\n"},
    {&seconds, 0, "detainerd_age_seconds 0.000000\n"},
    {&seconds, 1, "detainerd_age_seconds 0.000001\n"},
    {&seconds, 1500000, "detainerd_age_seconds 1.500000\n"},
    {&seconds, INT64_C(1795598190203754), "detainerd_age_seconds 1795598190.203754\n"},
};

START_TEST(writes_values_to_the_last_digit)
{
    struct exposition exposition = begin(EXPOSITION_OPENMETRICS);

    exposition_sample(&exposition, values[_i].family, NULL, NULL, values[_i].value);
    expect(&exposition, values[_i].text);
}
END_TEST

START_TEST(writes_labels)
{
    struct exposition exposition = begin(EXPOSITION_TEXT);

    exposition_sample(&exposition, &counter, "kind", "time-order", 7);
    expect(&exposition, "detainerd_things_total{kind=\"time-order\"} 7\n");
}
END_TEST

START_TEST(aborts_on_a_time_below_zero)
{
    struct exposition exposition = begin(EXPOSITION_TEXT);

    exposition_sample(&exposition, &seconds, NULL, NULL, -1);
}
END_TEST

/* ---- histograms ---- */

/* Bounds as the specification spells them, so that a time series is the same whoever tells it. */
START_TEST(spells_bounds_as_openmetrics_does)
{
    static const struct histogram_bounds bounds = {
        9, {50, 100, 1000, 2500, 1000000, 1700000, 10000000, 604800000000, 1000000000000}};
    struct exposition exposition = begin(EXPOSITION_OPENMETRICS);
    struct histogram histogram;

    histogram_init(&histogram, &bounds);
    histogram_observe(&histogram, 50);
    histogram_observe(&histogram, 2000000000000);
    exposition_histogram(&exposition, &times, &histogram);
    expect(&exposition, "detainerd_time_seconds_bucket{le=\"5e-05\"} 1\n"
                        "detainerd_time_seconds_bucket{le=\"0.0001\"} 1\n"
                        "detainerd_time_seconds_bucket{le=\"0.001\"} 1\n"
                        "detainerd_time_seconds_bucket{le=\"0.0025\"} 1\n"
                        "detainerd_time_seconds_bucket{le=\"1.0\"} 1\n"
                        "detainerd_time_seconds_bucket{le=\"1.7\"} 1\n"
                        "detainerd_time_seconds_bucket{le=\"10.0\"} 1\n"
                        "detainerd_time_seconds_bucket{le=\"604800.0\"} 1\n"
                        "detainerd_time_seconds_bucket{le=\"1e+06\"} 1\n"
                        "detainerd_time_seconds_bucket{le=\"+Inf\"} 2\n"
                        "detainerd_time_seconds_sum 2000000.000050\n"
                        "detainerd_time_seconds_count 2\n");
}
END_TEST

START_TEST(counts_pieces_in_pieces)
{
    static const struct histogram_bounds bounds = {2, {1, 2048}};
    struct exposition exposition = begin(EXPOSITION_TEXT);
    struct histogram histogram;

    histogram_init(&histogram, &bounds);
    histogram_observe(&histogram, 64);
    exposition_family(&exposition, &sizes);
    exposition_histogram(&exposition, &sizes, &histogram);
    expect(&exposition, "# TYPE detainerd_sizes histogram\n"
                        "# HELP detainerd_sizes Sizes.\n"
                        "detainerd_sizes_bucket{le=\"1.0\"} 0\n"
                        "detainerd_sizes_bucket{le=\"2048.0\"} 1\n"
                        "detainerd_sizes_bucket{le=\"+Inf\"} 1\n"
                        "detainerd_sizes_sum 64\n"
                        "detainerd_sizes_count 1\n");
}
END_TEST

/* ---- the end ---- */

START_TEST(only_openmetrics_marks_its_end)
{
    struct exposition text = begin(EXPOSITION_TEXT);
    struct exposition openmetrics = begin(EXPOSITION_OPENMETRICS);

    exposition_end(&text);
    expect(&text, "");
    exposition_end(&openmetrics);
    expect(&openmetrics, "# EOF\n");
}
END_TEST

/* A buffer that takes nothing any more stands for memory that is short. */
START_TEST(tells_that_something_is_missing)
{
    struct exposition exposition = begin(EXPOSITION_TEXT);

    exposition_sample(&exposition, &gauge, NULL, NULL, 1);
    ck_assert(!exposition.incomplete);
    evbuffer_freeze(exposition.text, 0);
    exposition_sample(&exposition, &gauge, NULL, NULL, 1);
    ck_assert(exposition.incomplete);
    evbuffer_unfreeze(exposition.text, 0);
    exposition_sample(&exposition, &gauge, NULL, NULL, 1);
    ck_assert(exposition.incomplete);
    evbuffer_free(exposition.text);
}
END_TEST

/* ---- who gets which ---- */

static const struct {
    const char *accept;
    enum exposition_dialect dialect;
} wishes[] = {
    {NULL, EXPOSITION_TEXT},
    {"", EXPOSITION_TEXT},
    {"*/*", EXPOSITION_TEXT},
    {"application/*", EXPOSITION_TEXT},
    {"text/plain", EXPOSITION_TEXT},
    {"application/json", EXPOSITION_TEXT},
    {OPENMETRICS, EXPOSITION_OPENMETRICS},
    {OPENMETRICS "; version=1.0.0; charset=utf-8", EXPOSITION_OPENMETRICS},
    {OPENMETRICS ", text/plain", EXPOSITION_OPENMETRICS},
    {OPENMETRICS ";q=0.1", EXPOSITION_OPENMETRICS},
    {OPENMETRICS ";q=0", EXPOSITION_TEXT},
    {OPENMETRICS ";q=0.4, text/plain;q=0.5", EXPOSITION_TEXT},
    {OPENMETRICS ";q=0.5, */*", EXPOSITION_TEXT},
    {OPENMETRICS ";version=0.0.1", EXPOSITION_TEXT},
    {OPENMETRICS ";version=2.0.0", EXPOSITION_TEXT},

    /* What Prometheus sends: of 2.42, and since it escapes names. */
    {OPENMETRICS ";version=1.0.0," OPENMETRICS
                 ";version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
     EXPOSITION_OPENMETRICS},
    {OPENMETRICS ";version=1.0.0;escaping=allow-utf-8;q=0.6," OPENMETRICS
                 ";version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                 "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
     EXPOSITION_OPENMETRICS},
};

START_TEST(openmetrics_is_for_those_who_ask_for_it)
{
    ck_assert_int_eq(exposition_wanted(wishes[_i].accept), wishes[_i].dialect);
}
END_TEST

START_TEST(says_what_it_is)
{
    ck_assert_str_eq(exposition_type(EXPOSITION_TEXT), "text/plain; version=0.0.4; charset=utf-8");
    ck_assert_str_eq(exposition_type(EXPOSITION_OPENMETRICS),
                     OPENMETRICS "; version=1.0.0; charset=utf-8");
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {names_a_family_as_the_dialect_does, ARRAY_SIZE(families)},
        {writes_values_to_the_last_digit, ARRAY_SIZE(values)},
        {.test = writes_labels},
        {.test = aborts_on_a_time_below_zero, .aborts = true},
        {.test = spells_bounds_as_openmetrics_does},
        {.test = counts_pieces_in_pieces},
        {.test = only_openmetrics_marks_its_end},
        {.test = tells_that_something_is_missing},
        {openmetrics_is_for_those_who_ask_for_it, ARRAY_SIZE(wishes)},
        {.test = says_what_it_is},
    };

    return unit_run("exposition", tests, ARRAY_SIZE(tests));
}
