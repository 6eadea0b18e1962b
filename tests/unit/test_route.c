/* SPDX-License-Identifier: ISC */

/* Routes: which address and method lead where, and what a wrong one is told. */

#include <string.h>

#include "route.h"
#include "unit.h"

static const struct {
    const char *method;
    const char *path;
    route_fn *handler;
    int64_t id;
} found[] = {
    {"GET", "/v1/", service_about, 0},
    {"HEAD", "/v1/", service_about, 0},
    {"GET", "/v1/holds", holds_list, 0},
    {"HEAD", "/v1/holds", holds_list, 0},
    {"POST", "/v1/holds", holds_request, 0},
    {"GET", "/v1/holds/1", hold_get, 1},
    {"GET", "/v1/holds/999999999999999999", hold_get, 999999999999999999},
    {"GET", "/v1/holds/17/events", hold_events, 17},
    {"GET", "/v1/events", events_list, 0},
    {"GET", "/healthz", service_health, 0},
    {"GET", "/metrics", metrics_get, 0},
};

START_TEST(finds_the_handler)
{
    struct route_match match = {0};

    ck_assert_int_eq(route_find(found[_i].path, found[_i].method, &match), 0);
    ck_assert(match.handler == found[_i].handler);
    if (found[_i].id)
        ck_assert_int_eq(match.id, found[_i].id);
}
END_TEST

START_TEST(every_command_on_a_hold_has_its_address)
{
    struct route_match match = {0};
    char path[64];

    for (int kind = COMMAND_DECIDE; kind < COMMAND_FROM_OUTSIDE; kind++) {
        snprintf(path, sizeof(path), "/v1/holds/42/%s", command_table[kind].name);
        ck_assert_int_eq(route_find(path, "POST", &match), 0);
        ck_assert(match.handler == hold_command);
        ck_assert_int_eq(match.command, kind);
        ck_assert_int_eq(match.id, 42);
        ck_assert_int_eq(route_find(path, "GET", &match), ROUTE_NO_METHOD);
        ck_assert_str_eq(route_allow(match.route), "POST");
    }
}
END_TEST

static const char *const nowhere[] = {
    "",
    "/",
    "*",
    "/v1",
    "/v1/hold",
    "/v1/holds/",
    "/v1/holdsx",
    "/v1/holds/x",
    "/v1/holds/0",
    "/v1/holds/-1",
    "/v1/holds/+1",
    "/v1/holds/01",
    "/v1/holds/1x",
    "/v1/holds/1/",
    "/v1/holds/1%2Fevents",
    "/v1/holds/1000000000000000000",
    "/v1/holds/99999999999999999999999",
    "/v1/holds/1/request", /* not on a hold that is there */
    "/v1/holds/1/Start",
    "/v1/holds/1/warn",
    "/v1/holds/1/startstartstartstart",
    "/v1/holds/1/start/",
    "/v1/holds/{id}",
    "/v1/holds/1/{command}",
    "/V1/holds",
    "//v1/holds",
    "/v1/events/1",
    "/healthz/",
};

START_TEST(finds_nothing_elsewhere)
{
    struct route_match match = {0};

    ck_assert_int_eq(route_find(nowhere[_i], "GET", &match), ROUTE_NO_PATH);
    ck_assert_int_eq(route_find(nowhere[_i], "POST", &match), ROUTE_NO_PATH);
}
END_TEST

static const struct {
    const char *method;
    const char *path;
    const char *allow;
} refused[] = {
    {"POST", "/v1/", "GET, HEAD"},           {"DELETE", "/v1/holds", "GET, HEAD, POST"},
    {"PUT", "/v1/holds/1", "GET, HEAD"},     {"POST", "/v1/holds/1/events", "GET, HEAD"},
    {"POST", "/v1/events", "GET, HEAD"},     {"HEAD", "/v1/holds/1/start", "POST"},
    {"POST", "/healthz", "GET, HEAD"},       {"OPTIONS", "/metrics", "GET, HEAD"},
    {"get", "/v1/holds", "GET, HEAD, POST"}, {"", "/v1/holds", "GET, HEAD, POST"},
};

START_TEST(says_which_methods_there_are)
{
    struct route_match match = {0};

    ck_assert_int_eq(route_find(refused[_i].path, refused[_i].method, &match), ROUTE_NO_METHOD);
    ck_assert_str_eq(route_allow(match.route), refused[_i].allow);
}
END_TEST

START_TEST(only_reading_takes_parameters)
{
    struct route_match match = {0};

    ck_assert_int_eq(route_find("/v1/holds", "GET", &match), 0);
    ck_assert_ptr_eq(match.parameters, holds_parameters);
    ck_assert_int_eq(route_find("/v1/holds", "POST", &match), 0);
    ck_assert_ptr_null(match.parameters);
}
END_TEST

static void note_call(const char *method, const char *path, enum call call, void *context)
{
    struct route_match match = {0};
    unsigned *times = context;
    char filled[ROUTE_PATH_SIZE] = "";

    for (size_t used = 0; *path; used = strlen(filled)) {
        if (*path != '{') {
            filled[used] = *path++;
            continue;
        }
        strcat(filled, strncmp(path, "{id}", 4) == 0 ? "1" : "some-name");
        path = strchr(path, '}') + 1;
    }
    ck_assert_int_eq(route_find(filled, method, &match), 0);
    ck_assert_int_eq(match.call, call);
    times[call]++;
}

START_TEST(every_call_is_one_method_of_one_address)
{
    unsigned times[CALLS] = {0};

    route_calls(note_call, times);
    for (int call = 0; call < CALLS; call++) {
        ck_assert_int_eq(times[call], 1);
        ck_assert_uint_ne(access_of((enum call)call), 0);
    }
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {finds_the_handler, ARRAY_SIZE(found)},
        {.test = every_command_on_a_hold_has_its_address},
        {finds_nothing_elsewhere, ARRAY_SIZE(nowhere)},
        {says_which_methods_there_are, ARRAY_SIZE(refused)},
        {.test = only_reading_takes_parameters},
        {.test = every_call_is_one_method_of_one_address},
    };

    return unit_run("route", tests, ARRAY_SIZE(tests));
}
