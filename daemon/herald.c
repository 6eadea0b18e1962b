/* SPDX-License-Identifier: ISC */

/*
 * The herald's loop. It looks at the view a few times a second instead of being woken: under load
 * it would only take the processor from those whose answers somebody waits for.
 */

#include "herald.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>

#include "journal.h"
#include "reader.h"
#include "thread.h"

#define BATCH 256 /* events between two beats */

struct herald {
    struct in_force *in_force;
    struct in_force_copy law;
    struct view *view;
    struct pulse *pulse;
    struct reader *reader;
    pthread_t thread;
    _Atomic bool stopping;
};

static int announce(int64_t seq, const char *body, size_t size, void *context)
{
    struct herald *herald = context;

    journal_event(in_force_law(herald->in_force, &herald->law), body, size);
    atomic_store(&herald->view->announced_seq, seq);
    return 0;
}

/* A history that cannot be read is a storage failure: the main thread sees it in the view and
 * stops. */
static void catch_up(struct herald *herald)
{
    while (!atomic_load(&herald->view->failed) &&
           atomic_load(&herald->view->announced_seq) < atomic_load(&herald->view->committed_seq)) {
        if (reader_events(herald->reader, 0, atomic_load(&herald->view->announced_seq), BATCH,
                          announce, herald) < 0)
            atomic_store(&herald->view->failed, true);
        pulse_beat(herald->pulse);
    }
}

static void *run(void *context)
{
    struct herald *herald = context;

    while (!atomic_load(&herald->stopping)) {
        catch_up(herald);
        pulse_beat(herald->pulse);
        poll(NULL, 0, PULSE_INTERVAL_US / 1000);
    }
    catch_up(herald);
    return NULL;
}

static void herald_free(struct herald *herald)
{
    if (herald->reader)
        reader_free(herald->reader);
    in_force_drop(&herald->law);
    free(herald);
}
DEFINE_CLEANUP(struct herald *, herald_free)

int herald_start(const char *database, struct in_force *in_force, struct view *view,
                 struct pulse *pulse, struct herald **herald)
{
    _cleanup_(herald_free_ptr) struct herald *started = calloc(1, sizeof(*started));
    int r;

    if (!started)
        return -ENOMEM;
    *started = (struct herald){.in_force = in_force, .view = view, .pulse = pulse};
    r = reader_open(database, NULL, &started->reader);
    if (!r)
        r = thread_start(&started->thread, "herald", run, started);
    if (r)
        return r;
    *herald = started;
    started = NULL;
    return 0;
}

void herald_stop(struct herald *herald)
{
    atomic_store(&herald->stopping, true);
    pthread_join(herald->thread, NULL);
    herald_free(herald);
}
