/* SPDX-License-Identifier: ISC */

/*
 * The server, with a writer that the test plays itself: answers come when the test gives them, or
 * never. What the API says is the integration tests' business; here it is threads, and stopping.
 */

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "listener.h"
#include "server.h"
#include "simulation/world.h"
#include "unit.h"

#define PATIENCE_S 30
#define REQUEST                                                                                    \
    "POST /v1/holds/1/note HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"              \
    "Content-Length: 12\r\n\r\n{\"text\":\"x\"}"
#define POLL "GET /v1/events?wait=60 HTTP/1.1\r\nHost: x\r\n\r\n"
#define GET  "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

/* ---- the writer that the server gets ---- */

struct writer {
    pthread_mutex_t mutex;
    pthread_cond_t arrived;
    struct operation *operations; /* newest first */
    size_t n;
    struct writer_listener *listener;
};

void writer_submit(struct writer *writer, struct operation *operation)
{
    pthread_mutex_lock(&writer->mutex);
    operation->next = writer->operations;
    writer->operations = operation;
    writer->n++;
    pthread_cond_signal(&writer->arrived);
    pthread_mutex_unlock(&writer->mutex);
}

void writer_listen(struct writer *writer, struct writer_listener *listener)
{
    writer->listener = listener;
}

static struct timespec deadline(void)
{
    struct timespec limit;

    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += PATIENCE_S;
    return limit;
}

static void wait_for_operations(struct writer *writer, size_t n)
{
    struct timespec limit = deadline();

    pthread_mutex_lock(&writer->mutex);
    while (writer->n < n)
        ck_assert_int_eq(pthread_cond_timedwait(&writer->arrived, &writer->mutex, &limit), 0);
    pthread_mutex_unlock(&writer->mutex);
}

static void refuse_operations(struct writer *writer)
{
    struct operation *operation = writer->operations;

    writer->operations = NULL;
    while (operation) {
        struct operation *next = operation->next;

        operation->result = problem_set(&operation->problem, PROBLEM_NOT_FOUND, NULL, "no");
        operation->done(operation);
        operation = next;
    }
}

/* ---- a server ---- */

struct house {
    struct world world;
    struct writer writer;
    struct listener *listener;
    struct quota *quota;
    struct server *server;
    struct pulse pulses[2];
    char path[96];
};

static void open_house(struct house *house)
{
    struct server_options options = {
        .config = &house->world.config,
        .in_force = &house->world.in_force,
        .writer = &house->writer,
        .view = &house->world.view,
        .clock = &house->world.clock,
        .pulses = house->pulses,
    };
    struct listener_address address = {house->path, ROLES_ALL};

    *house = (struct house){0};
    pthread_mutex_init(&house->writer.mutex, NULL);
    pthread_cond_init(&house->writer.arrived, NULL);
    world_create(&house->world, unit_instant(T0));
    ck_assert_int_eq(world_open(&house->world), 0);
    house->world.config.http_threads = ARRAY_SIZE(house->pulses);
    house->world.config.max_connections = 16;
    house->world.config.idle_timeout_us = US_PER_MIN;
    snprintf(house->path, sizeof(house->path), "%s/s", house->world.directory);
    ck_assert_int_eq(listener_open(&address, 1, &house->listener), 0);
    options.listener = house->listener;
    ck_assert_int_eq(quota_new(&(struct quota_limits){16, 1000000}, &house->quota), 0);
    options.quota = house->quota;
    options.database = house->world.database;
    ck_assert_int_eq(server_start(&options, &house->server), 0);
}

static void close_house(struct house *house)
{
    server_free(house->server);
    quota_free(house->quota);
    listener_free(house->listener);
    world_close(&house->world);
    world_destroy(&house->world);
    pthread_mutex_destroy(&house->writer.mutex);
    pthread_cond_destroy(&house->writer.arrived);
}

static int64_t stop_us(struct house *house)
{
    struct clock clock = CLOCK_REAL;
    instant began = clock_now(&clock);

    server_stop(house->server);
    return clock_now(&clock) - began;
}

/* Connects and, unless it is NULL, sends a request. */
static int client(const struct house *house, const char *request)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", house->path);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    if (request)
        ck_assert_int_eq(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
    return fd;
}

/* Reads once: an answer, or nothing where the connection was closed. */
static void expect(int fd, const char *beginning)
{
    char answer[4096];
    ssize_t n = recv(fd, answer, sizeof(answer) - 1, 0);

    if (!beginning) {
        ck_assert_int_le(n, 0);
        return;
    }
    ck_assert_int_gt(n, 0);
    answer[n] = '\0';
    ck_assert_msg(strncmp(answer, beginning, strlen(beginning)) == 0, "%s", answer);
}

static uint64_t polls(const struct house *house)
{
    struct server_totals totals;

    server_add_up(house->server, &totals);
    return totals.polls;
}

static void wait_for_polls(const struct house *house, uint64_t n)
{
    struct timespec limit = deadline(), now;

    do {
        clock_gettime(CLOCK_REALTIME, &now);
        ck_assert_int_lt(now.tv_sec, limit.tv_sec);
        sched_yield();
    } while (polls(house) != n);
}

/* ---- tests ---- */

START_TEST(stops_at_once_where_nobody_waits)
{
    struct house house;
    int fd;

    open_house(&house);
    fd = client(&house, GET);
    expect(fd, "HTTP/1.1 200 ");
    ck_assert_int_lt(stop_us(&house), US_PER_S);
    expect(fd, NULL);
    close(fd);
    close_house(&house);
}
END_TEST

START_TEST(hands_answers_to_whom_they_belong)
{
    struct house house;
    int fds[8];

    open_house(&house);
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
        fds[i] = client(&house, REQUEST);
    wait_for_operations(&house.writer, ARRAY_SIZE(fds));
    refuse_operations(&house.writer);
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
        expect(fds[i], "HTTP/1.1 404 ");
        close(fds[i]);
    }
    server_stop(house.server);
    close_house(&house);
}
END_TEST

START_TEST(cuts_off_what_the_ledger_never_answers)
{
    struct house house;
    int64_t took_us;
    int fd;

    open_house(&house);
    fd = client(&house, REQUEST);
    wait_for_operations(&house.writer, 1);
    took_us = stop_us(&house);
    ck_assert_int_ge(took_us, US_PER_S); /* it was given a chance */
    ck_assert_int_lt(took_us, 4 * US_PER_S);
    expect(fd, NULL);
    refuse_operations(&house.writer); /* too late for the client, not for the memory */
    close(fd);
    close_house(&house);
}
END_TEST

START_TEST(survives_clients_that_do_not_wait)
{
    struct house house;
    int commands[8], waiting[8];

    open_house(&house);
    for (size_t i = 0; i < 8; i++) {
        commands[i] = client(&house, REQUEST);
        waiting[i] = client(&house, POLL);
    }
    wait_for_operations(&house.writer, 8);
    wait_for_polls(&house, 8);
    for (size_t i = 0; i < 8; i++) {
        close(commands[i]);
        close(waiting[i]);
    }
    wait_for_polls(&house, 0);
    refuse_operations(&house.writer);
    server_stop(house.server);
    close_house(&house);
}
END_TEST

/* A command under way is answered by a thread of its own, once the stop has let the poll go. */
static void *answer_later(void *closure)
{
    struct house *house = closure;

    wait_for_polls(house, 0);
    refuse_operations(&house->writer);
    return NULL;
}

START_TEST(waits_for_the_ledger_while_stopping)
{
    struct house house;
    pthread_t thread;
    int polling, commanding;

    open_house(&house);
    polling = client(&house, POLL);
    wait_for_polls(&house, 1);
    commanding = client(&house, REQUEST);
    wait_for_operations(&house.writer, 1);
    pthread_create(&thread, NULL, answer_later, &house);
    ck_assert_int_lt(stop_us(&house), 4 * US_PER_S);
    expect(commanding, "HTTP/1.1 404 ");
    expect(polling, "HTTP/1.1 200 ");
    pthread_join(thread, NULL);
    close(polling);
    close(commanding);
    close_house(&house);
}
END_TEST

START_TEST(answers_polls_when_it_stops)
{
    struct house house;
    int fds[4];

    open_house(&house);
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
        fds[i] = client(&house, POLL);
    wait_for_polls(&house, ARRAY_SIZE(fds));
    ck_assert_int_lt(stop_us(&house), US_PER_S);
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
        expect(fds[i], "HTTP/1.1 200 ");
        close(fds[i]);
    }
    close_house(&house);
}
END_TEST

START_TEST(wakes_polls_when_the_history_grows)
{
    struct house house;
    struct operation request;
    int fds[4];

    open_house(&house);
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
        fds[i] = client(&house, POLL);
    wait_for_polls(&house, ARRAY_SIZE(fds));
    request = world_request("B-1");
    ck_assert_int_eq(world_do(&house.world, &request), 0);
    house.writer.listener->committed(house.writer.listener->context);
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
        expect(fds[i], "HTTP/1.1 200 ");
        close(fds[i]);
    }
    wait_for_polls(&house, 0);
    server_stop(house.server);
    close_house(&house);
}
END_TEST

START_TEST(beats_while_idle)
{
    struct house house;
    uint64_t before[2];

    open_house(&house);
    for (size_t i = 0; i < 2; i++)
        before[i] = atomic_load(&house.pulses[i].beats);
    for (size_t i = 0; i < 2; i++)
        while (atomic_load(&house.pulses[i].beats) < before[i] + 2)
            sched_yield();
    server_stop(house.server);
    close_house(&house);
}
END_TEST

START_TEST(refuses_connections_over_the_limit)
{
    struct server_totals totals;
    struct house house;
    int fds[16], one_more;

    open_house(&house);
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
        fds[i] = client(&house, GET);
        expect(fds[i], "HTTP/1.1 200 ");
    }
    one_more = client(&house, NULL);
    expect(one_more, "HTTP/1.1 503 ");
    server_add_up(house.server, &totals);
    ck_assert_uint_eq(totals.refused[LIMIT_CONNECTIONS], 1);
    ck_assert_uint_eq(totals.connections, ARRAY_SIZE(fds));
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
        close(fds[i]);
    close(one_more);
    server_stop(house.server);
    close_house(&house);
}
END_TEST

START_TEST(does_not_start_without_a_database)
{
    struct house house = {0};
    struct server_options options = {
        .config = &house.world.config,
        .in_force = &house.world.in_force,
        .writer = &house.writer,
        .view = &house.world.view,
        .clock = &house.world.clock,
        .database = "/nonexistent/detainerd.db",
        .pulses = house.pulses,
    };

    house.world.config.http_threads = ARRAY_SIZE(house.pulses);
    house.world.config.max_connections = 16;
    ck_assert_int_lt(server_start(&options, &house.server), 0);
    server_stop(house.server);
    server_free(house.server);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = stops_at_once_where_nobody_waits},
        {.test = hands_answers_to_whom_they_belong},
        {.test = cuts_off_what_the_ledger_never_answers},
        {.test = survives_clients_that_do_not_wait},
        {.test = waits_for_the_ledger_while_stopping},
        {.test = answers_polls_when_it_stops},
        {.test = wakes_polls_when_the_history_grows},
        {.test = beats_while_idle},
        {.test = refuses_connections_over_the_limit},
        {.test = does_not_start_without_a_database},
    };

    return unit_run("server", tests, ARRAY_SIZE(tests));
}
