/* SPDX-License-Identifier: ISC */

/* Header fields that are conditions. */

#include "conditions.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "admission.h"
#include "worker.h"

/* ---- fields ---- */

/* A field that may come in several lines, as one list (RFC 9110, 5.3). */
struct field {
    const char *name;
    size_t n_lines;
    char *value; /* NULL where memory was short; owned */
};

static void field_clear(struct field *field)
{
    free(field->value);
}

static enum MHD_Result add_line(void *closure, enum MHD_ValueKind kind, const char *name,
                                const char *value)
{
    struct field *field = closure;
    char *before = field->value;

    (void)kind;
    if (strcasecmp(name, field->name) != 0)
        return MHD_YES;
    if (asprintf(&field->value, "%s%s%s", before ? before : "", before ? ", " : "",
                 value ? value : "") < 0)
        field->value = NULL;
    free(before);
    field->n_lines++;
    return field->value ? MHD_YES : MHD_NO;
}

/* Whether the request has the field, which then is read. */
static bool read_field(const struct exchange *exchange, const char *name, struct field *field)
{
    *field = (struct field){.name = name};
    if (MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name))
        MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, add_line, field);
    return field->n_lines > 0;
}

/* ---- checking ---- */

static bool is_read(const struct exchange *exchange)
{
    return !exchange->found && !route_is_post(&exchange->match);
}

static bool is_command(const struct exchange *exchange)
{
    return !exchange->found && exchange->match.handler == hold_command;
}

static int refuse(struct problem *problem, const char *field, const char *detail)
{
    return problem_set(problem, PROBLEM_INVALID_HEADER, field, "%s", detail);
}

static int check_key(const struct field *field, struct problem *problem)
{
    char key[IDEMPOTENCY_KEY_SIZE];

    if (field->n_lines > 1)
        return refuse(problem, field->name, "given more than once");
    return idempotency_key_parse(field->value, key, problem);
}

static int check_tags(const struct field *field, struct problem *problem)
{
    if (entity_tags_valid(field->value))
        return 0;
    return refuse(problem, field->name,
                  "not a list of entity tags, which stand in quotes: \"3\", or *");
}

/* What may stand where, and what is said where it does not. */
static const struct {
    const char *name;
    bool on_read, on_command, on_other_posts;
    int (*check)(const struct field *field, struct problem *problem);
    const char *elsewhere;
} rules[] = {
    {IDEMPOTENCY_FIELD, true, true, true, check_key, ""}, /* whatever else may be repeated anyway */
    {MHD_HTTP_HEADER_IF_MATCH, true, true, false, check_tags,
     "belongs to commands on a hold, POST /v1/holds/{id}/{command}, and to reads: here is nothing "
     "that it could be compared with"},
    {MHD_HTTP_HEADER_IF_NONE_MATCH, true, false, false, check_tags,
     "belongs to reads; a command on a hold takes If-Match"},
};

int conditions_check(const struct exchange *exchange, struct problem *problem)
{
    int r = 0;

    for (size_t i = 0; i < ARRAY_SIZE(rules) && !r; i++) {
        _cleanup_(field_clear) struct field field;
        bool fits = is_read(exchange)      ? rules[i].on_read
                    : is_command(exchange) ? rules[i].on_command
                                           : rules[i].on_other_posts;

        if (!read_field(exchange, rules[i].name, &field))
            continue;
        if (!field.value)
            return -ENOMEM;
        r = fits ? rules[i].check(&field, problem)
                 : refuse(problem, field.name, rules[i].elsewhere);
    }
    return r;
}

/* ---- commands ---- */

/* The address as the route that was found would write it. */
static void write_address(const struct command *command, char address[static 64])
{
    if (command->kind == COMMAND_REQUEST)
        strcpy(address, "/v1/holds");
    else
        snprintf(address, 64, "/v1/holds/%" PRId64 "/%s", command->hold_id,
                 command_table[command->kind].name);
}

static int attach_key(const struct exchange *exchange, const struct field *field,
                      struct operation *operation)
{
    struct idempotency *idempotency = &operation->idempotency;
    struct problem problem;
    char address[64];
    int r = idempotency_key_parse(field->value, idempotency->key, &problem);

    assert(r == 0); /* it has been checked */
    idempotency->uid = exchange->peer.uid;
    write_address(&operation->command, address);
    return idempotency_seal(idempotency, address, exchange->body, exchange->body_size);
}

int conditions_attach(const struct exchange *exchange, struct operation *operation)
{
    _cleanup_(field_clear) struct field key;
    struct field if_match;

    if (read_field(exchange, MHD_HTTP_HEADER_IF_MATCH, &if_match) && !if_match.value)
        return -ENOMEM;
    operation->if_match = if_match.value;
    if (!read_field(exchange, IDEMPOTENCY_FIELD, &key))
        return 0;
    return key.value ? attach_key(exchange, &key, operation) : -ENOMEM;
}

/* ---- reads ---- */

static bool has_tag(const struct exchange *exchange, const char *name, const char *tag,
                    enum entity_tag_comparison comparison, bool without)
{
    _cleanup_(field_clear) struct field field;

    if (!read_field(exchange, name, &field) || !field.value)
        return without;
    return entity_tags_have(field.value, tag, comparison);
}

unsigned conditions_status(const struct exchange *exchange, const char *tag)
{
    if (!is_read(exchange))
        return MHD_HTTP_OK;
    if (!has_tag(exchange, MHD_HTTP_HEADER_IF_MATCH, tag, ENTITY_TAG_STRONG, true))
        return MHD_HTTP_PRECONDITION_FAILED;
    if (has_tag(exchange, MHD_HTTP_HEADER_IF_NONE_MATCH, tag, ENTITY_TAG_WEAK, false))
        return MHD_HTTP_NOT_MODIFIED;
    return MHD_HTTP_OK;
}

/* ---- tags ---- */

/*
 * Numbers of laws and of events begin anew with a run, or with a database put back from a copy. Who
 * may not see all has other answers than those who may.
 */
static void write_tag(struct exchange *exchange, char kind, int64_t number,
                      char tag[static ENTITY_TAG_SIZE])
{
    struct worker *worker = exchange->worker;

    bool sees_all = admission_to_personal(exchange); /* which asks for the law in force */

    snprintf(tag, ENTITY_TAG_SIZE, "W/\"%" PRIx64 "-%" PRIu64 "-%c%" PRId64 "%s\"",
             (uint64_t)server_began_at(worker->server), worker->law.changes, kind, number,
             sees_all ? "" : "-less");
}

void conditions_history_tag(struct exchange *exchange, char tag[static ENTITY_TAG_SIZE])
{
    write_tag(exchange, 's', atomic_load(&exchange->worker->options->view->committed_seq), tag);
}

void conditions_law_tag(struct exchange *exchange, char tag[static ENTITY_TAG_SIZE])
{
    write_tag(exchange, 'd', clock_now(exchange->worker->options->clock) / US_PER_DAY, tag);
}
