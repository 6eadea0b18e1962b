/* SPDX-License-Identifier: ISC */

/* Percent-decoding, and parameters as numbers, names, instants and cursors. */

#include "query.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CURSOR_PREFIX "h1_"

void query_init(struct query *query, const char *const *names)
{
    query->names = names;
    query->used = 0;
    memset(query->values, 0, sizeof(query->values));
}

static int find(const struct query *query, const char *name)
{
    for (int i = 0; query->names && query->names[i]; i++)
        if (strcmp(query->names[i], name) == 0)
            return i;
    return -1;
}

/* What the client called it, fit to be shown: the answer must be JSON whatever was sent. */
static int refuse_unknown(const char *name, struct problem *problem)
{
    char shown[sizeof(problem->field)];
    size_t length = 0;

    for (; name[length] && length < sizeof(shown) - 1; length++)
        shown[length] = name[length] >= ' ' && name[length] <= '~' ? name[length] : '?';
    shown[length] = '\0';
    return problem_set(problem, PROBLEM_UNKNOWN_PARAMETER, shown,
                       "this address has no parameter of that name");
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Copies with escapes undone. Returns the length, or -1: a broken escape, an escaped NUL, no room.
 */
static int decode(const char *encoded, char *text, size_t size)
{
    size_t length = 0;

    if (size == 0)
        return -1;
    for (; *encoded; encoded++, length++) {
        char c = *encoded;

        if (c == '%') {
            int high = hex_digit(encoded[1]);
            int low = high < 0 ? -1 : hex_digit(encoded[2]);

            if (low < 0 || high + low == 0)
                return -1;
            c = (char)(high << 4 | low);
            encoded += 2;
        }
        if (length + 1 >= size)
            return -1;
        text[length] = c;
    }
    text[length] = '\0';
    return (int)length;
}

int query_add(struct query *query, const char *name, const char *value, struct problem *problem)
{
    char *text = query->text + query->used;
    int position = find(query, name);
    int length;

    if (position < 0)
        return refuse_unknown(name, problem);
    if (query->values[position])
        return problem_set(problem, PROBLEM_INVALID_PARAMETER, name, "given more than once");
    length = decode(value ? value : "", text, sizeof(query->text) - query->used);
    if (length < 0)
        return problem_set(problem, PROBLEM_INVALID_PARAMETER, name,
                           "too long, or a percent escape that is broken or stands for NUL");
    query->values[position] = text;
    query->used += (size_t)length + 1;
    return 0;
}

const char *query_text(const struct query *query, const char *name)
{
    int position = find(query, name);

    return position < 0 ? NULL : query->values[position];
}

/* Digits only: no sign, no blank, no base prefix. */
static bool parse_digits(const char *text, int64_t *value)
{
    size_t length = strspn(text, "0123456789");

    return length > 0 && length <= 18 && text[length] == '\0' &&
           sscanf(text, "%" SCNd64, value) == 1;
}

int query_int(const struct query *query, const char *name, int64_t min, int64_t max, int64_t *value,
              struct problem *problem)
{
    const char *text = query_text(query, name);
    int64_t number;

    if (!text)
        return 0;
    if (!parse_digits(text, &number) || number < min || number > max)
        return problem_set(problem, PROBLEM_INVALID_PARAMETER, name,
                           "must be a whole number from %" PRId64 " to %" PRId64, min, max);
    *value = number;
    return 0;
}

int query_name(const struct query *query, const char *name, const struct names *names, int *value,
               struct problem *problem)
{
    const char *text = query_text(query, name);
    char list[256];
    int found;

    if (!text)
        return 0;
    found = names_find(names, text);
    if (!found) {
        names_list(names, list, sizeof(list));
        return problem_set(problem, PROBLEM_INVALID_PARAMETER, name, "must be one of %s", list);
    }
    *value = found;
    return 0;
}

int query_instant(const struct query *query, const char *name, instant *value,
                  struct problem *problem)
{
    const char *text = query_text(query, name);
    int r;

    if (!text)
        return 0;
    r = instant_parse(text, value);
    if (!r)
        return 0;
    return problem_set(problem, PROBLEM_INVALID_PARAMETER, name, "%s%s", instant_problem_text(r),
                       strchr(text, ' ') ? "; a + in an address is written %2B" : "");
}

int query_bounded_text(const struct query *query, const char *name, size_t max, const char **value,
                       struct problem *problem)
{
    const char *text = query_text(query, name);

    if (!text)
        return 0;
    if (!*text || strlen(text) > max)
        return problem_set(problem, PROBLEM_INVALID_PARAMETER, name, "must have 1 to %zu bytes",
                           max);
    *value = text;
    return 0;
}

void cursor_format(int64_t id, char text[static CURSOR_SIZE])
{
    snprintf(text, CURSOR_SIZE, CURSOR_PREFIX "%" PRIx64, (uint64_t)id);
}

int query_cursor(const struct query *query, const char *name, int64_t *id, struct problem *problem)
{
    const char *text = query_text(query, name);
    char again[CURSOR_SIZE];
    uint64_t number;

    if (!text)
        return 0;
    if (sscanf(text, CURSOR_PREFIX "%16" SCNx64, &number) == 1 && number <= INT64_MAX) {
        cursor_format((int64_t)number, again);
        if (strcmp(again, text) == 0) { /* nothing but what we once wrote */
            *id = (int64_t)number;
            return 0;
        }
    }
    return problem_set(problem, PROBLEM_INVALID_PARAMETER, name,
                       "not a next_cursor of this daemon's answers");
}
