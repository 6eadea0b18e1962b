/* SPDX-License-Identifier: ISC */

/*
 * watch: events as they happen, by long polls.
 *
 * The sequence number of the last event printed is its place in the history, and the only thing it
 * needs to remember: when the daemon restarts, it asks again after that number, and neither loses
 * nor repeats an event.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "arguments.h"
#include "describe.h"
#include "exits.h"
#include "session.h"
#include "target.h"
#include "text.h"
#include "zones.h"

#define POLL_WAIT_S    30 /* the longest wait of one request */
#define PAGE           100
#define RETRY_FIRST_MS 100
#define RETRY_LAST_MS  2000

struct watch {
    struct session *session;
    struct zones zones;
    int64_t seq;     /* of the last event printed */
    int64_t n_left;  /* how many more events are wanted */
    int64_t until_s; /* on the monotonic clock; INT64_MAX: for ever */
    int signal_fd;   /* readable when the user wants to leave */
    bool settled;    /* the daemon that is there now has answered once */
    int retry_ms;    /* 0 while connected */
};

static int64_t monotonic_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static int64_t time_left_s(const struct watch *watch)
{
    int64_t left_s = watch->until_s == INT64_MAX ? INT64_MAX : watch->until_s - monotonic_s();

    return left_s > 0 ? left_s : 0;
}

/* Signals that end the watch become readable instead of deadly. Returns the descriptor. */
static int open_signals(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Waits before the next attempt, longer each time. Returns as watch_once(). */
static int wait_to_retry(struct watch *watch, int error)
{
    struct pollfd signal = {.fd = watch->signal_fd, .events = POLLIN};

    if (!watch->retry_ms) {
        fputs("detainerctl: lost detainerd at ", stderr);
        text_put(stderr, watch->session->socket);
        fprintf(stderr, " (%s); trying again, nothing will be missed\n", session_failure(error));
    }
    watch->settled = false;
    watch->retry_ms = watch->retry_ms ? 2 * watch->retry_ms : RETRY_FIRST_MS;
    if (watch->retry_ms > RETRY_LAST_MS)
        watch->retry_ms = RETRY_LAST_MS;
    if (!time_left_s(watch))
        return EXIT_UNREACHABLE;
    return poll(&signal, 1, watch->retry_ms) == 0 ? -EAGAIN : EXIT_DONE;
}

static void note_connected(struct watch *watch)
{
    if (!watch->retry_ms)
        return;
    watch->retry_ms = 0;
    fputs("detainerctl: detainerd is back\n", stderr);
    zones_get(watch->session, &watch->zones);
}

static void print_event(struct watch *watch, const json_t *event)
{
    if (watch->session->json) {
        _cleanup_(free_ptr) char *text = text_not_null(json_dumps(event, JSON_COMPACT));

        text_put_json(stdout, text);
        putchar('\n');
    } else {
        describe_event(stdout, event, zones_of(&watch->zones, member_text(event, "facility")));
    }
    watch->seq = member_int(event, "seq");
    watch->n_left--;
}

static int print_events(struct watch *watch, const json_t *events)
{
    const json_t *event;
    size_t i;

    json_array_foreach(events, i, event)
    {
        if (!watch->n_left)
            break;
        print_event(watch, event);
        if (fflush(stdout))
            return EXIT_UNREACHABLE; /* main() says why */
    }
    return EXIT_DONE;
}

/* A history that ends before our place is another one: a restored copy, a new database. */
static int check_place(const struct watch *watch, const struct reply *reply)
{
    int64_t last_seq = member_int(reply->json, "last_seq");

    if (last_seq == INT64_MIN || last_seq >= watch->seq)
        return EXIT_DONE;
    fprintf(stderr,
            "detainerctl: the history ends at %lld, before %lld where this watch stands: "
            "is it the same database?\n",
            (long long)last_seq, (long long)watch->seq);
    return EXIT_REFUSED;
}

/*
 * One long poll. As session_try(); *wait_s is how long the daemon was asked to wait. The first poll
 * of a daemon does not wait: it may be one with another history, and whoever reads on wants to know
 * soon.
 */
static int poll_events(struct watch *watch, int64_t *wait_s, struct reply *reply)
{
    _cleanup_(target_clear) struct target target = {0};

    *wait_s = watch->settled ? time_left_s(watch) : 0;
    if (*wait_s > POLL_WAIT_S)
        *wait_s = POLL_WAIT_S;
    target_begin(&target, "/v1/events");
    target_add_int(&target, "after", watch->seq);
    target_add_int(&target, "limit", PAGE);
    target_add_int(&target, "wait", *wait_s);
    return session_try(watch->session, target_end(&target), NULL, (int)*wait_s + SESSION_TIMEOUT_S,
                       reply);
}

/* One round. Returns an enum exit_code, or -EAGAIN to go on. */
static int watch_once(struct watch *watch)
{
    _cleanup_(reply_clear) struct reply reply = {0};
    bool was_settled = watch->settled;
    const json_t *events;
    int64_t wait_s;
    int r = poll_events(watch, &wait_s, &reply);

    if (r == -EINTR)
        return EXIT_DONE;
    if (!r && reply.answer->status >= 500)
        r = -EIO;
    if (r)
        return wait_to_retry(watch, r);
    if (reply.answer->status != 200)
        return session_report_problem(watch->session, &reply);
    note_connected(watch);
    watch->settled = true;
    r = check_place(watch, &reply);
    events = json_object_get(reply.json, "events");
    if (!r)
        r = print_events(watch, events);
    if (r || !watch->n_left || (was_settled && !wait_s && !json_array_size(events)))
        return r;
    return -EAGAIN;
}

/* The newest sequence number there is. */
static int find_end(struct session *session, int64_t *seq)
{
    _cleanup_(reply_clear) struct reply reply = {0};
    int r = session_get(session, "/v1/events?limit=1", &reply);

    *seq = r ? 0 : member_int(reply.json, "last_seq");
    if (*seq < 0)
        *seq = 0;
    return r;
}

static int watch_on(struct watch *watch)
{
    int r;

    zones_get(watch->session, &watch->zones);
    detainer_interrupt_by(watch->session->client, watch->signal_fd);
    fprintf(stderr, "detainerctl: watching after event %lld\n", (long long)watch->seq);
    do {
        r = watch_once(watch);
    } while (r == -EAGAIN);
    return r;
}

int verb_watch(struct session *session, const struct arguments *arguments)
{
    int64_t wait_s = arguments_number(arguments, "wait", INT64_MAX);
    const char *count = arguments_value(arguments, "count");
    struct watch watch = {
        .session = session,
        .n_left = arguments_number(arguments, "count", INT64_MAX),
        .until_s = wait_s > INT32_MAX ? INT64_MAX : monotonic_s() + wait_s,
    };
    int r = find_end(session, &watch.seq);

    if (r)
        return r;
    watch.seq = arguments_number(arguments, "after", watch.seq);
    watch.signal_fd = open_signals();
    r = watch_on(&watch);
    if (!r && count && watch.n_left && !time_left_s(&watch)) {
        fprintf(stderr, "detainerctl: the wait is over; %lld of %s events did not come\n",
                (long long)watch.n_left, count);
        r = EXIT_REFUSED;
    }
    zones_clear(&watch.zones);
    close(watch.signal_fd);
    return r;
}
