/* SPDX-License-Identifier: ISC */

/* Loading the configuration anew. */

#include "reload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "journal.h"
#include "log.h"

void reload_init(struct reload *reload, const char *path, const struct config *config,
                 const struct clock *clock)
{
    *reload = (struct reload){.path = path, .config = config, .clock = clock};
    pthread_mutex_init(&reload->mutex, NULL);
}

void reload_destroy(struct reload *reload)
{
    pthread_mutex_destroy(&reload->mutex);
}

/* ---- loading ---- */

static void note_unchanged(const char *setting, bool changed)
{
    if (changed)
        log_line(LOG_WARNING, "%s has changed; that takes effect at the next start", setting);
}

static void compare(const struct config *running, const struct config *loaded)
{
    note_unchanged("socket", strcmp(running->socket, loaded->socket) != 0);
    note_unchanged("database", strcmp(running->database, loaded->database) != 0);
    note_unchanged("http_threads", running->http_threads != loaded->http_threads);
    note_unchanged("max_connections", running->max_connections != loaded->max_connections);
    note_unchanged("idle_timeout", running->idle_timeout_us != loaded->idle_timeout_us);
}

static int load(struct reload *reload, FILE *messages, struct law **law)
{
    _cleanup_(config_free_ptr) struct config *config = NULL;
    int r;

    pthread_mutex_lock(&reload->mutex);
    r = config_load(reload->path, messages, &config);
    pthread_mutex_unlock(&reload->mutex);
    if (r)
        return r;
    compare(reload->config, config);
    *law = law_ref(config->law);
    return 0;
}

static void log_mistakes(const char *mistakes)
{
    for (size_t length; *mistakes; mistakes += length + (mistakes[length] == '\n')) {
        length = strcspn(mistakes, "\n");
        log_line(LOG_ERR, "%.*s", (int)length, mistakes);
    }
    log_event(LOG_ERR, JOURNAL_NOT_LOADED, NULL, 0,
              "the configuration was not loaded: all stays as it was");
}

int reload_load(struct reload *reload, struct law **law, char **mistakes)
{
    char *text = NULL;
    size_t size = 0;
    FILE *messages = open_memstream(&text, &size);
    int r;

    *mistakes = NULL;
    if (!messages)
        return -ENOMEM;
    r = load(reload, messages, law);
    if (fclose(messages) && r == -EINVAL)
        r = -ENOMEM;
    if (r == -EINVAL) {
        *mistakes = text;
        log_mistakes(text);
    } else {
        free(text);
    }
    return r;
}

/* ---- by signal ---- */

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

/* What becomes of a law on its way. */
struct submission {
    struct operation operation; /* first, so that one pointer is the other */
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
    law_unref(submission->law);
    free(submission);
}

static void submit(struct reload *reload, struct law *law)
{
    struct submission *submission = calloc(1, sizeof(*submission));

    if (!submission) {
        log_line(LOG_ERR, "the configuration was not loaded: memory is short");
        law_unref(law);
        return;
    }
    submission->law = law_ref(law);
    submission->clock = reload->clock;
    submission->operation.law = law;
    submission->operation.done = finish;
    writer_submit(reload->writer, &submission->operation);
}

void reload_by_signal(struct reload *reload)
{
    char *mistakes = NULL;
    struct law *law = NULL;
    int r;

    sd_notify(0, "RELOADING=1");
    r = reload_load(reload, &law, &mistakes);
    if (!r) {
        submit(reload, law);
        return;
    }
    if (r != -EINVAL)
        log_line(LOG_ERR, "the configuration was not loaded: %s", strerror(-r));
    free(mistakes);
    sd_notify(0, "READY=1");
}
