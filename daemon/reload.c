/* SPDX-License-Identifier: ISC */

/* Loading the configuration anew. */

#include "reload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "journal.h"
#include "log.h"

int reload_init(struct reload *reload, const char *path, const struct config *config,
                const struct clock *clock)
{
    *reload = (struct reload){.path = path, .config = config, .clock = clock};
    reload->last = &reload->first;
    reload->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&reload->mutex, NULL);
    return reload->wake_fd < 0 ? -errno : 0;
}

void reload_destroy(struct reload *reload)
{
    if (reload->wake_fd >= 0)
        close(reload->wake_fd);
    pthread_mutex_destroy(&reload->mutex);
}

/* ---- who waits ---- */

static void answer(struct operation *waiting, const struct operation *answer)
{
    while (waiting) {
        struct operation *next = waiting->next; /* `done` may free it */

        waiting->result = answer->result;
        waiting->problem = answer->problem;
        waiting->mistakes = answer->mistakes ? strdup(answer->mistakes) : NULL;
        waiting->problem.mistakes = waiting->mistakes;
        waiting->done(waiting);
        waiting = next;
    }
}

static void refuse(struct operation *waiting, enum problem_kind kind, const char *detail)
{
    struct operation refusal = {0};

    refusal.result = problem_set(&refusal.problem, kind, NULL, "%s", detail);
    answer(waiting, &refusal);
}

static struct operation *take_waiting(struct reload *reload)
{
    struct operation *waiting;
    uint64_t count;
    ssize_t n = read(reload->wake_fd, &count, sizeof(count));

    (void)n; /* before the queue is emptied, so that whoever comes after wakes us again */
    pthread_mutex_lock(&reload->mutex);
    waiting = reload->first;
    reload->first = NULL;
    reload->last = &reload->first;
    pthread_mutex_unlock(&reload->mutex);
    return waiting;
}

void reload_submit(struct reload *reload, struct operation *operation)
{
    bool stopped;

    operation->next = NULL;
    pthread_mutex_lock(&reload->mutex);
    stopped = reload->stopped;
    if (!stopped) {
        *reload->last = operation;
        reload->last = &operation->next;
        eventfd_write(reload->wake_fd, 1);
    }
    pthread_mutex_unlock(&reload->mutex);
    if (stopped)
        refuse(operation, PROBLEM_OVERLOADED, "detainerd is stopping; nothing was reloaded");
}

void reload_stop(struct reload *reload)
{
    pthread_mutex_lock(&reload->mutex);
    reload->stopped = true;
    pthread_mutex_unlock(&reload->mutex);
    refuse(take_waiting(reload), PROBLEM_OVERLOADED, "detainerd is stopping; nothing was reloaded");
}

/* ---- loading ---- */

static void note_unchanged(const char *setting, bool changed)
{
    if (changed)
        log_line(LOG_WARNING, "%s has changed; that takes effect at the next start", setting);
}

/* Of the sockets but the first. */
static bool is_same_rest(const struct config *a, const struct config *b)
{
    if (a->n_sockets != b->n_sockets)
        return false;
    for (size_t i = 1; i < a->n_sockets; i++)
        if (strcmp(a->sockets[i].path, b->sockets[i].path) != 0 ||
            a->sockets[i].ceiling != b->sockets[i].ceiling)
            return false;
    return true;
}

static void compare(const struct config *running, const struct config *loaded)
{
    note_unchanged("socket", strcmp(running->sockets[0].path, loaded->sockets[0].path) != 0);
    note_unchanged("listen", !is_same_rest(running, loaded));
    note_unchanged("database", strcmp(running->database, loaded->database) != 0);
    note_unchanged("http_threads", running->http_threads != loaded->http_threads);
    note_unchanged("max_connections", running->max_connections != loaded->max_connections);
    note_unchanged("max_connections_per_user",
                   running->quota_limits.connections != loaded->quota_limits.connections);
    note_unchanged("max_requests_per_user",
                   running->quota_limits.requests_per_s != loaded->quota_limits.requests_per_s);
    note_unchanged("idle_timeout", running->idle_timeout_us != loaded->idle_timeout_us);
}

/* Returns 0 and a law, a reference of the caller's; or -EINVAL and lines that say what is wrong,
 * for free(); or -ENOMEM. */
static int load(const struct reload *reload, struct law **law, char **mistakes)
{
    _cleanup_(config_free_ptr) struct config *config = NULL;
    size_t size = 0;
    FILE *messages = open_memstream(mistakes, &size);
    int r;

    if (!messages)
        return -ENOMEM;
    r = config_load(reload->path, messages, &config);
    if (fclose(messages))
        return -ENOMEM;
    if (r)
        return r;
    compare(reload->config, config);
    *law = law_ref(config->law);
    return 0;
}

/* ---- putting in force ---- */

/* A policy may have ended, or not begun; whoever is asked about then goes to a supervisor. */
static void log_facility(const struct facility *facility, instant now)
{
    if (!policy_in_force(facility->policy, zone_day(facility->zone, now)))
        log_line(
            LOG_WARNING,
            "facility %s: no version of its policy %s is in force today, so that every detainer "
            "waits for a supervisor's decision",
            facility->id, policy_name(facility->policy));
}

void reload_log(const struct law *law, const struct clock *clock)
{
    instant now = clock_now(clock);

    log_line(LOG_INFO, "%zu facilities, %zu policies and %zu calendars are loaded",
             law->n_facilities, law->books->policies.count, law->books->calendars.count);
    for (size_t i = 0; i < law->n_facilities; i++)
        log_facility(&law->facilities[i], now);
}

/* A law on its way, and who waits for it. */
struct submission {
    struct operation operation; /* first, so that one pointer is the other */
    struct operation *waiting;
    struct law *law;
    const struct clock *clock;
};

static void finish(struct operation *operation)
{
    struct submission *submission = (struct submission *)operation;

    if (operation->result)
        log_line(LOG_ERR, "the configuration was not loaded: %s", operation->problem.detail);
    else
        reload_log(submission->law, submission->clock);
    sd_notify(0, "READY=1");
    answer(submission->waiting, operation);
    law_unref(submission->law);
    free(submission);
}

/* Takes the law over where it returns 0. */
static int submit(const struct reload *reload, struct law *law, struct operation *waiting)
{
    struct submission *submission = calloc(1, sizeof(*submission));

    if (!submission)
        return -ENOMEM;
    submission->waiting = waiting;
    submission->law = law_ref(law);
    submission->clock = reload->clock;
    submission->operation.law = law;
    submission->operation.done = finish;
    writer_submit(reload->writer, &submission->operation);
    return 0;
}

/* ---- putting nothing in force ---- */

static void log_mistakes(const char *mistakes)
{
    for (size_t length; *mistakes; mistakes += length + (mistakes[length] == '\n')) {
        length = strcspn(mistakes, "\n");
        log_line(LOG_ERR, "%.*s", (int)length, mistakes);
    }
    log_event(LOG_ERR, JOURNAL_NOT_LOADED, NULL, 0,
              "the configuration was not loaded: all stays as it was");
}

static void refuse_mistakes(struct operation *waiting, char *mistakes)
{
    struct operation refusal = {.mistakes = mistakes};

    log_mistakes(mistakes);
    refusal.result = problem_set(&refusal.problem, PROBLEM_INVALID_CONFIGURATION, NULL, "%.*s",
                                 (int)strcspn(mistakes, "\n"), mistakes);
    answer(waiting, &refusal);
}

void reload_serve(struct reload *reload)
{
    struct operation *waiting = take_waiting(reload);
    _cleanup_(free_ptr) char *mistakes = NULL;
    struct law *law = NULL;
    int r;

    sd_notify(0, "RELOADING=1");
    r = load(reload, &law, &mistakes);
    if (!r) {
        r = submit(reload, law, waiting);
        if (!r)
            return; /* finish() goes on */
        law_unref(law);
    }
    if (r == -EINVAL) {
        refuse_mistakes(waiting, mistakes);
    } else {
        log_line(LOG_ERR, "the configuration was not loaded: %s", strerror(-r));
        refuse(waiting, PROBLEM_OVERLOADED, "memory is short; nothing was reloaded");
    }
    sd_notify(0, "READY=1");
}
