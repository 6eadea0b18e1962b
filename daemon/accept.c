/* SPDX-License-Identifier: ISC */

/* Reading Accept: media ranges with parameters, a comma between. */

#include "accept.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define QUALITY_MAX 1000

/* A piece of the header, without the blanks around it. */
struct slice {
    const char *text;
    size_t length;
};

/* ---- pieces ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct slice trim(struct slice slice)
{
    while (slice.length > 0 && is_blank(slice.text[0])) {
        slice.text++;
        slice.length--;
    }
    while (slice.length > 0 && is_blank(slice.text[slice.length - 1]))
        slice.length--;
    return slice;
}

/* The length up to a separator, or to the end; one in a quoted string separates nothing. */
static size_t length_to(struct slice slice, char separator)
{
    bool quoted = false;
    size_t i;

    for (i = 0; i < slice.length && (quoted || slice.text[i] != separator); i++)
        if (slice.text[i] == '"')
            quoted = !quoted;
        else if (slice.text[i] == '\\' && quoted && i + 1 < slice.length)
            i++;
    return i;
}

/* Takes the piece up to the separator off the front of *rest. */
static struct slice take(struct slice *rest, char separator)
{
    size_t length = length_to(*rest, separator);
    struct slice piece = {rest->text, length};

    if (length < rest->length)
        length++;
    rest->text += length;
    rest->length -= length;
    return trim(piece);
}

static struct slice unquote(struct slice value)
{
    if (value.length >= 2 && value.text[0] == '"' && value.text[value.length - 1] == '"')
        return (struct slice){value.text + 1, value.length - 2};
    return value;
}

static bool is(struct slice slice, const char *word)
{
    return slice.length == strlen(word) && strncasecmp(slice.text, word, slice.length) == 0;
}

/* ---- ranges ---- */

/* 0 to 1 with up to three digits after the point; -1 where it is something else. */
static int read_quality(struct slice text)
{
    static const int worth[] = {100, 10, 1};
    int quality;

    if (text.length < 1 || text.length > 5 || text.text[0] < '0' || text.text[0] > '1' ||
        (text.length > 1 && text.text[1] != '.'))
        return -1;
    quality = (text.text[0] - '0') * QUALITY_MAX;
    for (size_t i = 2; i < text.length; i++) {
        if (text.text[i] < '0' || text.text[i] > '9')
            return -1;
        quality += (text.text[i] - '0') * worth[i - 2];
    }
    return quality <= QUALITY_MAX ? quality : -1;
}

static enum accept_closeness match_type(struct slice range, const char *type)
{
    size_t kind = strcspn(type, "/") + 1;

    if (is(range, type))
        return ACCEPT_TYPE;
    if (range.length == kind + 1 && range.text[kind] == '*' &&
        strncasecmp(range.text, type, kind) == 0)
        return ACCEPT_KIND;
    return is(range, "*/*") ? ACCEPT_ANYTHING : ACCEPT_NOT_NAMED;
}

static enum accept_closeness match_version(enum accept_closeness so_far, struct slice wanted,
                                           const char *version)
{
    if (!is(wanted, version))
        return ACCEPT_NOT_NAMED;
    return so_far == ACCEPT_TYPE ? ACCEPT_VERSION : so_far;
}

/* One range with its parameters; of those that say nothing of the form, all are welcome. */
static struct accept match(struct slice range, const char *type, const char *version)
{
    struct accept found = {match_type(take(&range, ';'), type), QUALITY_MAX};

    while (range.length > 0 && found.closeness != ACCEPT_NOT_NAMED) {
        struct slice value = take(&range, ';');
        struct slice name = take(&value, '=');

        if (is(name, "q"))
            found.quality = read_quality(trim(value));
        else if (is(name, "version"))
            found.closeness = match_version(found.closeness, unquote(trim(value)), version);
    }
    if (found.quality < 0)
        found.closeness = ACCEPT_NOT_NAMED;
    return found;
}

static bool is_closer(struct accept one, struct accept other)
{
    return one.closeness > other.closeness ||
           (one.closeness == other.closeness && one.quality > other.quality);
}

struct accept accept_find(const char *header, const char *type, const char *version)
{
    struct accept closest = {ACCEPT_NOT_NAMED, 0};
    struct slice rest = {header, header ? strlen(header) : 0};

    if (!header)
        return (struct accept){ACCEPT_ANYTHING, QUALITY_MAX};
    while (rest.length > 0) {
        struct accept found = match(take(&rest, ','), type, version);

        if (found.closeness != ACCEPT_NOT_NAMED && is_closer(found, closest))
            closest = found;
    }
    return closest;
}
