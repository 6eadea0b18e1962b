/* SPDX-License-Identifier: ISC */

/* The writer: the ledger on its own thread and the real clock. Waits on conditions, never sleeps.
 */

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <sqlite3.h>
#include <time.h>
#include <unistd.h>

#include "simulation/world.h"
#include "unit.h"
#include "writer.h"

#define PATIENCE_S 30

/*
 * The wall clock cannot be set in a test, so this program is linked with -Wl,--wrap: once
 * `cancelled` is set, the next read of the alarm says what the kernel says when the clock was set,
 * and from then on the clock is `step_us` ahead.
 */
static _Atomic int64_t step_us;
static _Atomic bool cancelled;

int __real_clock_gettime(clockid_t id, struct timespec *now);
int __wrap_clock_gettime(clockid_t id, struct timespec *now);
ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size);

int __wrap_clock_gettime(clockid_t id, struct timespec *now)
{
    int r = __real_clock_gettime(id, now);

    if (id == CLOCK_REALTIME)
        now->tv_sec += atomic_load(&step_us) / US_PER_S;
    return r;
}

static bool is_alarm(int fd)
{
    char link[32], target[32] = "";

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    return readlink(link, target, sizeof(target) - 1) > 0 &&
           strcmp(target, "anon_inode:[timerfd]") == 0;
}

ssize_t __wrap_read(int fd, void *data, size_t size)
{
    if (!is_alarm(fd) || !atomic_exchange(&cancelled, false))
        return __real_read(fd, data, size);
    atomic_store(&step_us, 2 * US_PER_H);
    errno = ECANCELED;
    return -1;
}

/* A running writer, and what it has told us so far. */
struct office {
    struct world world;
    struct pulse pulse;
    struct writer *writer;
    struct writer_listener listener;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int answered, commits, failures;
    int64_t most_queued; /* that an answered command left behind */
};

static void note(struct office *office, int *what)
{
    pthread_mutex_lock(&office->mutex);
    (*what)++;
    pthread_cond_signal(&office->changed);
    pthread_mutex_unlock(&office->mutex);
}

static void on_committed(void *context)
{
    struct office *office = context;

    note(office, &office->commits);
}

static void on_failed(void *context)
{
    struct office *office = context;

    note(office, &office->failures);
}

static void on_done(struct operation *operation)
{
    struct office *office = operation->context;
    int64_t queued = atomic_load(&office->world.view.queued);

    if (queued > office->most_queued) /* read once the writer has ended */
        office->most_queued = queued;
    note(office, &office->answered);
}

static void wait_for(struct office *office, const int *what, int at_least)
{
    struct timespec limit;

    __real_clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&office->mutex);
    while (*what < at_least)
        ck_assert_int_eq(pthread_cond_timedwait(&office->changed, &office->mutex, &limit), 0);
    pthread_mutex_unlock(&office->mutex);
}

static void open_office(struct office *office)
{
    memset(office, 0, sizeof(*office));
    pthread_mutex_init(&office->mutex, NULL);
    pthread_cond_init(&office->changed, NULL);
    world_create(&office->world, 0);
    office->world.clock = CLOCK_REAL;
    ck_assert_int_eq(world_open(&office->world), 0);
    ck_assert_int_eq(writer_start(office->world.ledger, &office->world.clock, &office->world.view,
                                  &office->pulse, &office->writer),
                     0);
    office->listener = (struct writer_listener){on_committed, on_failed, office, NULL};
    writer_listen(office->writer, &office->listener);
}

static void submit(struct office *office, struct operation *operation)
{
    operation->done = on_done;
    operation->context = office;
    writer_submit(office->writer, operation);
}

/* Submits one and waits for its answer. */
static int ask(struct office *office, struct operation *operation)
{
    int before = office->answered;

    submit(office, operation);
    wait_for(office, &office->answered, before + 1);
    return operation->result;
}

START_TEST(every_command_is_answered_and_some_share_a_commit)
{
    enum { MANY = 500 };
    struct operation *operations = calloc(MANY, sizeof(*operations));
    struct histogram_reading sizes;
    struct office office;

    open_office(&office);
    for (int i = 0; i < MANY; i++) {
        operations[i] = world_request("A");
        submit(&office, &operations[i]);
    }
    wait_for(&office, &office.answered, MANY);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(operations[i].hold.id, i + 1);
    ck_assert_int_eq(writer_stop(office.writer), 0);
    histogram_read(&office.world.view.commit_size, &sizes);
    ck_assert_int_eq(sizes.sum, MANY);
    ck_assert_uint_lt(sizes.count, MANY);
    ck_assert_int_gt(office.most_queued, 0);
    ck_assert_int_eq(atomic_load(&office.world.view.queued), 0);
    ck_assert_uint_gt(atomic_load(&office.pulse.beats), 0);
    world_destroy(&office.world);
    free(operations);
}
END_TEST

START_TEST(a_deadline_rings_by_itself)
{
    struct operation request = world_request("A"), start = world_operation(COMMAND_START, 1);
    struct office office;

    open_office(&office);
    office.world.facility->n_warnings = 0;
    ck_assert_int_eq(ask(&office, &request), 0);
    start.command.at = clock_now(&office.world.clock) - 48 * US_PER_H + US_PER_S / 4;
    ck_assert_int_eq(ask(&office, &start), 0);
    ck_assert_int_eq(start.hold.state, HOLD_HELD);
    wait_for(&office, &office.commits, 3);
    ck_assert_int_eq(atomic_load(&office.world.view.counts[HOLD_EXPIRED]), 1);
    ck_assert_int_eq(writer_stop(office.writer), 0);
    world_destroy(&office.world);
}
END_TEST

START_TEST(what_is_queued_at_the_stop_is_still_answered)
{
    struct operation request = world_request("A");
    struct office office;

    open_office(&office);
    submit(&office, &request);
    ck_assert_int_eq(writer_stop(office.writer), 0);
    ck_assert_int_eq(office.answered, 1);
    ck_assert_int_eq(request.result, 0);
    world_destroy(&office.world);
}
END_TEST

/* A hold that rings soon, and one that rings only because the clock jumps over its deadline. */
START_TEST(a_clock_that_is_set_is_history_and_rings)
{
    struct operation requests[] = {world_request("A"), world_request("B")};
    struct operation soon = world_operation(COMMAND_START, 1);
    struct operation later = world_operation(COMMAND_START, 2);
    struct office office;
    json_t *events;

    open_office(&office);
    office.world.facility->n_warnings = 0;
    for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
        ck_assert_int_eq(ask(&office, &requests[i]), 0);
    later.command.at = clock_now(&office.world.clock) - 47 * US_PER_H;
    ck_assert_int_eq(ask(&office, &later), 0);
    soon.command.at = clock_now(&office.world.clock) - 48 * US_PER_H + US_PER_S;
    atomic_store(&cancelled, true);
    ck_assert_int_eq(ask(&office, &soon), 0);
    wait_for(&office, &office.commits, 6);
    ck_assert_int_eq(writer_stop(office.writer), 0);
    events = world_events(&office.world, 0);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(events, 4), "kind")),
                     "clock.stepped");
    ck_assert_int_eq(
        (json_integer_value(json_object_get(json_array_get(events, 4), "step_us")) + US_PER_S / 2) /
            US_PER_S,
        7200);
    ck_assert_int_eq(atomic_load(&office.world.view.counts[HOLD_EXPIRED]), 2);
    json_decref(events);
    world_destroy(&office.world);
}
END_TEST

START_TEST(failed_storage_is_told_and_refuses_from_then_on)
{
    struct operation first = world_request("A"), second = world_request("B");
    struct office office;
    sqlite3 *stranger;

    open_office(&office);
    ck_assert_int_eq(sqlite3_open(office.world.database, &stranger), SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_exec(stranger, "INSERT INTO meta VALUES ('stranger', 1)", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(stranger);
    ck_assert_int_eq(ask(&office, &first), PROBLEM_STORAGE_FAILED);
    ck_assert_int_eq(ask(&office, &second), PROBLEM_STORAGE_FAILED);
    ck_assert_int_eq(office.failures, 1);
    ck_assert_int_eq(atomic_load(&office.world.view.queued), 0);
    ck_assert_int_lt(writer_stop(office.writer), 0);
    world_destroy(&office.world);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = every_command_is_answered_and_some_share_a_commit},
        {.test = a_deadline_rings_by_itself},
        {.test = what_is_queued_at_the_stop_is_still_answered},
        {.test = a_clock_that_is_set_is_history_and_rings},
        {.test = failed_storage_is_told_and_refuses_from_then_on},
    };

    return unit_run("writer", tests, ARRAY_SIZE(tests));
}
