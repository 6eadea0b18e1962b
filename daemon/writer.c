/* SPDX-License-Identifier: ISC */

/* The writer's loop. Everything that crosses threads is in the queue, under its mutex. */

#include "writer.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "log.h"
#include "macro.h"
#include "thread.h"

/* Armed when no timer waits: the descriptor must be armed for steps of the clock to be noticed. */
#define FAR_FUTURE_S INT64_C(253402300799) /* the end of 9999 */

#define STEP_MIN_US   1000 /* the clock may be set to what it says anyway */
#define TURNS_AT_ONCE 64

struct writer {
    struct ledger *ledger;
    const struct clock *clock;
    struct view *view;
    struct pulse *pulse;

    pthread_t thread;
    struct event_base *base;
    struct event *wake, *alarm, *beat;
    int wake_fd, alarm_fd;
    bool armed;              /* the alarm is set, ... */
    instant armed_at;        /* ... for this timer, INSTANT_NONE where it only listens for steps */
    int64_t clock_offset_us; /* as last seen, to tell how far the clock was set */
    int failure;             /* negative errno once storage failed */

    pthread_mutex_t mutex; /* guards what follows */
    struct writer_listener *listeners;
    struct operation *first, **last;
    bool stopping;
};

/* ---- the queue ---- */

static void signal_fd(int fd)
{
    uint64_t one = 1;
    ssize_t n = write(fd, &one, sizeof(one));

    assert(n == sizeof(one)); /* an eventfd only refuses at 2^64 - 1 */
}

void writer_submit(struct writer *writer, struct operation *operation)
{
    bool was_empty;

    operation->next = NULL;
    atomic_fetch_add(&writer->view->queued, 1);
    pthread_mutex_lock(&writer->mutex);
    was_empty = !writer->first;
    *writer->last = operation;
    writer->last = &operation->next;
    pthread_mutex_unlock(&writer->mutex);
    if (was_empty)
        signal_fd(writer->wake_fd);
}

/* Everything that is queued, in order of arrival. */
static struct operation *take_queue(struct writer *writer, bool *stopping)
{
    struct operation *operations;

    pthread_mutex_lock(&writer->mutex);
    operations = writer->first;
    writer->first = NULL;
    writer->last = &writer->first;
    *stopping = writer->stopping;
    pthread_mutex_unlock(&writer->mutex);
    return operations;
}

static void complete(struct writer *writer, struct operation *operations)
{
    while (operations) {
        struct operation *next = operations->next; /* `done` may free it */

        atomic_fetch_sub(&writer->view->queued, 1);
        operations->done(operations);
        operations = next;
    }
}

/* ---- turns ---- */

/* Listeners only wake their threads, so the mutex is held for a moment. */
static void notify(struct writer *writer, bool failed)
{
    pthread_mutex_lock(&writer->mutex);
    for (struct writer_listener *l = writer->listeners; l; l = l->next)
        (failed ? l->failed : l->committed)(l->context);
    pthread_mutex_unlock(&writer->mutex);
}

static void note_failure(struct writer *writer, int r)
{
    if (r && !writer->failure) {
        writer->failure = r;
        notify(writer, true);
    }
}

static void refuse(struct operation *operations)
{
    for (struct operation *o = operations; o; o = o->next)
        operation_fail(o,
                       "the database has failed and detainerd is stopping; nothing was recorded");
}

static void turn(struct writer *writer, struct operation *operations)
{
    int64_t seq = atomic_load(&writer->view->committed_seq);

    if (writer->failure)
        refuse(operations);
    else
        note_failure(writer, ledger_turn(writer->ledger, operations));
    complete(writer, operations);
    if (atomic_load(&writer->view->committed_seq) != seq)
        notify(writer, false);
    pulse_beat(writer->pulse);
}

static bool is_due(const struct writer *writer)
{
    return !writer->failure && ledger_is_behind(writer->ledger);
}

/* The clock was set; where that has moved it, history says so. */
static void record_step(struct writer *writer)
{
    int64_t before_us = writer->clock_offset_us;
    int64_t step_us;

    writer->clock_offset_us = clock_offset_us(writer->clock);
    step_us = writer->clock_offset_us - before_us;
    if (step_us > -STEP_MIN_US && step_us < STEP_MIN_US)
        return;
    note_failure(writer, ledger_clock_stepped(writer->ledger, step_us));
    notify(writer, false);
}

/* Arms the alarm for the earliest timer. Where the clock was set in this very moment, says so. */
static bool arm(struct writer *writer)
{
    instant due_at = ledger_next_due(writer->ledger);
    struct itimerspec spec = {.it_value.tv_sec = FAR_FUTURE_S};

    if (writer->armed && writer->armed_at == due_at)
        return true;
    writer->armed = true;
    writer->armed_at = due_at;
    if (due_at != INSTANT_NONE) {
        spec.it_value.tv_sec = due_at / US_PER_S;
        spec.it_value.tv_nsec = due_at % US_PER_S * 1000;
    }
    if (timerfd_settime(writer->alarm_fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec,
                        NULL) == 0)
        return true;
    assert(errno == ECANCELED);
    writer->armed = false;
    return false;
}

static void rearm(struct writer *writer)
{
    while (!writer->failure && !arm(writer))
        record_step(writer);
}

/*
 * Turns until nothing is queued or due, then sets the alarm for what comes next. Under a load that
 * never ends, the loop gets its turn from time to time all the same: to hear that the clock was
 * set.
 */
static void work(struct writer *writer)
{
    struct operation *operations;
    bool stopping;

    for (int turns = 0; (operations = take_queue(writer, &stopping)) || is_due(writer); turns++) {
        turn(writer, operations);
        if (!writer->failure)
            note_failure(writer, ledger_checkpoint(writer->ledger));
        if (turns == TURNS_AT_ONCE) {
            event_active(writer->wake, EV_READ, 0);
            return;
        }
    }
    if (stopping)
        event_base_loopbreak(writer->base);
    else
        rearm(writer);
}

/* ---- the loop ---- */

static void on_wake(evutil_socket_t fd, short what, void *context)
{
    uint64_t count;
    ssize_t n = read(fd, &count, sizeof(count));

    (void)what;
    (void)n; /* nonblocking: that it was readable is all that counts */
    work(context);
}

static void on_alarm(evutil_socket_t fd, short what, void *context)
{
    struct writer *writer = context;
    uint64_t count;

    (void)what;
    writer->armed = false; /* it has rung, or was cancelled */
    if (read(fd, &count, sizeof(count)) < 0 && errno == ECANCELED && !writer->failure)
        record_step(writer);
    work(writer);
}

static void on_beat(evutil_socket_t fd, short what, void *context)
{
    struct writer *writer = context;

    (void)fd;
    (void)what;
    pulse_beat(writer->pulse);
}

static void *run(void *context)
{
    struct writer *writer = context;

    ledger_adopt(writer->ledger);
    rearm(writer);
    event_base_dispatch(writer->base);
    return NULL;
}

static int add_events(struct writer *writer)
{
    struct timeval interval = {.tv_sec = PULSE_INTERVAL_US / US_PER_S,
                               .tv_usec = PULSE_INTERVAL_US % US_PER_S};

    writer->base = event_base_new();
    if (!writer->base)
        return -ENOMEM;
    writer->wake = event_new(writer->base, writer->wake_fd, EV_READ | EV_PERSIST, on_wake, writer);
    writer->alarm =
        event_new(writer->base, writer->alarm_fd, EV_READ | EV_PERSIST, on_alarm, writer);
    writer->beat = event_new(writer->base, -1, EV_PERSIST, on_beat, writer);
    if (!writer->wake || !writer->alarm || !writer->beat || event_add(writer->wake, NULL) < 0 ||
        event_add(writer->alarm, NULL) < 0 || event_add(writer->beat, &interval) < 0)
        return -ENOMEM;
    return 0;
}

static int open_fds(struct writer *writer)
{
    writer->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    writer->alarm_fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    return writer->wake_fd < 0 || writer->alarm_fd < 0 ? -errno : 0;
}

static void free_event(struct event *event)
{
    if (event)
        event_free(event);
}

static void writer_free(struct writer *writer)
{
    free_event(writer->wake);
    free_event(writer->alarm);
    free_event(writer->beat);
    if (writer->base)
        event_base_free(writer->base);
    if (writer->wake_fd >= 0)
        close(writer->wake_fd);
    if (writer->alarm_fd >= 0)
        close(writer->alarm_fd);
    pthread_mutex_destroy(&writer->mutex);
    free(writer);
}
DEFINE_CLEANUP(struct writer *, writer_free)

int writer_start(struct ledger *ledger, const struct clock *clock, struct view *view,
                 struct pulse *pulse, struct writer **writer)
{
    _cleanup_(writer_free_ptr) struct writer *started = calloc(1, sizeof(*started));
    int r;

    if (!started)
        return -ENOMEM;
    *started = (struct writer){
        .ledger = ledger,
        .clock = clock,
        .view = view,
        .pulse = pulse,
        .wake_fd = -1,
        .alarm_fd = -1,
        .clock_offset_us = clock_offset_us(clock),
        .last = &started->first,
    };
    pthread_mutex_init(&started->mutex, NULL);
    r = open_fds(started);
    if (!r)
        r = add_events(started);
    if (!r)
        r = thread_start(&started->thread, "ledger", run, started);
    if (r)
        return r;
    *writer = started;
    started = NULL;
    return 0;
}

void writer_listen(struct writer *writer, struct writer_listener *listener)
{
    pthread_mutex_lock(&writer->mutex);
    listener->next = writer->listeners;
    writer->listeners = listener;
    pthread_mutex_unlock(&writer->mutex);
}

int writer_stop(struct writer *writer)
{
    int failure;

    pthread_mutex_lock(&writer->mutex);
    writer->stopping = true;
    pthread_mutex_unlock(&writer->mutex);
    signal_fd(writer->wake_fd);
    pthread_join(writer->thread, NULL);
    failure = writer->failure;
    ledger_adopt(writer->ledger);
    writer_free(writer);
    return failure;
}
