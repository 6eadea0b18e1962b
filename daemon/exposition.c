/* SPDX-License-Identifier: ISC */

/* Writing expositions. */

#include "exposition.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "accept.h"
#include "instant.h"

#define PREFIX     "detainerd_"
#define VALUE_SIZE 32

static const struct {
    const char *media_type, *version;
    const char *content_type;
    const char *end;
} dialects[] = {
    [EXPOSITION_TEXT] = {"text/plain", "0.0.4", "text/plain; version=0.0.4; charset=utf-8", ""},
    [EXPOSITION_OPENMETRICS] = {"application/openmetrics-text", "1.0.0",
                                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                                "# EOF\n"},
};

/* What each kind is called, by dialect, and how its samples end. The text format knows no info. */
static const struct {
    const char *types[2];
    const char *ending;
} kinds[] = {
    [FAMILY_COUNTER] = {{"counter", "counter"}, "_total"},
    [FAMILY_GAUGE] = {{"gauge", "gauge"}, ""},
    [FAMILY_HISTOGRAM] = {{"histogram", "histogram"}, ""},
    [FAMILY_INFO] = {{"gauge", "info"}, "_info"},
};

const char *exposition_type(enum exposition_dialect dialect)
{
    return dialects[dialect].content_type;
}

static struct accept find(const char *accept, enum exposition_dialect dialect)
{
    return accept_find(accept, dialects[dialect].media_type, dialects[dialect].version);
}

/* OpenMetrics is for those who ask for it by name: people, and whoever takes anything, get text. */
enum exposition_dialect exposition_wanted(const char *accept)
{
    struct accept openmetrics = find(accept, EXPOSITION_OPENMETRICS);
    struct accept text = find(accept, EXPOSITION_TEXT);

    return openmetrics.closeness >= ACCEPT_TYPE && openmetrics.quality > 0 &&
                   openmetrics.quality >= text.quality
               ? EXPOSITION_OPENMETRICS
               : EXPOSITION_TEXT;
}

__attribute__((format(printf, 2, 3))) static void add(struct exposition *exposition,
                                                      const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (evbuffer_add_vprintf(exposition->text, format, arguments) < 0)
        exposition->incomplete = true;
    va_end(arguments);
}

/* In the text format the head has the name of the samples. */
void exposition_family(struct exposition *exposition, const struct family *family)
{
    bool is_openmetrics = exposition->dialect == EXPOSITION_OPENMETRICS;
    const char *ending = is_openmetrics ? "" : kinds[family->kind].ending;

    add(exposition, "# TYPE " PREFIX "%s%s %s\n", family->name, ending,
        kinds[family->kind].types[exposition->dialect]);
    if (family->is_time && is_openmetrics)
        add(exposition, "# UNIT " PREFIX "%s seconds\n", family->name);
    add(exposition, "# HELP " PREFIX "%s%s %s\n", family->name, ending, family->help);
}

static const char *format_value(const struct family *family, int64_t value,
                                char text[static VALUE_SIZE])
{
    assert(value >= 0 || !family->is_time);
    if (family->is_time)
        snprintf(text, VALUE_SIZE, "%" PRId64 ".%06d", value / US_PER_S, (int)(value % US_PER_S));
    else
        snprintf(text, VALUE_SIZE, "%" PRId64, value);
    return text;
}

/* Bounds are label values, which are compared as texts: OpenMetrics says how to spell a number. */
static const char *format_bound(const struct family *family, int64_t bound,
                                char text[static VALUE_SIZE])
{
    snprintf(text, VALUE_SIZE - 2, "%g",
             family->is_time ? (double)bound / (double)US_PER_S : (double)bound);
    if (!strpbrk(text, ".e"))
        strcat(text, ".0");
    return text;
}

void exposition_sample(struct exposition *exposition, const struct family *family,
                       const char *label, const char *label_value, int64_t value)
{
    const char *ending = kinds[family->kind].ending;
    char text[VALUE_SIZE];

    format_value(family, value, text);
    if (label)
        add(exposition, PREFIX "%s%s{%s=\"%s\"} %s\n", family->name, ending, label, label_value,
            text);
    else
        add(exposition, PREFIX "%s%s %s\n", family->name, ending, text);
}

static void add_bucket(struct exposition *exposition, const struct family *family, const char *le,
                       uint64_t count)
{
    add(exposition, PREFIX "%s_bucket{le=\"%s\"} %" PRIu64 "\n", family->name, le, count);
}

void exposition_histogram(struct exposition *exposition, const struct family *family,
                          const struct histogram *histogram)
{
    const struct histogram_bounds *bounds = histogram->bounds;
    struct histogram_reading reading;
    char text[VALUE_SIZE];

    histogram_read(histogram, &reading);
    for (size_t i = 0; i < bounds->n; i++)
        add_bucket(exposition, family, format_bound(family, bounds->at[i], text), reading.up_to[i]);
    add_bucket(exposition, family, "+Inf", reading.count);
    add(exposition, PREFIX "%s_sum %s\n", family->name, format_value(family, reading.sum, text));
    add(exposition, PREFIX "%s_count %" PRIu64 "\n", family->name, reading.count);
}

void exposition_end(struct exposition *exposition)
{
    add(exposition, "%s", dialects[exposition->dialect].end);
}
