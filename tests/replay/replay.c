/* SPDX-License-Identifier: ISC */

/*
 * The replay: years of jail records through the real ledger in a few seconds.
 *
 * Each booking is requested when it was booked, started when local custody ended and ended when the
 * person left, in the order in which it all happened, with the clock stopping at every timer. What
 * should come out is worked out here again, from the records alone.
 */

#include <jansson.h>

#include "records.h"
#include "simulation/world.h"
#include "unit/unit.h"

#define LIMIT_US (48 * US_PER_H)

struct action {
    instant at;
    size_t row;
    enum command_kind kind;
};

struct replay {
    struct world world;
    struct record_row *rows;
    size_t n_rows;
    int64_t *holds; /* id of each row's hold */
};

/* ---- driving ---- */

static int by_time(const void *left, const void *right)
{
    const struct action *a = left, *b = right;

    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return (int)a->kind - (int)b->kind;
}

static struct action *plan(const struct replay *replay, size_t *n_actions)
{
    struct action *actions = calloc(3 * replay->n_rows, sizeof(*actions));

    ck_assert_ptr_nonnull(actions);
    for (size_t i = 0; i < replay->n_rows; i++) {
        const struct record_row *row = &replay->rows[i];

        actions[3 * i] = (struct action){row->booked_at, i, COMMAND_REQUEST};
        actions[3 * i + 1] = (struct action){row->eligible_at, i, COMMAND_START};
        actions[3 * i + 2] =
            (struct action){row->released_at, i, row->to_ice ? COMMAND_TRANSFER : COMMAND_RELEASE};
    }
    *n_actions = 3 * replay->n_rows;
    qsort(actions, *n_actions, sizeof(*actions), by_time);
    return actions;
}

static void act(struct replay *replay, const struct action *action)
{
    struct operation operation = action->kind == COMMAND_REQUEST
                                     ? world_request(replay->rows[action->row].booking)
                                     : world_operation(action->kind, replay->holds[action->row]);

    ck_assert_int_eq(world_advance(&replay->world, action->at), 0);
    ck_assert_msg(world_do(&replay->world, &operation) == 0, "%s", operation.problem.detail);
    replay->holds[action->row] = operation.hold.id;
}

static void drive(struct replay *replay)
{
    size_t n_actions;
    struct action *actions = plan(replay, &n_actions);

    replay->world.clock.simulated_now = actions[0].at;
    ck_assert_int_eq(world_open(&replay->world), 0);
    for (size_t i = 0; i < n_actions; i++)
        act(replay, &actions[i]);
    ck_assert_int_eq(ledger_next_due(replay->world.ledger), INSTANT_NONE);
    free(actions);
}

/* ---- checking ---- */

static const char *text_of(const json_t *event, const char *name)
{
    const char *text = json_string_value(json_object_get(event, name));

    return text ? text : "";
}

/* How often the history has this event of the hold, at exactly this instant. */
static int count(const json_t *events, const char *kind, int64_t rung_s, instant at)
{
    const json_t *event;
    size_t i;
    int n = 0;

    json_array_foreach(events, i,
                       event) if (strcmp(text_of(event, "kind"), kind) == 0 &&
                                  json_integer_value(json_object_get(event, "rung_s")) == rung_s)
    {
        ck_assert_int_eq(unit_instant(text_of(event, "due_at")), at);
        ck_assert_int_eq(unit_instant(text_of(event, "recorded_at")), at);
        n++;
    }
    return n;
}

static void check_warnings(const struct replay *replay, const struct record_row *row,
                           const json_t *events)
{
    const struct facility *facility = replay->world.facility;

    for (size_t i = 0; i < facility->n_warnings; i++) {
        instant due_at = row->eligible_at + LIMIT_US - facility->warnings_s[i] * US_PER_S;

        ck_assert_int_eq(count(events, "hold.warning", facility->warnings_s[i], due_at),
                         due_at <= row->released_at);
    }
}

/* Returns whether the hold expired. */
static bool check_row(struct replay *replay, size_t i)
{
    const struct record_row *row = &replay->rows[i];
    json_t *events = world_events(&replay->world, replay->holds[i]);
    const json_t *last = json_array_get(events, json_array_size(events) - 1);
    instant deadline_at = row->eligible_at + LIMIT_US;
    bool expires = deadline_at <= row->released_at;

    check_warnings(replay, row, events);
    ck_assert_msg(count(events, "hold.expired", 0, deadline_at) == expires,
                  "booking %s: wrong number of expiries", row->booking);
    ck_assert_str_eq(text_of(last, "kind"), row->to_ice ? "hold.transferred" : "hold.released");
    ck_assert_int_eq(json_integer_value(json_object_get(last, "overdue_us")),
                     expires ? row->released_at - deadline_at : 0);
    json_decref(events);
    return expires;
}

static void open_records(struct replay *replay, const char *path)
{
    world_create(&replay->world, 0);
    replay->rows = records_read(path, replay->world.facility->zone, &replay->n_rows);
    if (replay->rows)
        replay->holds = calloc(replay->n_rows, sizeof(*replay->holds));
}

static void close_records(struct replay *replay)
{
    world_destroy(&replay->world);
    free(replay->rows);
    free(replay->holds);
}

static const char *in_source(const char *path, char text[static 512])
{
    const char *srcdir = getenv("srcdir");

    snprintf(text, 512, "%s/%s", srcdir ? srcdir : ".", path);
    return text;
}

/* ---- the tests ---- */

/* The four long ones of the Pierce County records, and how many hundredths of an hour each lasted.
 */
static const struct {
    const char *booking;
    int64_t held_h100;
} overruns[] = {
    {"0b7ad8d6bd3c", 34227},
    {"96aacdae8d1f", 7025},
    {"2c98197c14e4", 8925},
    {"1fba618ef091", 163100},
};

static bool is_known_overrun(const struct record_row *row)
{
    int64_t held_h100 = ((row->released_at - row->eligible_at) * 100 + US_PER_H / 2) / US_PER_H;

    for (size_t i = 0; i < ARRAY_SIZE(overruns); i++)
        if (strcmp(overruns[i].booking, row->booking) == 0)
            return overruns[i].held_h100 == held_h100;
    return false;
}

START_TEST(real_records)
{
    struct replay replay = {0};
    char path[512];
    size_t expired = 0;

    open_records(&replay, in_source("../shared/data/pierce-holds.csv", path));
    if (!replay.rows) {
        fprintf(stderr, "real_records: skipped, there is no %s\n", path);
        close_records(&replay);
        return;
    }
    drive(&replay);
    for (size_t i = 0; i < replay.n_rows; i++)
        if (check_row(&replay, i)) {
            ck_assert_msg(is_known_overrun(&replay.rows[i]), "booking %s should not expire",
                          replay.rows[i].booking);
            expired++;
        }
    ck_assert_uint_eq(expired, ARRAY_SIZE(overruns));
    fprintf(stderr, "real_records: %zu bookings, %zu expired\n", replay.n_rows, expired);
    close_records(&replay);
}
END_TEST

/* expected-holds.csv comes from generate.py, which shares nothing with the code under test. */
static void check_expected(struct replay *replay)
{
    char path[512], booking[65], eligible[40], deadline[40], ended[40];
    int expires, warnings, overdue_min;
    FILE *file = fopen(in_source("tests/replay/expected-holds.csv", path), "re");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fscanf(file, "%*[^\n]\n"), 0);
    for (size_t i = 0; i < replay->n_rows; i++) {
        const struct record_row *row = &replay->rows[i];

        ck_assert_int_eq(fscanf(file, "%64[^,],%39[^,],%39[^,],%39[^,],%d,%d,%d\n", booking,
                                eligible, deadline, ended, &expires, &warnings, &overdue_min),
                         7);
        ck_assert_str_eq(booking, row->booking);
        ck_assert_int_eq(unit_instant(eligible), row->eligible_at);
        ck_assert_int_eq(unit_instant(ended), row->released_at);
        ck_assert_int_eq(unit_instant(deadline), row->eligible_at + LIMIT_US);
        ck_assert_int_eq(check_row(replay, i), expires);
        ck_assert_int_eq(expires ? (row->released_at - unit_instant(deadline)) / US_PER_MIN : 0,
                         overdue_min);
    }
    fclose(file);
}

START_TEST(generated_records)
{
    struct replay replay = {0};
    char path[512];

    open_records(&replay, in_source("tests/replay/generated-holds.csv", path));
    ck_assert_msg(replay.rows, "there is no %s", path);
    drive(&replay);
    check_expected(&replay);
    close_records(&replay);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = real_records},
        {.test = generated_records},
    };

    return unit_run("replay", tests, ARRAY_SIZE(tests));
}
