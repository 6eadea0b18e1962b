/* SPDX-License-Identifier: ISC */

/* list: a table of holds. */

#include <string.h>

#include "arguments.h"
#include "describe.h"
#include "exits.h"
#include "local.h"
#include "session.h"
#include "table.h"
#include "target.h"
#include "text.h"

static const char *const titles[] = {"BOOKING", "ID",          "FACILITY",   "STATE", "DEADLINE",
                                     "LEFT",    "CONSECUTIVE", "REGULATORY", NULL};

#define TO_MINUTE 16 /* the length of "2026-11-24 09:00" */

/* What to ask for, and what has come. */
struct listing {
    struct session *session;
    const struct arguments *arguments;
    struct table table;
    int64_t left; /* how many more holds are wanted */
};

/* Who needs a look first: overdue, then what runs out, then the rest. */
static void set_key(struct table_row *row, const json_t *hold)
{
    int64_t remaining_us = member_int(hold, "remaining_us");

    row->key[2] = member_int(hold, "id");
    if (strcmp(member_text(hold, "state"), "expired") == 0) {
        row->key[0] = 0;
        row->key[1] = -member_int(hold, "overdue_us");
    } else if (remaining_us != INT64_MIN) {
        row->key[0] = 1;
        row->key[1] = member_instant(hold, "deadline_at");
    } else {
        row->key[0] = 2;
    }
}

/* A deadline that need not bind, short. Seconds are cut off: early, if anything. The caller frees.
 */
static char *short_time(const struct zone *zone, instant at)
{
    _cleanup_(free_ptr) char *text = local_text(zone, at);

    return text_new("%.*s", TO_MINUTE, text);
}

static void add_hold(struct table *table, const json_t *hold)
{
    const struct zone *zone = local_zone(member_text(hold, "zone"));
    struct table_row *row = table_add(table);

    set_key(row, hold);
    row->cells[0] = text_new("%s", member_text(hold, "booking"));
    row->cells[1] = text_new("%lld", (long long)member_int(hold, "id"));
    row->cells[2] = text_new("%s", member_text(hold, "facility"));
    row->cells[3] = text_new("%s", member_text(hold, "state"));
    row->cells[4] = local_text(zone, member_instant(hold, "deadline_at"));
    row->cells[5] = describe_time_left(hold);
    row->cells[6] = short_time(zone, member_instant(hold, "consecutive_deadline_at"));
    row->cells[7] = short_time(zone, member_instant(hold, "regulatory_deadline_at"));
}

static int get_page(struct listing *listing, const char *state, const char *cursor,
                    struct reply *reply)
{
    _cleanup_(target_clear) struct target target = {0};
    const struct arguments *arguments = listing->arguments;
    int64_t limit = listing->left < TARGET_PAGE_MAX ? listing->left : TARGET_PAGE_MAX;

    target_begin(&target, "/v1/holds");
    target_add(&target, "state", state);
    target_add(&target, "facility", arguments_value(arguments, "facility"));
    target_add(&target, "booking", arguments_value(arguments, "booking"));
    target_add(&target, "due_before", arguments_value(arguments, "due_before"));
    target_add_int(&target, "limit", limit);
    target_add(&target, "cursor", cursor);
    return session_get(listing->session, target_end(&target), reply);
}

static void take_page(struct listing *listing, const struct reply *reply)
{
    const json_t *holds = json_object_get(reply->json, "holds");
    const json_t *hold;
    size_t i;

    if (listing->session->json)
        session_print_json(reply);
    json_array_foreach(holds, i, hold)
    {
        if (!listing->session->json)
            add_hold(&listing->table, hold);
    }
    listing->left -= (int64_t)json_array_size(holds);
}

/* All pages of the holds in one state, or in any where `state` is NULL. */
static int take_state(struct listing *listing, const char *state)
{
    _cleanup_(free_ptr) char *cursor = NULL;

    do {
        _cleanup_(reply_clear) struct reply reply = {0};
        int r = get_page(listing, state, cursor, &reply);

        if (r)
            return r;
        take_page(listing, &reply);
        free(cursor);
        cursor = text_new("%s", member_text(reply.json, "next_cursor"));
    } while (*cursor && listing->left > 0);
    return EXIT_DONE;
}

/*
 * Open holds, state by state in the order in which a hold passes through them: one that moves on
 * between two requests may come twice, but cannot slip through.
 */
static int take_open(struct listing *listing)
{
    int r = EXIT_DONE;

    for (int state = HOLD_PENDING; hold_is_open((enum hold_state)state) && !r; state++)
        if (listing->left > 0)
            r = take_state(listing, hold_state_names.values[state]);
    return r;
}

int verb_list(struct session *session, const struct arguments *arguments)
{
    struct listing listing = {
        .session = session,
        .arguments = arguments,
        .table = {.titles = titles},
        .left = arguments_number(arguments, "limit", INT64_MAX),
    };
    const char *state = arguments_value(arguments, "state");
    int r;

    if (state && arguments_value(arguments, "open")) {
        fputs("detainerctl: list takes --open or --state, not both\n", stderr);
        return EXIT_USAGE;
    }
    r = arguments_value(arguments, "open") ? take_open(&listing) : take_state(&listing, state);
    if (!r && !session->json) {
        if (!arguments_value(arguments, "limit"))
            table_sort(&listing.table);
        table_print(&listing.table, stdout);
    }
    table_clear(&listing.table);
    return r;
}
