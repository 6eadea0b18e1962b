/* SPDX-License-Identifier: ISC */

/* The life of a request, between MHD's callbacks on one side and the routes' steps on the other. */

#include "exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "admission.h"
#include "answer.h"
#include "conditions.h"
#include "sweep.h"
#include "worker.h"

#define BODY_FIRST 1024 /* most bodies fit */
#define BODY_SHORT 4096 /* there is always room for these */

/* ---- connections ---- */

static struct exchange *exchange_new(struct worker *worker, struct MHD_Connection *connection)
{
    struct exchange *exchange = calloc(1, sizeof(*exchange));

    if (!exchange)
        return NULL;
    exchange->worker = worker;
    exchange->connection = connection;
    exchange->ceiling = worker->newcomer->ceiling;
    exchange->user = worker->newcomer->user;
    exchange->fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    if (peer_get(exchange->fd, &exchange->peer) < 0) {
        free(exchange);
        return NULL;
    }
    worker_move(exchange, &worker->open);
    return exchange;
}

static void exchange_free(struct exchange *exchange)
{
    if (!exchange)
        return;
    worker_move(exchange, NULL);
    peer_clear(&exchange->peer);
    free(exchange);
}

void exchange_notify(void *closure, struct MHD_Connection *connection, void **socket_context,
                     enum MHD_ConnectionNotificationCode code)
{
    struct worker *worker = closure;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        worker->started++;
        *socket_context = exchange_new(worker, connection);
        if (!*socket_context)
            worker_gone(worker, worker->newcomer->user);
    } else if (*socket_context) {
        worker_gone(worker, ((struct exchange *)*socket_context)->user);
        exchange_free(*socket_context);
    }
}

/* ---- bodies ---- */

static void drop_body(struct exchange *exchange)
{
    free(exchange->body);
    exchange->body = NULL;
    exchange->body_capacity = 0;
    exchange->worker->buffered -= exchange->buffered;
    exchange->buffered = 0;
}

static bool wants_body(const struct exchange *exchange)
{
    return !exchange->found && !exchange->admission && route_is_post(&exchange->match);
}

/* Makes room for a body of so many bytes, BODY_MAX at most. */
static bool reserve(struct exchange *exchange, size_t size)
{
    size_t capacity = exchange->body_capacity ? exchange->body_capacity : BODY_FIRST;
    char *grown;

    if (size <= exchange->body_capacity)
        return true;
    while (capacity < size)
        capacity *= 2;
    if (capacity > BODY_SHORT && worker_room(exchange->worker, 0) < capacity)
        return false;
    grown = realloc(exchange->body, capacity);
    if (!grown)
        return false;
    exchange->worker->buffered += capacity - exchange->body_capacity;
    exchange->buffered = capacity;
    exchange->body = grown;
    exchange->body_capacity = capacity;
    return true;
}

/* Keeps what is wanted of a body, and reads past the rest, so that the client gets to hear why. */
static enum MHD_Result collect(struct exchange *exchange, const char *data, size_t size)
{
    size_t before = exchange->body_size;

    exchange->body_size += size;
    if (exchange->body_size > DISCARD_MAX) {
        sweep_log_cut(exchange, "its body is too long");
        return MHD_NO;
    }
    if (!wants_body(exchange) || exchange->overloaded)
        return MHD_YES;
    if (exchange->body_size > BODY_MAX) {
        drop_body(exchange);
    } else if (!reserve(exchange, exchange->body_size)) {
        drop_body(exchange);
        exchange->overloaded = true;
    } else {
        memcpy(exchange->body + before, data, size);
    }
    return MHD_YES;
}

/* ---- requests ---- */

static const char *header(const struct exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

static bool is_json(const char *type)
{
    size_t length = strlen(JSON_TYPE);

    return type && strncasecmp(type, JSON_TYPE, length) == 0 &&
           strchr("; \t", type[length]); /* also the end */
}

static enum MHD_Result refuse_length(struct exchange *exchange)
{
    return answer_refusal(exchange, PROBLEM_TOO_LARGE, "a body has at most %d bytes", BODY_MAX);
}

static enum MHD_Result refuse_address(struct exchange *exchange)
{
    if (exchange->found == ROUTE_NO_METHOD)
        return answer_refusal(exchange, PROBLEM_METHOD_NOT_ALLOWED, "this address takes %s",
                              route_allow(exchange->match.route));
    return answer_refusal(exchange, PROBLEM_NOT_FOUND, "there is nothing at this address");
}

struct parameters {
    struct query *query;
    struct problem problem;
    int result;
};

static enum MHD_Result add_parameter(void *closure, enum MHD_ValueKind kind, const char *name,
                                     const char *value)
{
    struct parameters *parameters = closure;

    (void)kind;
    parameters->result = query_add(parameters->query, name, value, &parameters->problem);
    return parameters->result ? MHD_NO : MHD_YES;
}

static enum MHD_Result route(struct exchange *exchange)
{
    struct query query;
    struct parameters parameters = {.query = &query};

    query_init(&query, exchange->match.parameters);
    MHD_get_connection_values(exchange->connection, MHD_GET_ARGUMENT_KIND, add_parameter,
                              &parameters);
    if (parameters.result)
        return answer_problem(exchange, &parameters.problem);
    return exchange->match.handler(exchange, &query);
}

static enum MHD_Result check_conditions(struct exchange *exchange)
{
    struct problem problem;
    int r = conditions_check(exchange, &problem);

    if (r < 0)
        return answer_refusal(exchange, PROBLEM_OVERLOADED, "memory is short");
    return r ? answer_problem(exchange, &problem) : route(exchange);
}

static enum MHD_Result refuse_stopping(struct exchange *exchange)
{
    if (atomic_load(&exchange->worker->options->view->failed))
        return answer_refusal(exchange, PROBLEM_STORAGE_FAILED,
                              "the database has failed and detainerd is stopping; nothing was "
                              "recorded");
    return answer_refusal(exchange, PROBLEM_OVERLOADED, "the daemon is stopping");
}

/* The first step, once the request is complete. */
static enum MHD_Result dispatch(struct exchange *exchange)
{
    if (exchange->worker->stop_at)
        return refuse_stopping(exchange);
    if (exchange->admission)
        return admission_refuse(exchange);
    if (exchange->found)
        return refuse_address(exchange);
    if (exchange->body_size > BODY_MAX)
        return refuse_length(exchange);
    if (exchange->overloaded)
        return answer_refusal(exchange, PROBLEM_OVERLOADED, "too many long bodies at once");
    if (exchange->body_size > 0 && wants_body(exchange) &&
        !is_json(header(exchange, MHD_HTTP_HEADER_CONTENT_TYPE)))
        return answer_refusal(exchange, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                              "a body is " JSON_TYPE ", and its Content-Type says so");
    return check_conditions(exchange);
}

/* The head of a request is there. One with a body too long to be read past is answered at once. */
static enum MHD_Result begin(struct exchange *exchange, const char *path, const char *method)
{
    const char *length = header(exchange, MHD_HTTP_HEADER_CONTENT_LENGTH);

    exchange->found = route_find(path, method, &exchange->match);
    admission_decide(exchange);
    exchange->step = dispatch;
    if (length && strtoull(length, NULL, 10) > DISCARD_MAX) {
        sweep_log_cut(exchange, "its body is too long");
        return refuse_length(exchange);
    }
    return MHD_YES;
}

enum MHD_Result exchange_handle(void *worker, struct MHD_Connection *connection, const char *path,
                                const char *method, const char *version, const char *data,
                                size_t *size, void **context)
{
    struct exchange *exchange = *context;
    size_t n = *size;

    (void)worker;
    (void)version;
    if (!exchange) {
        exchange =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
        *context = exchange;
        return exchange ? begin(exchange, path, method) : MHD_NO;
    }
    *size = 0;
    return n > 0 ? collect(exchange, data, n) : exchange->step(exchange);
}

void exchange_completed(void *closure, struct MHD_Connection *connection, void **context,
                        enum MHD_RequestTerminationCode code)
{
    struct worker *worker = closure;
    struct exchange *exchange = *context;

    (void)connection;
    if (!exchange)
        return;
    if (code == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED)
        sweep_log_cut(exchange, SWEEP_TOO_SLOW);
    if (exchange->answering)
        worker->answering--;
    drop_body(exchange);
    if (exchange->pending) /* the ledger was done with it, but the client did not wait */
        pending_free(exchange->pending);
    exchange->pending = NULL;
    exchange->body_size = 0;
    exchange->overloaded = false;
    exchange->answering = false;
    worker_move(exchange, &worker->open);
}
