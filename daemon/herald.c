/* SPDX-License-Identifier: ISC */

/* The herald's loop: wait for a commit, announce what is new. */

#include "herald.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "journal.h"
#include "reader.h"
#include "thread.h"

#define BATCH 256 /* events between two beats */

struct herald {
    const struct config *config;
    struct view *view;
    struct pulse *pulse;
    struct reader *reader;
    struct writer_listener listener;
    pthread_t thread;
    int wake_fd;
    _Atomic bool stopping;
};

static void wake(void *context)
{
    const struct herald *herald = context;
    uint64_t one = 1;
    ssize_t n = write(herald->wake_fd, &one, sizeof(one));

    assert(n == sizeof(one));
}

static int announce(int64_t seq, const char *body, size_t size, void *context)
{
    struct herald *herald = context;

    journal_event(herald->config, body, size);
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
    struct pollfd wait = {.fd = herald->wake_fd, .events = POLLIN};
    uint64_t count;

    while (!atomic_load(&herald->stopping)) {
        if (poll(&wait, 1, PULSE_INTERVAL_US / 1000) > 0 &&
            read(herald->wake_fd, &count, sizeof(count)) < 0)
            assert(errno == EAGAIN);
        catch_up(herald);
        pulse_beat(herald->pulse);
    }
    catch_up(herald);
    return NULL;
}

static void herald_free(struct herald *herald)
{
    if (herald->reader)
        reader_free(herald->reader);
    if (herald->wake_fd >= 0)
        close(herald->wake_fd);
    free(herald);
}
DEFINE_CLEANUP(struct herald *, herald_free)

int herald_start(const char *database, const struct config *config, struct writer *writer,
                 struct view *view, struct pulse *pulse, struct herald **herald)
{
    _cleanup_(herald_free_ptr) struct herald *started = calloc(1, sizeof(*started));
    int r;

    if (!started)
        return -ENOMEM;
    *started = (struct herald){.config = config,
                               .view = view,
                               .pulse = pulse,
                               .listener = {.committed = wake, .failed = wake, .context = started},
                               .wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (started->wake_fd < 0)
        return -errno;
    r = reader_open(database, NULL, &started->reader);
    if (!r)
        r = thread_start(&started->thread, "herald", run, started);
    if (r)
        return r;
    writer_listen(writer, &started->listener);
    *herald = started;
    started = NULL;
    return 0;
}

void herald_stop(struct herald *herald)
{
    atomic_store(&herald->stopping, true);
    wake(herald);
    pthread_join(herald->thread, NULL);
    herald_free(herald);
}
