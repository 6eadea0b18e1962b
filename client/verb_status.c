/* SPDX-License-Identifier: ISC */

/* status: how the daemon is. */

#include "exits.h"
#include "local.h"
#include "session.h"
#include "table.h"
#include "text.h"
#include "verbs.h"

static const char *const titles[] = {"FACILITY", "NAME", "ZONE", "RULE", "LIMIT", "POLICY", NULL};

static void put_version(const json_t *root)
{
    int64_t api = member_int(root, "api");

    fputs("detainerd      ", stdout);
    text_put(stdout, member_text(root, "version"));
    if (api != INT64_MIN)
        printf(", API %lld", (long long)api);
    putchar('\n');
}

static void put_clock(const json_t *root)
{
    const json_t *clock = json_object_get(root, "clock");
    const json_t *synchronised = json_object_get(clock, "synchronised");

    fputs("Time           ", stdout);
    text_put(stdout, member_text(root, "time"));
    fputs("\nClock          ", stdout);
    text_put(stdout, *member_text(clock, "kind") ? member_text(clock, "kind") : "unknown");
    if (json_is_boolean(synchronised))
        fputs(json_is_true(synchronised) ? ", synchronised" : ", NOT SYNCHRONISED", stdout);
    if (member_true(clock, "behind_history"))
        fputs(", BEHIND THE LAST RECORDED EVENT", stdout);
    putchar('\n');
}

static void put_counts(const json_t *root)
{
    const char *separator = "Holds          ", *state;
    const json_t *count;

    json_object_foreach((json_t *)json_object_get(root, "counts"), state, count)
    {
        fputs(separator, stdout);
        text_put(stdout, state);
        printf(" %lld", (long long)json_integer_value(count));
        separator = ", ";
    }
    if (json_object_size(json_object_get(root, "counts")))
        putchar('\n');
}

static void put_next_deadline(const json_t *root)
{
    instant next = member_instant(root, "next_deadline_at");
    instant now = member_instant(root, "time");
    _cleanup_(free_ptr) char *left = NULL;

    if (next != INSTANT_NONE && now != INSTANT_NONE)
        left = local_length(next - now);
    printf("Next deadline  ");
    text_put(stdout, next == INSTANT_NONE ? "none" : member_text(root, "next_deadline_at"));
    printf("%s%s\n", left ? ", in " : "", left ? left : "");
}

static void put_you(const json_t *root)
{
    const json_t *you = json_object_get(root, "you"), *role;
    const char *separator = ", ";
    size_t i;

    if (member_int(you, "uid") == INT64_MIN)
        return;
    printf("You            uid %lld", (long long)member_int(you, "uid"));
    json_array_foreach(json_object_get(you, "roles"), i, role)
    {
        fputs(separator, stdout);
        text_put(stdout, json_string_value(role) ? json_string_value(role) : "");
    }
    putchar('\n');
}

static void put_facilities(const json_t *root)
{
    struct table table = {.titles = titles};
    const json_t *facility;
    size_t i;

    json_array_foreach(json_object_get(root, "facilities"), i, facility)
    {
        int64_t limit_h = member_int(facility, "limit_h");
        struct table_row *row = table_add(&table);

        row->cells[0] = text_new("%s", member_text(facility, "id"));
        row->cells[1] = text_new("%s", member_text(facility, "name"));
        row->cells[2] = text_new("%s", member_text(facility, "zone"));
        row->cells[3] = text_new("%s", member_text(facility, "rule"));
        row->cells[4] = limit_h == INT64_MIN ? NULL : text_new("%lld h", (long long)limit_h);
        row->cells[5] = text_new("%s", member_text(facility, "policy"));
    }
    if (table.n_rows) {
        putchar('\n');
        table_print(&table, stdout);
    }
    table_clear(&table);
}

int verb_status(struct session *session, const struct arguments *arguments)
{
    _cleanup_(reply_clear) struct reply reply = {0};
    int r = session_get(session, "/v1/", &reply);

    (void)arguments;
    if (r)
        return r;
    if (session->json) {
        session_print_json(&reply);
        return EXIT_DONE;
    }
    put_version(reply.json);
    put_clock(reply.json);
    put_counts(reply.json);
    put_next_deadline(reply.json);
    if (member_int(reply.json, "last_seq") != INT64_MIN)
        printf("Events         %lld\n", (long long)member_int(reply.json, "last_seq"));
    put_you(reply.json);
    put_facilities(reply.json);
    return EXIT_DONE;
}
