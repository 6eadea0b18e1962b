/* SPDX-License-Identifier: ISC */

/*
 * Metrics in Prometheus' text format, version 0.0.4. Names and units follow its conventions: base
 * units, `_total` for what only grows.
 */

#include <inttypes.h>

#include "answer.h"
#include "worker.h"

#define TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"

static void head(struct evbuffer *text, const char *name, const char *type, const char *help)
{
    evbuffer_add_printf(text, "# HELP detainerd_%s %s\n# TYPE detainerd_%s %s\n", name, help, name,
                        type);
}

static void number(struct evbuffer *text, const char *name, const char *type, int64_t value,
                   const char *help)
{
    head(text, name, type, help);
    evbuffer_add_printf(text, "detainerd_%s %" PRId64 "\n", name, value);
}

static void seconds(struct evbuffer *text, const char *name, const char *type, int64_t value_us,
                    const char *help)
{
    head(text, name, type, help);
    evbuffer_add_printf(text, "detainerd_%s %" PRId64 ".%06d\n", name, value_us / US_PER_S,
                        (int)(value_us % US_PER_S));
}

static void add_history(struct evbuffer *text, const struct view *view)
{
    instant next_deadline = atomic_load(&view->next_deadline);

    head(text, "holds", "gauge", "Holds by state.");
    for (size_t state = HOLD_PENDING; state < HOLD_STATES; state++)
        evbuffer_add_printf(text, "detainerd_holds{state=\"%s\"} %" PRId64 "\n",
                            hold_state_names.values[state], atomic_load(&view->counts[state]));
    number(text, "events_total", "counter", atomic_load(&view->committed_seq),
           "Events in the history: the newest sequence number.");
    if (next_deadline != INSTANT_NONE)
        seconds(text, "next_deadline_timestamp_seconds", "gauge", next_deadline,
                "When the next held hold expires, since the epoch.");
}

static void add_ledger(struct evbuffer *text, const struct view *view)
{
    number(text, "commands_total", "counter", atomic_load(&view->commands),
           "Commands recorded since the start.");
    number(text, "commands_refused_total", "counter", atomic_load(&view->refused),
           "Commands the ledger refused since the start.");
    number(text, "timers_fired_total", "counter", atomic_load(&view->timers_fired),
           "Timers fired since the start.");
    seconds(text, "expiry_lateness_max_seconds", "gauge", atomic_load(&view->max_late_us),
            "Worst lateness of an expiry that fell due while running.");
    number(text, "commits_total", "counter", atomic_load(&view->commits),
           "Transactions since the start.");
    number(text, "checkpoints_total", "counter", atomic_load(&view->checkpoints),
           "Checkpoints of the write-ahead log since the start.");
    number(text, "wal_pages", "gauge", atomic_load(&view->wal_pages),
           "Pages in the write-ahead log.");
}

static void add_state(struct evbuffer *text, const struct view *view)
{
    number(text, "storage_failed", "gauge", atomic_load(&view->failed),
           "1 once the database failed.");
    number(text, "clock_synchronised", "gauge", atomic_load(&view->synchronised),
           "1 while the kernel holds the clock for synchronised.");
    number(text, "clock_behind_history", "gauge", atomic_load(&view->behind),
           "1 while the clock is behind the newest event.");
}

static void add_http(struct evbuffer *text, const struct server *server)
{
    struct server_totals totals;

    server_add_up(server, &totals);
    head(text, "http_answers_total", "counter", "Answers since the start, by class of status.");
    for (int class = 2; class <= 5; class ++)
        evbuffer_add_printf(text, "detainerd_http_answers_total{class=\"%dxx\"} %" PRIu64 "\n",
                            class, totals.answers[class]);
    number(text, "http_connections", "gauge", (int64_t)totals.connections, "Open connections.");
    number(text, "http_connections_refused_total", "counter", (int64_t)totals.refused,
           "Connections refused because there were max_connections.");
    number(text, "http_connections_cut_total", "counter", (int64_t)totals.cut,
           "Connections closed because the client was too slow, or sent too much.");
    number(text, "http_long_polls", "gauge", (int64_t)totals.polls,
           "Requests that wait for the next event.");
}

enum MHD_Result metrics_get(struct exchange *exchange, const struct query *query)
{
    const struct worker *worker = exchange->worker;
    struct evbuffer *text = answer_buffer_new("");

    (void)query;
    if (!text)
        return MHD_NO;
    head(text, "build_info", "gauge", "The version that runs.");
    evbuffer_add_printf(text, "detainerd_build_info{version=\"%s\"} 1\n", PACKAGE_VERSION);
    add_history(text, worker->options->view);
    add_ledger(text, worker->options->view);
    add_state(text, worker->options->view);
    add_http(text, worker->server);
    return answer_buffer(exchange, &(struct answer){.status = MHD_HTTP_OK, .type = TEXT_TYPE},
                         text);
}
