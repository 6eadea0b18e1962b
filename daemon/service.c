/* SPDX-License-Identifier: ISC */

/* The main loop: three signals, requests to reload, and one tick. */

#include "service.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "journal.h"
#include "log.h"
#include "macro.h"

#define TICK_US            (US_PER_S / 10)
#define CLOCK_CHECK_US     (60 * US_PER_S)
#define STATUS_INTERVAL_US US_PER_S
#define STATUS_SIZE        256

struct loop {
    const struct service *service;
    struct event_base *base;
    int64_t ticks;
    uint64_t watchdog_us; /* 0 without a watchdog */
    int64_t ping_at_tick;
    char status[STATUS_SIZE];
    int result;
};

static void event_base_ptr(struct event_base **base)
{
    if (*base)
        event_base_free(*base);
}

static void close_ptr(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static void event_ptr(struct event **event)
{
    if (*event)
        event_free(*event);
}

/* ---- status ---- */

static void describe(const struct view *view, char text[static STATUS_SIZE])
{
    int64_t held = atomic_load(&view->counts[HOLD_HELD]);
    int64_t expired = atomic_load(&view->counts[HOLD_EXPIRED]);
    int64_t open = held + expired + atomic_load(&view->counts[HOLD_LODGED]) +
                   atomic_load(&view->counts[HOLD_PENDING]);
    instant deadline_at = atomic_load(&view->next_deadline);
    char next[INSTANT_TEXT_SIZE] = "none";

    if (deadline_at != INSTANT_NONE)
        instant_format(deadline_at, next);
    snprintf(text, STATUS_SIZE,
             "%" PRId64 " open holds, %" PRId64 " held, %" PRId64
             " EXPIRED and not yet out, next deadline %s%s%s",
             open, held, expired, next,
             atomic_load(&view->synchronised) ? "" : "; wall clock not synchronised",
             atomic_load(&view->behind) ? "; wall clock behind the history" : "");
}

static void send_status(struct loop *loop)
{
    char text[STATUS_SIZE];

    describe(loop->service->view, text);
    if (strcmp(text, loop->status) == 0)
        return;
    strcpy(loop->status, text);
    sd_notifyf(0, "STATUS=%s", text);
}

static void check_clock(const struct service *service, bool first)
{
    bool synchronised = clock_synchronised(service->clock);
    bool before = atomic_exchange(&service->view->synchronised, synchronised);

    if (!synchronised && (before || first))
        log_event(LOG_WARNING, JOURNAL_CLOCK_UNSYNCHRONISED, NULL, 0,
                  "the wall clock is not synchronised: deadlines are only as right as the clock; "
                  "see to NTP (chronyd, systemd-timesyncd)");
    else if (synchronised && !before && !first)
        log_line(LOG_NOTICE, "the wall clock is synchronised again");
}

/* ---- watchdog ---- */

static bool all_moved(const struct service *service)
{
    bool moved = true;

    for (size_t i = 0; i < service->n_pulses; i++)
        if (atomic_load(&service->pulses[i].beats) == service->pulses[i].seen)
            moved = false;
    return moved;
}

static void remember_pulses(const struct service *service)
{
    for (size_t i = 0; i < service->n_pulses; i++)
        service->pulses[i].seen = atomic_load(&service->pulses[i].beats);
}

static void ping(struct loop *loop)
{
    if (!loop->watchdog_us || loop->ticks < loop->ping_at_tick || !all_moved(loop->service))
        return;
    remember_pulses(loop->service);
    sd_notify(0, "WATCHDOG=1");
    loop->ping_at_tick = loop->ticks + (int64_t)(loop->watchdog_us / 3) / TICK_US;
}

/* ---- the loop ---- */

static void on_signal(evutil_socket_t fd, short what, void *context)
{
    struct loop *loop = context;
    struct signalfd_siginfo info;

    (void)what;
    if (read(fd, &info, sizeof(info)) != sizeof(info))
        return;
    if (info.ssi_signo == SIGHUP) {
        reload_serve(loop->service->reload);
        return;
    }
    log_line(LOG_INFO, "stopping: %s", strsignal((int)info.ssi_signo));
    event_base_loopbreak(loop->base);
}

static void on_reload(evutil_socket_t fd, short what, void *context)
{
    struct loop *loop = context;

    (void)fd;
    (void)what;
    reload_serve(loop->service->reload);
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
    struct loop *loop = context;

    (void)fd;
    (void)what;
    loop->ticks++;
    if (atomic_load(&loop->service->view->failed)) {
        loop->result = -EIO;
        event_base_loopbreak(loop->base);
        return;
    }
    ping(loop);
    if (loop->ticks % (STATUS_INTERVAL_US / TICK_US) == 0)
        send_status(loop);
    if (loop->ticks % (CLOCK_CHECK_US / TICK_US) == 0)
        check_clock(loop->service, false);
}

static void say_ready(struct loop *loop)
{
    uint64_t watchdog_us = 0;

    if (sd_watchdog_enabled(0, &watchdog_us) > 0)
        loop->watchdog_us = watchdog_us;
    check_clock(loop->service, true);
    describe(loop->service->view, loop->status);
    sd_notifyf(0, "READY=1\nSTATUS=%s", loop->status);
    log_line(LOG_INFO, "ready: %s", loop->status);
}

static int add_event(struct loop *loop, int fd, short what, event_callback_fn callback,
                     const struct timeval *interval, struct event **event)
{
    *event = event_new(loop->base, fd, what | EV_PERSIST, callback, loop);
    return *event && event_add(*event, interval) == 0 ? 0 : -ENOMEM;
}

/* Signals are read like any other input: there is no handler that could run in between. */
static void set_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGHUP);
}

void service_block_signals(void)
{
    sigset_t signals;

    set_signals(&signals);
    sigprocmask(SIG_BLOCK, &signals, NULL);
}

static int open_signals(void)
{
    sigset_t signals;
    int fd;

    set_signals(&signals);
    fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

int service_run(const struct service *service)
{
    static const struct timeval tick = {.tv_usec = TICK_US};
    _cleanup_(event_base_ptr) struct event_base *base = event_base_new();
    _cleanup_(close_ptr) int signals = open_signals();
    _cleanup_(event_ptr) struct event *stop = NULL;
    _cleanup_(event_ptr) struct event *reloader = NULL;
    _cleanup_(event_ptr) struct event *ticker = NULL;
    struct loop loop = {.service = service, .base = base};

    if (!base || signals < 0)
        return base ? signals : -ENOMEM;
    if (add_event(&loop, signals, EV_READ, on_signal, NULL, &stop) < 0 ||
        add_event(&loop, service->reload->wake_fd, EV_READ, on_reload, NULL, &reloader) < 0 ||
        add_event(&loop, -1, 0, on_tick, &tick, &ticker) < 0)
        return -ENOMEM;
    say_ready(&loop);
    if (event_base_dispatch(base) < 0)
        loop.result = -EIO;
    sd_notify(0, "STOPPING=1\nSTATUS=stopping");
    return loop.result;
}
