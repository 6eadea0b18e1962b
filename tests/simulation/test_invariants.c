/* SPDX-License-Identifier: ISC */

/*
 * What must hold of any history, however unlikely: many bookings live through random commands, late
 * clerks, replaced detainers and new laws, on the real ledger under a simulated clock; then the
 * history is read from the beginning and held against the promises.
 *
 * The promises are written here from the description of a hold's life, from events alone: nothing
 * of the code under test is asked.
 */

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "codec.h"
#include "unit/unit.h"
#include "world.h"

#define SEQUENCES  100000
#define AT_ONCE    1000 /* bookings in one world */
#define ROUNDS     11   /* commands that each booking sees */
#define LAWS       8
#define FACILITIES 4

/* ---- laws ---- */

/* The facilities of a law, each with a rule of its own. */
static const struct kind_of_rule {
    const char *facility;
    enum rule_start start;
    bool regulatory;
} kinds[FACILITIES] = {
    {"ELIGIBLE", RULE_FROM_ELIGIBLE, false},
    {"REGULATORY", RULE_FROM_ELIGIBLE, true},
    {"RECEIVED", RULE_FROM_RECEIVED, false},
    {"SERVED", RULE_FROM_SERVED, true},
};

static void add_facility(struct law *law, const struct kind_of_rule *kind, int limit_h,
                         enum decision policy)
{
    static const char *const policies[] = {
        [DECISION_HONOR] = "always-honor",
        [DECISION_DECLINE] = "always-decline",
        [DECISION_REVIEW] = "always-review",
    };
    struct facility *facility = law_add_facility(law);

    if (kind->regulatory)
        rule_regulatory(facility->us_federal, &facility->rule);
    facility->rule.start = kind->start;
    facility->rule.limit_h = limit_h;
    facility->policy = books_policy(law->books, policies[policy]);
    facility->n_warnings = 1;
    strcpy(facility->id, kind->facility);
    strcpy(facility->zone_name, "America/Los_Angeles");
    ck_assert_int_eq(zone_find(facility->zone_name, &facility->zone), 0);
}

static struct law *new_law(struct unit_random *random)
{
    char *const nowhere[] = {NULL};
    struct books *books;
    struct law *law;

    ck_assert_int_eq(books_load(nowhere, nowhere, stderr, &books), 0);
    law = law_new(books);
    for (size_t i = 0; i < FACILITIES; i++) {
        bool usual = unit_random_below(random, 4) > 0;

        add_facility(law, &kinds[i], usual ? 48 : (int)unit_random_between(random, 1, 48),
                     usual ? DECISION_HONOR : (enum decision)unit_random_between(random, 1, 3));
    }
    law_seal(law);
    return law;
}

/* ---- commands ---- */

struct booking {
    size_t facility;
    int64_t holds[8];
    size_t n_holds;
};

struct life {
    struct unit_random random;
    struct world world;
    struct law *laws[LAWS];
    struct booking bookings[AT_ONCE];
    struct operation operations[AT_ONCE];
};

static bool chance(struct life *life, uint64_t one_in)
{
    return unit_random_below(&life->random, one_in) == 0;
}

static void request(struct life *life, size_t index, struct command *command)
{
    struct booking *booking = &life->bookings[index];

    command_init(command, COMMAND_REQUEST, 0, "uid:1000", 42);
    snprintf(command->booking, sizeof(command->booking), "B-%zu", index);
    strcpy(command->facility, kinds[booking->facility].facility);
    /* now and then a paper takes the place of one on another booking */
    if (chance(life, 20))
        command->replaces = (int64_t)unit_random_below(&life->random, AT_ONCE) + 1;
}

static enum command_kind random_kind(struct life *life)
{
    static const enum command_kind usual[] = {
        COMMAND_START,   COMMAND_START,    COMMAND_START,  COMMAND_SERVE,   COMMAND_CORRECT,
        COMMAND_CORRECT, COMMAND_SCHEDULE, COMMAND_CANCEL, COMMAND_RELEASE, COMMAND_TRANSFER,
    };

    if (chance(life, 3))
        return COMMAND_DECIDE + (enum command_kind)unit_random_below(&life->random, COMMAND_FACTS);
    return usual[unit_random_below(&life->random, ARRAY_SIZE(usual))];
}

static void random_command(struct life *life, size_t index, struct command *command)
{
    struct booking *booking = &life->bookings[index];
    instant now = life->world.clock.simulated_now;

    if (!booking->n_holds || (booking->n_holds < ARRAY_SIZE(booking->holds) && chance(life, 6))) {
        request(life, index, command);
    } else {
        command_init(command, random_kind(life),
                     booking->holds[unit_random_below(&life->random, booking->n_holds)], "uid:1000",
                     42);
        command->decision = chance(life, 4) ? DECISION_DECLINE : DECISION_HONOR;
        command->close_reason = 1;
        command->pickup_at = now + unit_random_between(&life->random, 0, 30 * US_PER_H);
        strcpy(command->reason, "because");
        strcpy(command->text, "noted");
    }
    if (chance(life, 2)) /* a clerk who is late, or whose clock is fast */
        command->at = now + unit_random_between(&life->random, -60 * US_PER_H, 2 * US_PER_MIN);
    if (command->kind == COMMAND_CORRECT && command->at == INSTANT_NONE)
        command->at = now - unit_random_between(&life->random, 0, 20 * US_PER_H);
}

static void change_law(struct life *life)
{
    struct operation operation = {
        .law = law_ref(life->laws[unit_random_below(&life->random, LAWS)]),
    };

    ck_assert_int_eq(ledger_turn(life->world.ledger, &operation), 0);
    ck_assert_int_eq(operation.result, 0);
}

static void note_results(struct life *life)
{
    for (size_t i = 0; i < AT_ONCE; i++) {
        const struct operation *operation = &life->operations[i];
        struct booking *booking = &life->bookings[i];

        if (operation->command.kind == COMMAND_REQUEST && !operation->result)
            booking->holds[booking->n_holds++] = operation->hold.id;
        else
            ck_assert(operation->result == 0 || operation->result == PROBLEM_ILLEGAL_TRANSITION ||
                      operation->result == PROBLEM_TIME_IN_FUTURE ||
                      operation->result == PROBLEM_TIME_ORDER ||
                      operation->result == PROBLEM_UNKNOWN_HOLD);
    }
}

/* One command for every booking, in one turn; then time passes, sometimes past what falls due. */
static void play_round(struct life *life)
{
    for (size_t i = 0; i < AT_ONCE; i++) {
        life->operations[i] = (struct operation){.result = 0};
        random_command(life, i, &life->operations[i].command);
        life->operations[i].next = i + 1 < AT_ONCE ? &life->operations[i + 1] : NULL;
    }
    ck_assert_int_eq(ledger_turn(life->world.ledger, life->operations), 0);
    note_results(life);
    if (chance(life, 3))
        change_law(life);
    life->world.clock.simulated_now += unit_random_between(&life->random, 0, 30 * US_PER_H);
    if (chance(life, 2))
        ck_assert_int_eq(ledger_catch_up(life->world.ledger), 0);
}

static void play(struct life *life)
{
    world_create(&life->world,
                 unit_instant(T0) + unit_random_between(&life->random, 0, 366) * US_PER_DAY);
    in_force_set(&life->world.in_force, life->laws[unit_random_below(&life->random, LAWS)]);
    ck_assert_int_eq(world_open(&life->world), 0);
    memset(life->bookings, 0, sizeof(life->bookings));
    for (size_t i = 0; i < AT_ONCE; i++)
        life->bookings[i].facility = unit_random_below(&life->random, FACILITIES);
    for (int i = 0; i < ROUNDS; i++)
        play_round(life);
    ck_assert_int_eq(ledger_catch_up(life->world.ledger), 0);
}

/* ---- the history, held against the promises ---- */

/* What the events so far have told of a hold. */
struct told {
    size_t booking;
    char state[16]; /* "" before the first event */
    instant eligible_at, deadline_at, withdrawn_at;
    int64_t replaces;
    int64_t next; /* the hold before it on its booking, 0 for none */
};

struct chronicle {
    struct told holds[AT_ONCE * ROUNDS + 1]; /* by id */
    int64_t newest[AT_ONCE];                 /* of each booking */
};

static const char *text_of(const json_t *event, const char *name)
{
    const char *text = json_string_value(json_object_get(event, name));

    return text ? text : "";
}

static instant instant_of(const json_t *event, const char *name)
{
    return *text_of(event, name) ? unit_instant(text_of(event, name)) : INSTANT_NONE;
}

/* Which events lead from which state to which. */
static const struct {
    const char *kind, *from, *to;
} ways[] = {
    {"hold.lodged", "", "lodged"},
    {"hold.declined", "", "declined"},
    {"hold.pending", "", "pending"},
    {"hold.decided", "pending", "lodged"},
    {"hold.decided", "pending", "declined"},
    {"hold.served", "lodged", "lodged"},
    {"hold.facts", "lodged", "lodged"},
    {"hold.facts", "pending", "pending"},
    {"hold.started", "lodged", "held"},
    {"hold.declined", "lodged", "declined"},
    {"hold.declined", "pending", "declined"},
    {"hold.cancelled", "lodged", "cancelled"},
    {"hold.cancelled", "pending", "cancelled"},
    {"hold.closed", "lodged", "closed"},
    {"hold.closed", "pending", "closed"},
    {"hold.warning", "held", "held"},
    {"hold.shortened", "held", "held"},
    {"hold.expired", "held", "expired"},
    {"hold.cancelled", "held", "held"}, /* and expired in the next event */
    {"hold.transferred", "held", "transferred"},
    {"hold.transferred", "expired", "transferred"},
    {"hold.released", "held", "released"},
    {"hold.released", "expired", "released"},
    {"hold.closed", "held", "closed"},
    {"hold.closed", "expired", "closed"},
    {"hold.corrected", "held", "held"},
    {"hold.corrected", "expired", "held"},
    {"hold.corrected", "expired", "expired"},
};

/* Events that change no state, from any that is open. */
static const char *const silent[] = {"hold.noted", "transfer.scheduled", "transfer.due",
                                     "transfer.missed"};

static bool is_way(const char *kind, const char *from, const char *to)
{
    for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
        if (strcmp(ways[i].kind, kind) == 0 && strcmp(ways[i].from, from) == 0 &&
            strcmp(ways[i].to, to) == 0)
            return true;
    for (size_t i = 0; i < ARRAY_SIZE(silent); i++)
        if (strcmp(silent[i], kind) == 0)
            return strcmp(from, to) == 0 && strstr("pending lodged held expired", from) && *from;
    return false;
}

#define PROMISE(condition, event)                                                                  \
    ck_assert_msg(condition, #condition ": seq %lld, %s of hold %lld",                             \
                  (long long)json_integer_value(json_object_get(event, "seq")),                    \
                  text_of(event, "kind"),                                                          \
                  (long long)json_integer_value(json_object_get(event, "hold")))

/* No second detainer on a booking, and none that replaces another, outlasts the first clock. */
static void check_inheritance(const struct chronicle *chronicle, const struct told *hold,
                              const json_t *event)
{
    instant deadline_at = instant_of(event, "deadline_at");

    for (int64_t id = chronicle->newest[hold->booking]; id; id = chronicle->holds[id].next) {
        const struct told *other = &chronicle->holds[id];

        if (other == hold || other->deadline_at == INSTANT_NONE)
            continue;
        PROMISE(deadline_at <= other->deadline_at, event);
        PROMISE(hold->eligible_at <= other->eligible_at, event);
    }
    for (int64_t id = hold->replaces; id != RECORD_NO_INT; id = chronicle->holds[id].replaces)
        if (chronicle->holds[id].deadline_at != INSTANT_NONE)
            PROMISE(deadline_at <= chronicle->holds[id].deadline_at, event);
}

/* A deadline moves later by a correction alone, which says so. */
static void check_deadline(struct told *hold, const json_t *event)
{
    instant deadline_at = instant_of(event, "deadline_at");
    bool corrected = strcmp(text_of(event, "kind"), "hold.corrected") == 0;

    if (deadline_at == INSTANT_NONE)
        return;
    if (hold->deadline_at != INSTANT_NONE && deadline_at > hold->deadline_at)
        PROMISE(corrected && json_is_true(json_object_get(event, "lengthened")), event);
    else
        PROMISE(!json_object_get(event, "lengthened"), event);
    PROMISE(deadline_at <= hold->eligible_at + 12 * US_PER_DAY, event);
    hold->deadline_at = deadline_at;
}

static instant authority_end(const struct told *hold)
{
    return instant_earlier(hold->withdrawn_at, hold->deadline_at);
}

/* The integral of the time spent past authority: it is one stretch, up to the end. */
static void check_overdue(const struct told *hold, const json_t *event)
{
    const json_t *told = json_object_get(event, "overdue_us");
    instant at = instant_of(event, "at");

    if (!told)
        return;
    PROMISE(json_integer_value(told) == (at > authority_end(hold) ? at - authority_end(hold) : 0),
            event);
}

static void check_withdrawal(struct told *hold, const json_t *event)
{
    const char *kind = text_of(event, "kind"), *state = text_of(event, "state");

    if (strcmp(kind, "hold.cancelled") == 0 && strcmp(hold->state, "held") == 0)
        hold->withdrawn_at = instant_max(instant_of(event, "at"), hold->eligible_at);
    else if (hold->withdrawn_at != INSTANT_NONE) /* authority is gone and does not come back */
        PROMISE(strcmp(state, "held") != 0, event);
    if (strcmp(kind, "hold.expired") == 0)
        PROMISE(instant_of(event, "at") == authority_end(hold), event);
}

static void begin(struct chronicle *chronicle, struct told *hold, int64_t id, const json_t *event)
{
    const json_t *replaces = json_object_get(event, "replaces");

    *hold = (struct told){
        .booking = strtoul(text_of(event, "booking") + strlen("B-"), NULL, 10),
        .eligible_at = INSTANT_NONE,
        .deadline_at = INSTANT_NONE,
        .withdrawn_at = INSTANT_NONE,
        .replaces = replaces ? json_integer_value(replaces) : RECORD_NO_INT,
    };
    hold->next = chronicle->newest[hold->booking];
    chronicle->newest[hold->booking] = id;
}

static void check_event(struct chronicle *chronicle, const json_t *event)
{
    int64_t id = json_integer_value(json_object_get(event, "hold"));
    struct told *hold = &chronicle->holds[id];
    const char *kind = text_of(event, "kind");

    if (!*hold->state)
        begin(chronicle, hold, id, event);
    PROMISE(is_way(kind, hold->state, text_of(event, "state")), event);
    if (instant_of(event, "eligible_at") != INSTANT_NONE)
        hold->eligible_at = instant_of(event, "eligible_at");
    if (strcmp(kind, "hold.started") == 0)
        check_inheritance(chronicle, hold, event);
    check_deadline(hold, event);
    check_withdrawal(hold, event);
    check_overdue(hold, event);
    strcpy(hold->state, text_of(event, "state"));
}

static int64_t check_history(struct life *life)
{
    static struct chronicle chronicle;
    json_t *events = world_events(&life->world, 0);
    int64_t n_events = (int64_t)json_array_size(events);
    const json_t *event;
    size_t i;

    memset(&chronicle, 0, sizeof(chronicle));
    json_array_foreach(events, i, event) check_event(&chronicle, event);
    json_decref(events);
    return n_events;
}

/* SEQUENCES in the environment says how many: builds that look for other mistakes need fewer. */
static int wanted(void)
{
    const char *given = getenv("SEQUENCES");

    return given ? atoi(given) : SEQUENCES;
}

START_TEST(promises_hold_whatever_happens)
{
    static struct life life;
    int64_t n_events = 0;

    life.random = unit_random_start("invariants");
    for (size_t i = 0; i < LAWS; i++)
        life.laws[i] = new_law(&life.random);
    for (int i = 0; i < wanted(); i += AT_ONCE) {
        play(&life);
        n_events += check_history(&life);
        world_destroy(&life.world);
    }
    for (size_t i = 0; i < LAWS; i++)
        law_unref(life.laws[i]);
    fprintf(stderr, "invariants: %d sequences, %" PRId64 " events\n", wanted(), n_events);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = promises_hold_whatever_happens},
    };

    return unit_run("invariants", tests, ARRAY_SIZE(tests));
}
