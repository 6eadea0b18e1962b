/* SPDX-License-Identifier: ISC */

/*
 * The year of Los Angeles through the real ledger: each detainer comes in, and starts when the
 * person would have been let go; ICE takes them some hours later, not always in time. The policy is
 * asked by the ledger, at the request and again at the start.
 */

#include "law.h"
#include "scenario/los_angeles.h"
#include "simulation/world.h"
#include "unit/preset.h"
#include "unit/unit.h"

/* ICE comes after one hour to the longest, each hour as often as any other. */
#define LONGEST_H 54

struct play {
    const struct los_angeles_policy *policy;
    struct world world;
    struct law *law;
    struct los_angeles_request requests[LOS_ANGELES_REQUESTS];
    struct action *actions;
    size_t n_actions;
    int64_t holds[LOS_ANGELES_REQUESTS]; /* id of each request's hold */
    int overdue;                         /* how many ICE has taken too late */
};

struct action {
    instant at;
    size_t request;
    enum command_kind kind;
};

/* ---- the law ---- */

static struct law *law_of(const char *policy)
{
    char directory[512];
    char *const nowhere[] = {NULL};
    char *const presets_only[] = {directory, NULL};
    struct facility *facility;
    struct books *books;
    struct law *law;

    preset_path(directory, "schema", "policy", "");
    ck_assert_int_eq(books_load(nowhere, presets_only, stderr, &books), 0);
    law = law_new(books);
    facility = law_add_facility(law);
    facility->policy = books_policy(books, policy);
    ck_assert_ptr_nonnull(facility->policy);
    facility->n_warnings = 0; /* they are not what this is about */
    strcpy(facility->id, "PIERCE");
    strcpy(facility->zone_name, "America/Los_Angeles");
    ck_assert_int_eq(zone_find(facility->zone_name, &facility->zone), 0);
    law_seal(law);
    return law;
}

/* ---- the plan ---- */

static int by_time(const void *left, const void *right)
{
    const struct action *a = left, *b = right;

    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (a->request != b->request)
        return a->request < b->request ? -1 : 1;
    return (int)a->kind - (int)b->kind;
}

static int64_t wait_us(size_t request)
{
    return (int64_t)(request % LONGEST_H + 1) * US_PER_H;
}

/* Nothing more happens to a detainer that is declined. */
static void plan(struct play *play)
{
    play->actions = calloc(3 * LOS_ANGELES_REQUESTS, sizeof(*play->actions));
    ck_assert_ptr_nonnull(play->actions);
    for (size_t i = 0; i < LOS_ANGELES_REQUESTS; i++) {
        const struct los_angeles_request *request = &play->requests[i];
        struct action *action = &play->actions[play->n_actions];

        action[0] = (struct action){request->received_at, i, COMMAND_REQUEST};
        action[1] = (struct action){request->eligible_at, i, COMMAND_START};
        action[2] = (struct action){request->eligible_at + wait_us(i), i, COMMAND_TRANSFER};
        play->n_actions += play->policy->honours(request) ? 3 : 1;
    }
    qsort(play->actions, play->n_actions, sizeof(*play->actions), by_time);
}

/* ---- the play ---- */

static struct operation request_of(const struct los_angeles_request *request)
{
    struct operation operation = world_request(request->booking);
    struct command *command = &operation.command;

    command->form = request->facts.form;
    command->ice_warrant = request->facts.ice_warrant;
    for (size_t i = 0; i < facts_given_record.count; i++) {
        const struct record_field *field = &facts_given_record.fields[i];

        memcpy(record_member(field, &command->facts.facts),
               record_const_member(field, &request->facts), field->size);
    }
    return operation;
}

static void check_request(const struct play *play, const struct los_angeles_request *request,
                          const struct hold *hold)
{
    int expected = play->policy->honours(request) ? HOLD_LODGED : HOLD_DECLINED;

    ck_assert_msg(hold->state == expected, "%s: %s", hold->booking, hold->policy_reason);
    ck_assert_str_eq(hold->policy, play->policy->name);
    ck_assert_str_eq(hold->policy_hash, policy_hash(play->law->facilities[0].policy));
    ck_assert_str_ne(hold->policy_rule, "");
}

static void check_start(const struct los_angeles_request *request, const struct hold *hold)
{
    ck_assert_msg(hold->state == HOLD_HELD, "%s: %s", hold->booking, hold->policy_reason);
    ck_assert_int_eq(hold->deadline_at, request->eligible_at + 48 * US_PER_H);
}

static void check_transfer(struct play *play, size_t request, const struct hold *hold)
{
    int64_t overdue_us = wait_us(request) - 48 * US_PER_H;

    ck_assert_int_eq(hold->state, HOLD_TRANSFERRED);
    ck_assert_int_eq(hold->overdue_us, overdue_us > 0 ? overdue_us : 0);
    play->overdue += overdue_us > 0;
}

static void act(struct play *play, const struct action *action)
{
    const struct los_angeles_request *request = &play->requests[action->request];
    struct operation operation = action->kind == COMMAND_REQUEST
                                     ? request_of(request)
                                     : world_operation(action->kind, play->holds[action->request]);

    ck_assert_int_eq(world_advance(&play->world, action->at), 0);
    ck_assert_msg(world_do(&play->world, &operation) == 0, "%s: %s", request->booking,
                  operation.problem.detail);
    play->holds[action->request] = operation.hold.id;
    if (action->kind == COMMAND_REQUEST)
        check_request(play, request, &operation.hold);
    else if (action->kind == COMMAND_START)
        check_start(request, &operation.hold);
    else
        check_transfer(play, action->request, &operation.hold);
}

static struct play *play_year(const struct los_angeles_policy *policy)
{
    struct play *play = calloc(1, sizeof(*play));

    ck_assert_ptr_nonnull(play);
    play->policy = policy;
    play->law = law_of(policy->name);
    los_angeles_year(policy->year, play->requests);
    plan(play);
    world_create(&play->world, play->actions[0].at);
    in_force_set(&play->world.in_force, play->law);
    ck_assert_int_eq(world_open(&play->world), 0);
    for (size_t i = 0; i < play->n_actions; i++)
        act(play, &play->actions[i]);
    return play;
}

static void end_play(struct play *play)
{
    world_destroy(&play->world);
    law_unref(play->law);
    free(play->actions);
    free(play);
}

/* ---- the tests ---- */

START_TEST(declines_exactly_those_and_holds_the_others)
{
    struct play *play = play_year(&los_angeles_policies[_i]);
    const struct view *view = &play->world.view;
    int64_t declined = view->counts[HOLD_DECLINED];

    ck_assert_int_ge(declined, play->policy->least);
    ck_assert_int_le(declined, play->policy->most);
    ck_assert_int_eq(declined + view->counts[HOLD_TRANSFERRED], LOS_ANGELES_REQUESTS);
    for (int state = HOLD_NONE; state < HOLD_STATES; state++)
        ck_assert(view->counts[state] == 0 || state == HOLD_DECLINED || state == HOLD_TRANSFERRED);
    ck_assert_int_eq(ledger_next_due(play->world.ledger), INSTANT_NONE);
    ck_assert_int_gt(play->overdue, 0);
    fprintf(stderr, "%s: %lld declined, %lld held, %d of them too long\n", play->policy->name,
            (long long)declined, (long long)view->counts[HOLD_TRANSFERRED], play->overdue);
    end_play(play);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {declines_exactly_those_and_holds_the_others, LOS_ANGELES_POLICIES},
    };

    return unit_run("year", tests, ARRAY_SIZE(tests));
}
