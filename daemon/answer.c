/* SPDX-License-Identifier: ISC */

/* Responses out of texts, buffers and problems. */

#include "answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "admission.h"
#include "codec.h"
#include "conditions.h"
#include "log.h"
#include "worker.h"

#define ANSWER_MAX     (1024 * 1024) /* where lists end their page */
#define BODIES_RESERVE (1024 * 1024) /* of room for bodies, which answers do not take */

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    if (value)
        MHD_add_response_header(response, name, value);
}

static void add_headers(struct MHD_Response *response, const struct answer *answer)
{
    if (answer->status != MHD_HTTP_NOT_MODIFIED)
        add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type ? answer->type : JSON_TYPE);
    add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    add_header(response, MHD_HTTP_HEADER_ALLOW, answer->allow);
    add_header(response, MHD_HTTP_HEADER_ETAG, answer->etag);
    add_header(response, MHD_HTTP_HEADER_LOCATION, answer->location);
    add_header(response, MHD_HTTP_HEADER_RETRY_AFTER, answer->retry_after);
    add_header(response, MHD_HTTP_HEADER_VARY, answer->vary);
    add_header(response, "Idempotency-Replayed", answer->replayed);
}

/* Takes the response over; NULL, where memory was short, closes the connection. */
static enum MHD_Result queue_as_it_is(struct exchange *exchange, const struct answer *answer,
                                      struct MHD_Response *response)
{
    struct worker *worker = exchange->worker;
    enum MHD_Result queued;

    if (!response)
        return MHD_NO;
    add_headers(response, answer);
    exchange->answering = true;
    worker->answering++;
    worker_count_answer(worker, answer->status);
    queued = MHD_queue_response(exchange->connection, answer->status, response);
    MHD_destroy_response(response);
    return queued;
}

static struct MHD_Response *response_of_text(char *text)
{
    return text ? MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE) : NULL;
}

/* The client has something else than what there is. */
static enum MHD_Result queue_refusal(struct exchange *exchange, const char *etag)
{
    struct answer answer = {
        .status = MHD_HTTP_PRECONDITION_FAILED, .type = PROBLEM_TYPE, .etag = etag};
    struct problem problem;

    problem_set(&problem, PROBLEM_PRECONDITION_FAILED, MHD_HTTP_HEADER_IF_MATCH,
                "what is here has another entity tag: %s", etag ? etag : "none at all");
    worker_count_problem(exchange->worker, problem.kind);
    return queue_as_it_is(exchange, &answer, response_of_text(codec_problem(&problem)));
}

/*
 * Takes the response over. A client that has it already gets its head alone: MHD leaves out the
 * body of a 304, and tells the length that it would have.
 */
static enum MHD_Result queue(struct exchange *exchange, const struct answer *answer,
                             struct MHD_Response *response)
{
    struct answer told = *answer;

    if (response && answer->status == MHD_HTTP_OK)
        told.status = conditions_status(exchange, answer->etag);
    if (told.status == answer->status || told.status == MHD_HTTP_NOT_MODIFIED)
        return queue_as_it_is(exchange, &told, response);
    MHD_destroy_response(response);
    return queue_refusal(exchange, answer->etag);
}

enum MHD_Result answer_text(struct exchange *exchange, const struct answer *answer, char *text)
{
    return queue(exchange, answer, response_of_text(text));
}

enum MHD_Result answer_constant(struct exchange *exchange, const char *text)
{
    /* MHD only reads it; its parameter is not const because the other modes give the text away. */
    return queue(
        exchange, &(struct answer){.status = MHD_HTTP_OK},
        MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT));
}

enum MHD_Result answer_tagged_json(struct exchange *exchange, const char *tag, json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;

    json_decref(value);
    return answer_text(exchange, &(struct answer){.status = MHD_HTTP_OK, .etag = tag}, text);
}

enum MHD_Result answer_json(struct exchange *exchange, json_t *value)
{
    return answer_tagged_json(exchange, NULL, value);
}

struct evbuffer *answer_buffer_new(const char *begin)
{
    struct evbuffer *buffer = evbuffer_new();

    if (buffer)
        evbuffer_add(buffer, begin, strlen(begin));
    return buffer;
}

static void free_buffer(void *buffer)
{
    evbuffer_free(buffer);
}

enum MHD_Result answer_buffer(struct exchange *exchange, const struct answer *answer,
                              struct evbuffer *buffer)
{
    size_t size = evbuffer_get_length(buffer);
    void *text = evbuffer_pullup(buffer, -1);

    if (!text) {
        evbuffer_free(buffer);
        return MHD_NO;
    }
    exchange->buffered += size;
    exchange->worker->buffered += size;
    return queue(
        exchange, answer,
        MHD_create_response_from_buffer_with_free_callback_cls(size, text, free_buffer, buffer));
}

bool answer_is_full(const struct exchange *exchange, const struct evbuffer *buffer)
{
    size_t room = worker_room(exchange->worker, BODIES_RESERVE);

    return evbuffer_get_length(buffer) >= (room < ANSWER_MAX ? room : ANSWER_MAX);
}

enum MHD_Result answer_problem(struct exchange *exchange, const struct problem *problem)
{
    struct answer answer = {
        .status = (unsigned)problem_status(problem->kind),
        .type = PROBLEM_TYPE,
    };

    if (problem->kind == PROBLEM_METHOD_NOT_ALLOWED)
        answer.allow = route_allow(exchange->match.route);
    if (problem->kind == PROBLEM_TOO_MANY_REQUESTS || problem->kind == PROBLEM_OVERLOADED)
        answer.retry_after = RETRY_AFTER_S;
    worker_count_problem(exchange->worker, problem->kind);
    return answer_text(exchange, &answer, codec_problem(problem));
}

enum MHD_Result answer_refusal(struct exchange *exchange, enum problem_kind kind,
                               const char *detail, ...)
{
    struct problem problem;
    char text[sizeof(problem.detail)];
    va_list arguments;

    va_start(arguments, detail);
    vsnprintf(text, sizeof(text), detail, arguments);
    va_end(arguments);
    problem_set(&problem, kind, NULL, "%s", text);
    return answer_problem(exchange, &problem);
}

enum MHD_Result answer_unreadable(struct exchange *exchange, int error)
{
    log_line(LOG_ERR, "the database cannot be read: %s", strerror(-error));
    return answer_refusal(exchange, PROBLEM_STORAGE_FAILED, "the database cannot be read");
}

unsigned answer_hidden(struct exchange *exchange)
{
    return admission_to_personal(exchange) ? 0 : RECORD_PERSONAL;
}

enum MHD_Result answer_hidden_parameter(struct exchange *exchange, const char *name)
{
    char roles[ROLES_TEXT_SIZE];
    struct problem problem;

    roles_list(access_to_personal(), roles);
    problem_set(&problem, PROBLEM_FORBIDDEN, name, "only for the roles that may see it: %s", roles);
    return answer_problem(exchange, &problem);
}

char *answer_hold_text(struct exchange *exchange, const struct hold *hold,
                       const struct timer *next_timer, instant now)
{
    const char *zone_name = law_zone_name(worker_law(exchange->worker), hold->facility);

    return codec_hold(hold, zone_name, next_timer->kind != TIMER_NONE ? next_timer : NULL, now,
                      answer_hidden(exchange));
}

enum MHD_Result answer_reply(struct exchange *exchange, struct reply *reply)
{
    char tag[ENTITY_TAG_SIZE], location[40];
    struct answer answer = {
        .status = reply->status,
        .type = reply->status >= MHD_HTTP_BAD_REQUEST ? PROBLEM_TYPE : JSON_TYPE,
        .replayed = reply->replayed ? "true" : NULL,
    };
    char *body = reply->body;

    reply_tag(reply->rev, tag);
    if (reply->rev)
        answer.etag = tag;
    snprintf(location, sizeof(location), "/v1/holds/%" PRId64, reply->hold);
    if (reply->status == MHD_HTTP_CREATED)
        answer.location = location;
    reply->body = NULL;
    if (reply->kind)
        worker_count_problem(exchange->worker, reply->kind);
    return answer_text(exchange, &answer, body);
}
