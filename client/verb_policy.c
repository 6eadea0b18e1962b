/* SPDX-License-Identifier: ISC */

/* policy list, policy show: which rules on honouring detainers the daemon has, and their text. */

#include <string.h>

#include "arguments.h"
#include "exits.h"
#include "session.h"
#include "table.h"
#include "target.h"
#include "text.h"

static const char *const titles[] = {"NAME",  "VERSION",    "FROM",  "UNTIL",
                                     "RULES", "FACILITIES", "TITLE", NULL};

/* The version in force, or NULL where there is none. */
static const json_t *version_in_force(const json_t *policy)
{
    const json_t *version;
    size_t i;

    json_array_foreach(json_object_get(policy, "versions"), i, version)
    {
        if (member_true(version, "in_force"))
            return version;
    }
    return NULL;
}

/* The facilities that go by a policy, a blank between. The caller frees. */
static char *facilities_of(const json_t *policy)
{
    const json_t *facility;
    char *list = NULL;
    size_t i, size;
    FILE *out = text_not_null(open_memstream(&list, &size));

    json_array_foreach(json_object_get(policy, "facilities"), i, facility)
    {
        const char *id = json_string_value(facility);

        fprintf(out, "%s%s", i ? " " : "", id ? id : "");
    }
    return text_not_null(fclose(out) ? NULL : list);
}

static void add_policy(struct table *table, const json_t *policy)
{
    const json_t *version = version_in_force(policy);
    struct table_row *row = table_add(table);

    row->cells[0] = text_new("%s", member_text(policy, "name"));
    row->cells[1] = text_new("%s", version ? member_text(version, "version") : "none in force");
    row->cells[2] = text_new("%s", member_text(version, "from"));
    row->cells[3] = text_new("%s", member_text(version, "until"));
    row->cells[4] = version ? text_new("%lld", (long long)member_int(version, "rules")) : NULL;
    row->cells[5] = facilities_of(policy);
    row->cells[6] = text_new("%s", member_text(policy, "title"));
}

int verb_policy_list(struct session *session, const struct arguments *arguments)
{
    _cleanup_(reply_clear) struct reply reply = {0};
    struct table table = {.titles = titles};
    int r = session_get(session, "/v1/policies", &reply);
    const json_t *policy;
    size_t i;

    (void)arguments;
    if (r)
        return r;
    if (session->json) {
        session_print_json(&reply);
        return EXIT_DONE;
    }
    json_array_foreach(json_object_get(reply.json, "policies"), i, policy)
    {
        add_policy(&table, policy);
    }
    table_print(&table, stdout);
    table_clear(&table);
    return EXIT_DONE;
}

/* ---- show
 * ------------------------------------------------------------------------------------------ */

/* "from 2012-09-12 until 2021-01-31": both days belong to it. The caller frees. */
static char *days_of(const json_t *version)
{
    const char *from = member_text(version, "from");
    const char *until = member_text(version, "until");

    if (!*from && !*until)
        return text_new("any day");
    return text_new("%s%s%s%s%s", *from ? "from " : "", from, *from && *until ? " " : "",
                    *until ? "until " : "", until);
}

static void put_versions(const json_t *policy)
{
    const json_t *version;
    size_t i;

    json_array_foreach(json_object_get(policy, "versions"), i, version)
    {
        _cleanup_(free_ptr) char *days = days_of(version);
        _cleanup_(free_ptr) char *text =
            text_new("%s, %s, %lld rules%s", member_text(version, "version"), days,
                     (long long)member_int(version, "rules"),
                     member_true(version, "in_force") ? ", IN FORCE" : "");

        text_put_field(stdout, "Version", text);
    }
}

static void put_policy(const json_t *policy)
{
    _cleanup_(free_ptr) char *facilities = facilities_of(policy);

    text_put_field(stdout, "Policy", member_text(policy, "name"));
    text_put_field(stdout, "Title", member_text(policy, "title"));
    text_put_field(stdout, "Citation", member_text(policy, "cite"));
    text_put_field(stdout, "Note", member_text(policy, "note"));
    text_put_field(stdout, "Facilities", facilities);
    put_versions(policy);
    text_put_field(stdout, "SHA-256", member_text(policy, "hash"));
    putchar('\n');
    text_put_lines(stdout, member_text(policy, "text"));
}

int verb_policy_show(struct session *session, const struct arguments *arguments)
{
    _cleanup_(target_clear) struct target target = {0};
    _cleanup_(reply_clear) struct reply reply = {0};
    int r;

    target_begin(&target, "/v1/policies");
    target_step(&target, arguments->policy);
    r = session_get(session, target_end(&target), &reply);
    if (r)
        return r;
    if (session->json)
        session_print_json(&reply);
    else
        put_policy(reply.json);
    return EXIT_DONE;
}
