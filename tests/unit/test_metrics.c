/* SPDX-License-Identifier: ISC */

/* Metrics: where each number comes from. That the text is clean, the integration tests ask others.
 */

#include "metrics.h"
#include "unit.h"

/* A daemon that has done nothing yet, seen at T0. */
struct monitor {
    struct view view;
    struct scrape scrape;
};

static void open_monitor(struct monitor *monitor)
{
    view_init(&monitor->view, unit_instant(T0) - US_PER_H);
    monitor->scrape = (struct scrape){.view = &monitor->view, .now = unit_instant(T0)};
}

/* Whether the line is told. */
static bool tells(const struct monitor *monitor, const char *line)
{
    struct exposition exposition = {evbuffer_new(), EXPOSITION_TEXT};
    struct evbuffer_ptr found;

    metrics_write(&exposition, &monitor->scrape);
    found = evbuffer_search(exposition.text, line, strlen(line), NULL);
    evbuffer_free(exposition.text);
    return found.pos >= 0;
}

static void expect(const struct monitor *monitor, const char *line)
{
    ck_assert_msg(tells(monitor, line), "not told: %s", line);
}

/* ---- where each stands ---- */

START_TEST(tells_what_the_view_says)
{
    struct monitor monitor;
    struct view *view = &monitor.view;

    open_monitor(&monitor);
    atomic_store(&view->counts[HOLD_LODGED], 11);
    atomic_store(&view->counts[HOLD_EXPIRED], 12);
    atomic_store(&view->committed_seq, 13);
    atomic_store(&view->announced_seq, 14);
    atomic_store(&view->commands, 15);
    atomic_store(&view->refused[PROBLEM_TIME_ORDER], 16);
    atomic_store(&view->replayed, 23);
    atomic_store(&view->queued, 17);
    atomic_store(&view->timers_fired, 18);
    atomic_store(&view->max_late_us, 19 * US_PER_S);
    atomic_store(&view->checkpoints, 20);
    atomic_store(&view->wal_pages, 21);
    atomic_store(&view->clock_steps, 22);
    expect(&monitor, "\ndetainerd_holds{state=\"lodged\"} 11\n");
    expect(&monitor, "\ndetainerd_holds{state=\"expired\"} 12\n");
    expect(&monitor, "\ndetainerd_overdue_holds 12\n");
    expect(&monitor, "\ndetainerd_events_total 13\n");
    expect(&monitor, "\ndetainerd_events_announced_total 14\n");
    expect(&monitor, "\ndetainerd_commands_total 15\n");
    expect(&monitor, "\ndetainerd_commands_refused_total{kind=\"time-order\"} 16\n");
    expect(&monitor, "\ndetainerd_commands_replayed_total 23\n");
    expect(&monitor, "\ndetainerd_queued_commands 17\n");
    expect(&monitor, "\ndetainerd_timers_fired_total 18\n");
    expect(&monitor, "\ndetainerd_expiry_lateness_max_seconds 19.000000\n");
    expect(&monitor, "\ndetainerd_checkpoints_total 20\n");
    expect(&monitor, "\ndetainerd_wal_pages 21\n");
    expect(&monitor, "\ndetainerd_clock_steps_total 22\n");
}
END_TEST

START_TEST(tells_what_the_server_says)
{
    struct monitor monitor;
    struct server_totals *totals = &monitor.scrape.totals;

    open_monitor(&monitor);
    totals->answers[2] = 11;
    totals->answers[5] = 12;
    totals->problems[PROBLEM_FORBIDDEN] = 13;
    totals->connections = 14;
    totals->max_connections = 15;
    totals->refused[LIMIT_CONNECTIONS] = 16;
    totals->refused[LIMIT_CONNECTIONS_OF_USER] = 17;
    totals->refused[LIMIT_USERS] = 18;
    totals->cut = 19;
    totals->polls = 20;
    expect(&monitor, "\ndetainerd_http_answers_total{class=\"2xx\"} 11\n");
    expect(&monitor, "\ndetainerd_http_answers_total{class=\"5xx\"} 12\n");
    expect(&monitor, "\ndetainerd_http_problems_total{kind=\"forbidden\"} 13\n");
    expect(&monitor, "\ndetainerd_http_connections 14\n");
    expect(&monitor, "\ndetainerd_http_connections_limit 15\n");
    expect(&monitor, "_refused_total{limit=\"max_connections\"} 16\n");
    expect(&monitor, "_refused_total{limit=\"max_connections_per_user\"} 17\n");
    expect(&monitor, "_refused_total{limit=\"users\"} 18\n");
    expect(&monitor, "\ndetainerd_http_connections_cut_total 19\n");
    expect(&monitor, "\ndetainerd_http_long_polls 20\n");
}
END_TEST

START_TEST(tells_histograms_in_their_units)
{
    struct monitor monitor;

    open_monitor(&monitor);
    histogram_observe(&monitor.view.commit_us, 180);
    histogram_observe(&monitor.view.commit_size, 64);
    histogram_observe(&monitor.view.expiry_late_us, 3 * US_PER_DAY);
    expect(&monitor, "\ndetainerd_commit_duration_seconds_sum 0.000180\n");
    expect(&monitor, "\ndetainerd_commit_duration_seconds_bucket{le=\"0.0001\"} 0\n"
                     "detainerd_commit_duration_seconds_bucket{le=\"0.00025\"} 1\n");
    expect(&monitor, "\ndetainerd_commit_commands_bucket{le=\"32.0\"} 0\n"
                     "detainerd_commit_commands_bucket{le=\"64.0\"} 1\n");
    expect(&monitor, "\ndetainerd_expiry_lateness_seconds_bucket{le=\"172800.0\"} 0\n"
                     "detainerd_expiry_lateness_seconds_bucket{le=\"604800.0\"} 1\n");
    expect(&monitor, "\ndetainerd_expiry_lateness_seconds_sum 259200.000000\n");
}
END_TEST

/* ---- conditions ---- */

static const struct {
    size_t offset;
    const char *name;
} flags[] = {
    {offsetof(struct view, failed), "storage_failed"},
    {offsetof(struct view, synchronised), "clock_synchronised"},
    {offsetof(struct view, behind), "clock_behind_history"},
};

START_TEST(tells_conditions)
{
    struct monitor monitor;
    char line[64];

    open_monitor(&monitor);
    snprintf(line, sizeof(line), "\ndetainerd_%s 0\n", flags[_i].name);
    expect(&monitor, line);
    atomic_store((_Atomic bool *)((char *)&monitor.view + flags[_i].offset), true);
    snprintf(line, sizeof(line), "\ndetainerd_%s 1\n", flags[_i].name);
    expect(&monitor, line);
}
END_TEST

/* ---- time ---- */

START_TEST(tells_instants_where_there_are_any)
{
    struct monitor monitor;

    open_monitor(&monitor);
    expect(&monitor, "\ndetainerd_start_timestamp_seconds 1795539600.000000\n");
    expect(&monitor, "\ndetainerd_clock_timestamp_seconds 1795543200.000000\n");
    ck_assert(!tells(&monitor, "\ndetainerd_next_deadline_timestamp_seconds "));
    ck_assert(!tells(&monitor, "\ndetainerd_next_timer_timestamp_seconds "));
    atomic_store(&monitor.view.next_deadline, unit_instant(T0) + 1);
    atomic_store(&monitor.view.next_due, unit_instant(T0) - 1);
    expect(&monitor, "\ndetainerd_next_deadline_timestamp_seconds 1795543200.000001\n");
    expect(&monitor, "\ndetainerd_next_timer_timestamp_seconds 1795543199.999999\n");
}
END_TEST

static const struct {
    int64_t overdue_us, deadline_us; /* from T0; INSTANT_NONE where there is none */
    const char *line;
} overdue[] = {
    {INSTANT_NONE, INSTANT_NONE, "\ndetainerd_overdue_longest_seconds 0.000000\n"},
    {INSTANT_NONE, US_PER_H, "\ndetainerd_overdue_longest_seconds 0.000000\n"},
    {-US_PER_H, INSTANT_NONE, "\ndetainerd_overdue_longest_seconds 3600.000000\n"},
    {-US_PER_H, US_PER_H, "\ndetainerd_overdue_longest_seconds 3600.000000\n"},

    /* A deadline has passed, and nobody has fired it: that somebody is inside is true all the same.
     */
    {INSTANT_NONE, -US_PER_MIN, "\ndetainerd_overdue_longest_seconds 60.000000\n"},
    {-US_PER_H, -2 * US_PER_H, "\ndetainerd_overdue_longest_seconds 7200.000000\n"},

    /* The clock was set back. */
    {US_PER_H, INSTANT_NONE, "\ndetainerd_overdue_longest_seconds 0.000000\n"},
};

static instant from_t0(int64_t length_us)
{
    return length_us == INSTANT_NONE ? INSTANT_NONE : unit_instant(T0) + length_us;
}

START_TEST(tells_who_is_overdue_longest)
{
    struct monitor monitor;

    open_monitor(&monitor);
    atomic_store(&monitor.view.overdue_since, from_t0(overdue[_i].overdue_us));
    atomic_store(&monitor.view.next_deadline, from_t0(overdue[_i].deadline_us));
    expect(&monitor, overdue[_i].line);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = tells_what_the_view_says},
        {.test = tells_what_the_server_says},
        {.test = tells_histograms_in_their_units},
        {tells_conditions, ARRAY_SIZE(flags)},
        {.test = tells_instants_where_there_are_any},
        {tells_who_is_overdue_longest, ARRAY_SIZE(overdue)},
    };

    return unit_run("metrics", tests, ARRAY_SIZE(tests));
}
