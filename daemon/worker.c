/* SPDX-License-Identifier: ISC */

/*
 * The worker's loop. libevent watches the epoll set of MHD, which knows all the connections; MHD
 * runs when that set has something, and when connections were resumed.
 */

#include "worker.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "acceptor.h"
#include "http.h"
#include "log.h"
#include "sweep.h"
#include "thread.h"

#define BUFFERED_MAX  (24 * 1024 * 1024) /* of all workers, but ... */
#define BUFFERED_MIN  (4 * 1024 * 1024)  /* ... so much for each */
#define RUNS_PER_TURN 2                  /* of MHD, before other events get their turn */
#define STOP_TICKS    (2 * TICKS_PER_S)

/* ---- lists ---- */

void worker_move(struct exchange *exchange, struct exchange_list *list)
{
    struct worker *worker = exchange->worker;

    if (exchange->list)
        TAILQ_REMOVE(exchange->list, exchange, link);
    if (exchange->list == &worker->polls)
        counter_add(&worker->counters.polls, UINT64_MAX);
    if (list == &worker->polls)
        counter_add(&worker->counters.polls, 1);
    if (list)
        TAILQ_INSERT_TAIL(list, exchange, link);
    exchange->list = list;
    exchange->since = worker->tick;
}

size_t worker_room(const struct worker *worker, size_t reserve)
{
    size_t share = BUFFERED_MAX / worker->options->config->http_threads;
    size_t taken = worker->buffered + reserve;

    share = share < BUFFERED_MIN ? BUFFERED_MIN : share;
    return taken < share ? share - taken : 0;
}

/* ---- the law ---- */

/* What the evaluator has prepared belongs to the policies of the law before. */
const struct law *worker_law(struct worker *worker)
{
    const struct law *before = worker->law.law;
    const struct law *law = in_force_law(worker->options->in_force, &worker->law);

    if (law != before)
        evaluator_forget(worker->evaluator);
    return law;
}

/* ---- counters ---- */

void worker_count_answer(struct worker *worker, unsigned status)
{
    counter_add(&worker->counters.answers[status / 100], 1);
}

void worker_count_problem(struct worker *worker, enum problem_kind kind)
{
    counter_add(&worker->counters.problems[kind], 1);
}

/* ---- turns ---- */

static bool is_idle(const struct worker *worker)
{
    return TAILQ_EMPTY(&worker->running) && worker->answering == 0;
}

/* Lets MHD work until it has nothing left to do, or for so long that others must get their turn. */
static void turn(struct worker *worker)
{
    MHD_UNSIGNED_LONG_LONG timeout = 0;
    int runs = 0;

    do
        MHD_run(worker->http);
    while (MHD_get_timeout(worker->http, &timeout) == MHD_YES && timeout == 0 &&
           ++runs < RUNS_PER_TURN);
    if (runs == RUNS_PER_TURN)
        event_active(worker->http_event, EV_READ, 0);
    pulse_beat(worker->pulse);
    if (worker->stop_at && (is_idle(worker) || worker->tick >= worker->stop_at))
        event_base_loopbreak(worker->base);
}

static void on_http(evutil_socket_t fd, short events, void *closure)
{
    (void)fd;
    (void)events;
    turn(closure);
}

/* ---- what other threads say ---- */

static void wake(struct worker *worker)
{
    uint64_t one = 1;
    ssize_t n;

    if (atomic_exchange(&worker->awake, true))
        return;
    n = write(worker->wake_fd, &one, sizeof(one));
    assert(n == sizeof(one)); /* an eventfd only refuses at 2^64 - 1 */
}

void worker_hand_back(struct worker *worker, struct operation *operation)
{
    operation->next = atomic_load(&worker->done);
    while (!atomic_compare_exchange_weak(&worker->done, &operation->next, operation))
        ;
    wake(worker);
}

void worker_give(struct worker *worker, const struct newcomer *given)
{
    struct newcomer *newcomer = malloc(sizeof(*newcomer));

    if (!newcomer) {
        close(given->fd);
        quota_disconnect(worker->options->quota, given->user);
        return;
    }
    *newcomer = *given;
    newcomer->next = atomic_load(&worker->newcomers);
    while (!atomic_compare_exchange_weak(&worker->newcomers, &newcomer->next, newcomer))
        ;
    atomic_fetch_add(&worker->connections, 1);
    wake(worker);
}

void worker_gone(struct worker *worker, struct quota_user *user)
{
    atomic_fetch_sub(&worker->connections, 1);
    quota_disconnect(worker->options->quota, user);
}

size_t worker_connections(const struct worker *worker)
{
    return atomic_load(&worker->connections);
}

void worker_notify(struct worker *worker)
{
    if (atomic_load(&worker->counters.polls) > 0)
        wake(worker);
}

void worker_stop(struct worker *worker)
{
    atomic_store(&worker->stop, true);
    wake(worker);
}

/* What the ledger has handed back since the last time, in its order. */
static struct operation *take_done(struct worker *worker)
{
    struct operation *newest_first = atomic_exchange(&worker->done, NULL);
    struct operation *in_order = NULL;

    while (newest_first) {
        struct operation *next = newest_first->next;

        newest_first->next = in_order;
        in_order = newest_first;
        newest_first = next;
    }
    return in_order;
}

static void resume_done(struct worker *worker)
{
    struct operation *operation = take_done(worker);

    while (operation) {
        struct pending *pending = (struct pending *)operation;

        operation = operation->next;
        if (pending->exchange)
            exchange_resume(pending->exchange);
        else
            pending_free(pending);
    }
}

static void take_newcomers(struct worker *worker)
{
    struct newcomer *newcomer = atomic_exchange(&worker->newcomers, NULL);

    while (newcomer) {
        struct newcomer *next = newcomer->next;

        http_add(worker, newcomer);
        free(newcomer);
        newcomer = next;
    }
}

static void begin_stop(struct worker *worker)
{
    worker->stop_at = worker->tick + STOP_TICKS;
    if (worker->acceptor)
        acceptor_stop(worker->acceptor);
}

static void on_wake(evutil_socket_t fd, short events, void *closure)
{
    struct worker *worker = closure;
    uint64_t count;
    ssize_t n = read(fd, &count, sizeof(count));

    (void)events;
    assert(n == sizeof(count) || errno == EAGAIN);
    atomic_store(&worker->awake, false); /* from here on, news wake us again */
    if (atomic_load(&worker->stop) && !worker->stop_at)
        begin_stop(worker);
    take_newcomers(worker);
    resume_done(worker);
    sweep_polls(worker);
    turn(worker);
}

/* ---- time ---- */

static void on_tick(evutil_socket_t fd, short events, void *closure)
{
    struct worker *worker = closure;
    (void)fd;
    (void)events;
    worker->tick++;
    sweep_polls(worker);
    if (worker->tick % TICKS_PER_S == 0)
        sweep_clients(worker);
    turn(worker);
}

/* ---- start and stop ---- */

static struct event_base *new_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base;

    if (!config)
        return NULL;
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK); /* no other thread touches it */
    base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

static struct event *watch(struct worker *worker, int fd, event_callback_fn callback)
{
    struct timeval tick = {.tv_usec = TICK_US};
    short what = EV_PERSIST | (fd >= 0 ? EV_READ : 0);
    struct event *event = event_new(worker->base, fd, what, callback, worker);

    if (event && event_add(event, fd >= 0 ? NULL : &tick) < 0) {
        event_free(event);
        return NULL;
    }
    return event;
}

static int set_up(struct worker *worker)
{
    const union MHD_DaemonInfo *info;

    worker->base = new_base();
    worker->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!worker->base || worker->wake_fd < 0)
        return -ENOMEM;
    if (http_start(worker) < 0)
        return -ENOMEM;
    info = MHD_get_daemon_info(worker->http, MHD_DAEMON_INFO_EPOLL_FD);
    worker->http_event = watch(worker, info->epoll_fd, on_http);
    worker->wake_event = watch(worker, worker->wake_fd, on_wake);
    worker->tick_event = watch(worker, -1, on_tick);
    if (!worker->http_event || !worker->wake_event || !worker->tick_event)
        return -ENOMEM;
    return 0;
}

int worker_open(struct worker *worker, const struct server *server,
                const struct server_options *options, struct pulse *pulse)
{
    int r;

    *worker = (struct worker){
        .server = server,
        .options = options,
        .pulse = pulse,
        .wake_fd = -1,
    };
    TAILQ_INIT(&worker->open);
    TAILQ_INIT(&worker->polls);
    TAILQ_INIT(&worker->running);
    r = reader_open(options->database, NULL, &worker->reader);
    if (!r)
        r = evaluator_new(&worker->evaluator);
    if (r < 0)
        return r;
    r = set_up(worker);
    if (r < 0)
        log_line(LOG_ERR, "the HTTP server cannot be set up: %s", strerror(-r));
    return r;
}

static void *run(void *closure)
{
    struct worker *worker = closure;

    event_base_dispatch(worker->base);
    http_stop(worker);
    return NULL;
}

int worker_start(struct worker *worker, const char *name)
{
    worker->pulse->name = name;
    return thread_start(&worker->thread, name, run, worker);
}

void worker_join(struct worker *worker)
{
    pthread_join(worker->thread, NULL);
}

static void free_event(struct event *event)
{
    if (event)
        event_free(event);
}

void worker_close(struct worker *worker)
{
    if (worker->http)
        take_newcomers(worker); /* to be closed with the others */
    http_stop(worker);          /* where the thread never ran */
    resume_done(worker);
    free_event(worker->http_event);
    free_event(worker->wake_event);
    free_event(worker->tick_event);
    if (worker->base)
        event_base_free(worker->base);
    if (worker->wake_fd >= 0)
        close(worker->wake_fd);
    if (worker->reader)
        reader_free(worker->reader);
    if (worker->evaluator)
        evaluator_free(worker->evaluator);
    in_force_drop(&worker->law);
}
