/* SPDX-License-Identifier: ISC */

/*
 * The calls that openapi.json describes against the table of routes, both ways: none that there is
 * not, and none left out. A parameter, a command or a kind of problem that is added and not
 * described fails here.
 */

#include <ctype.h>

#include "document.h"
#include "problem.h"
#include "route.h"
#include "unit.h"

static const json_t *paths(void)
{
    return json_object_get(document(), "paths");
}

START_TEST(it_is_of_this_version)
{
    const json_t *info = json_object_get(document(), "info");

    ck_assert_str_eq(json_string_value(json_object_get(document(), "openapi")), "3.1.0");
    ck_assert_str_eq(json_string_value(json_object_get(info, "version")), PACKAGE_VERSION);
}
END_TEST

/* ---- addresses and methods ---- */

static const char *in_small_letters(const char *method)
{
    static char name[16];
    size_t i = 0;

    for (; method[i]; i++)
        name[i] = (char)tolower((unsigned char)method[i]);
    name[i] = '\0';
    return name;
}

/* Which roles may make a call, and that its description says so. */
static void check_roles(const json_t *operation, const char *path, enum call call)
{
    const json_t *roles = json_object_get(operation, "x-roles");
    size_t count = 0;

    for (int role = ROLE_RECORDS; role < ROLES; role++) {
        const char *described = json_string_value(json_array_get(roles, count));

        if (!(access_of(call) & ROLE_BIT(role)))
            continue;
        ck_assert_msg(described && strcmp(described, role_names.values[role]) == 0, "%s is for %s",
                      path, role_names.values[role]);
        count++;
    }
    ck_assert_msg(json_array_size(roles) == count, "%s is for fewer roles", path);
}

static void check_described(const char *method, const char *path, enum call call, void *context)
{
    const json_t *operation = document_operation(path, in_small_letters(method));
    size_t *count = context;

    ck_assert_msg(operation, "%s %s is not described", method, path);
    check_roles(operation, path, call);
    ++*count;
}

static size_t count_described(void)
{
    const char *path;
    const json_t *item;
    size_t count = 0;

    json_object_foreach((json_t *)paths(), path, item) count += json_object_size(item);
    return count;
}

START_TEST(every_call_is_described_and_nothing_else)
{
    size_t count = 0;

    route_calls(check_described, &count);
    ck_assert_uint_eq(count, count_described());
}
END_TEST

/* An address such as the pattern means. */
static const char *address_of(const char *pattern)
{
    static char address[80];
    size_t length = 0;

    for (; *pattern; pattern++) {
        bool is_part = *pattern == '{';

        address[length++] = is_part ? '1' : *pattern; /* a number, and a name */
        if (is_part)
            pattern = strchr(pattern, '}');
    }
    address[length] = '\0';
    return address;
}

static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"};

START_TEST(nothing_is_described_that_there_is_not)
{
    const char *path, *method = methods[_i];
    const json_t *item;

    json_object_foreach((json_t *)paths(), path, item)
    {
        /* HEAD goes without saying where there is GET. */
        const char *name = strcmp(method, "HEAD") == 0 ? "get" : in_small_letters(method);
        struct route_match match = {0};
        int expected = json_object_get(item, name) ? 0 : ROUTE_NO_METHOD;

        ck_assert_msg(route_find(address_of(path), method, &match) == expected, "%s %s", method,
                      path);
    }
}
END_TEST

START_TEST(commands_are_called_by_their_names)
{
    for (int kind = COMMAND_DECIDE; kind < COMMAND_FROM_OUTSIDE; kind++) {
        const char *name = command_table[kind].name;
        char path[64];

        snprintf(path, sizeof(path), "/v1/holds/{id}/%s", name);
        ck_assert_str_eq(
            json_string_value(json_object_get(document_operation(path, "post"), "operationId")),
            name);
    }
}
END_TEST

/* ---- parameters ---- */

static const char *text_of(const json_t *value, const char *name)
{
    return json_string_value(json_object_get(value, name));
}

/* That those of the query are what the route takes, in its order, and that of the path is its. */
static void check_parameters(const char *path, const char *method, const char *const *names)
{
    const json_t *parameters = json_object_get(document_operation(path, method), "parameters");
    size_t in_path = 0, in_query = 0;
    const json_t *parameter;
    size_t i;

    json_array_foreach(parameters, i, parameter)
    {
        const char *name = text_of(document_follow(parameter), "name");
        const char *place = text_of(document_follow(parameter), "in");
        char part[40];

        snprintf(part, sizeof(part), "{%s}", name);
        if (strcmp(place, "path") == 0)
            ck_assert_msg(++in_path && strstr(path, part), "%s has no %s", path, part);
        else if (strcmp(place, "query") == 0)
            ck_assert_msg(names && names[in_query] && strcmp(names[in_query++], name) == 0,
                          "%s %s does not take %s there", method, path, name);
    }
    ck_assert_msg(in_path == (strchr(path, '{') != NULL), "%s: its path", path);
    ck_assert_msg(!names || !names[in_query], "%s %s: %s is not described", method, path,
                  names ? names[in_query] : "");
}

START_TEST(parameters_are_those_of_the_routes)
{
    const char *path;
    const json_t *item;

    json_object_foreach((json_t *)paths(), path, item)
    {
        struct route_match match = {0};

        if (json_object_get(item, "get") && route_find(address_of(path), "GET", &match) == 0)
            check_parameters(path, "get", match.parameters);
        if (json_object_get(item, "post") && route_find(address_of(path), "POST", &match) == 0)
            check_parameters(path, "post", match.parameters);
    }
}
END_TEST

/* ---- problems ---- */

START_TEST(kinds_of_problems_are_listed)
{
    const char *values[PROBLEM_KINDS] = {NULL};
    const struct names names = NAMES(values);

    for (int kind = PROBLEM_NONE + 1; kind < PROBLEM_KINDS; kind++)
        values[kind] = problem_name((enum problem_kind)kind);
    document_check_names("ProblemKind", document_component("schemas", "ProblemKind"), &names);
}
END_TEST

static enum problem_kind kind_of(const json_t *name)
{
    for (int kind = PROBLEM_NONE + 1; kind < PROBLEM_KINDS; kind++)
        if (strcmp(problem_name((enum problem_kind)kind), json_string_value(name)) == 0)
            return (enum problem_kind)kind;
    ck_abort_msg("there is no problem %s", json_string_value(name));
}

/* The kinds of a response that is a problem; NULL of another one. */
static const json_t *kinds_of(const json_t *response, int *status)
{
    const json_t *content = json_object_get(response, "content");
    const json_t *media = json_object_get(content, "application/problem+json");
    const json_t *properties = json_object_get(json_object_get(media, "schema"), "properties");

    *status =
        (int)json_integer_value(json_object_get(json_object_get(properties, "status"), "const"));
    return json_object_get(json_object_get(properties, "kind"), "enum");
}

START_TEST(every_kind_of_problem_is_in_a_response_with_its_status)
{
    const json_t *components = json_object_get(document(), "components");
    bool seen[PROBLEM_KINDS] = {false};
    const char *name;
    json_t *response;

    json_object_foreach(json_object_get(components, "responses"), name, response)
    {
        const json_t *kind;
        size_t i;
        int status;

        json_array_foreach(kinds_of(response, &status), i, kind)
        {
            seen[kind_of(kind)] = true;
            ck_assert_msg(problem_status(kind_of(kind)) == status, "%s: %s", name,
                          json_string_value(kind));
        }
    }
    for (int kind = PROBLEM_NONE + 1; kind < PROBLEM_KINDS; kind++)
        ck_assert_msg(seen[kind], "%s is in no response", problem_name((enum problem_kind)kind));
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = it_is_of_this_version},
        {.test = every_call_is_described_and_nothing_else},
        {nothing_is_described_that_there_is_not, ARRAY_SIZE(methods)},
        {.test = commands_are_called_by_their_names},
        {.test = parameters_are_those_of_the_routes},
        {.test = kinds_of_problems_are_listed},
        {.test = every_kind_of_problem_is_in_a_response_with_its_status},
    };

    return unit_run("openapi_calls", tests, ARRAY_SIZE(tests));
}
