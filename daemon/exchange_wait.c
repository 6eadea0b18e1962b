/* SPDX-License-Identifier: ISC */

/* Suspended exchanges: waiting for the ledger, or for the history to grow. */

#include "exchange.h"
#include "worker.h"

static void hand_back(struct operation *operation)
{
    worker_hand_back(((struct pending *)operation)->worker, operation);
}

static enum MHD_Result suspend(struct exchange *exchange, struct exchange_list *list, step_fn *then)
{
    exchange->step = then;
    worker_move(exchange, list);
    MHD_suspend_connection(exchange->connection);
    return MHD_YES;
}

/* Before it is handed over: it may be back at once. */
static void await(struct exchange *exchange, struct pending *pending, step_fn *then)
{
    pending->worker = exchange->worker;
    pending->exchange = exchange;
    pending->operation.done = hand_back;
    exchange->pending = pending;
    suspend(exchange, &exchange->worker->running, then);
}

enum MHD_Result exchange_submit(struct exchange *exchange, struct pending *pending, step_fn *then)
{
    await(exchange, pending, then);
    writer_submit(exchange->worker->options->writer, &pending->operation);
    return MHD_YES;
}

enum MHD_Result exchange_submit_reload(struct exchange *exchange, struct pending *pending,
                                       step_fn *then)
{
    await(exchange, pending, then);
    reload_submit(exchange->worker->options->reload, &pending->operation);
    return MHD_YES;
}

/*
 * The worker's count of polls rises before the view is looked at, and the writer looks at it after
 * it has moved the view: whichever comes first, no commit is missed.
 */
enum MHD_Result exchange_wait(struct exchange *exchange, int64_t wait_s, step_fn *then)
{
    struct worker *worker = exchange->worker;

    exchange->wait_until = worker->tick + (uint64_t)wait_s * TICKS_PER_S + 1;
    worker_move(exchange, &worker->polls);
    if (atomic_load(&worker->options->view->committed_seq) <= exchange->after)
        return suspend(exchange, &worker->polls, then);
    worker_move(exchange, &worker->open);
    return then(exchange);
}

void exchange_resume(struct exchange *exchange)
{
    worker_move(exchange, &exchange->worker->open);
    MHD_resume_connection(exchange->connection);
}

static enum MHD_Result cut_off(struct exchange *exchange)
{
    (void)exchange;
    return MHD_NO;
}

void exchange_abandon(struct exchange *exchange)
{
    if (exchange->pending) {
        exchange->pending->exchange = NULL;
        exchange->pending = NULL;
    }
    exchange->step = cut_off;
    exchange_resume(exchange);
}
