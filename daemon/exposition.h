/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * An exposition: families of metrics as text, the way monitoring systems read them. There are two
 * dialects of one language, OpenMetrics 1.0 and Prometheus' text format 0.0.4, which differ in what
 * a family is called in its head, and in the end mark.
 *
 * Sources: the OpenMetrics specification 1.0.0 (prometheus/OpenMetrics); Prometheus' documentation,
 * "Exposition formats".
 */

#include <event2/buffer.h>
#include <stdbool.h>

#include "histogram.h"

enum exposition_dialect { EXPOSITION_TEXT, EXPOSITION_OPENMETRICS };

enum family_kind { FAMILY_COUNTER, FAMILY_GAUGE, FAMILY_HISTOGRAM, FAMILY_INFO };

/*
 * What all samples of a family share. The name is that without the ending that its kind adds to
 * samples (`_total` and so on). What is counted in microseconds inside is told in seconds, and the
 * name says so.
 */
struct family {
    enum family_kind kind;
    const char *name;
    const char *help; /* a sentence, without line feeds and backslashes */
    bool is_time;     /* values are microseconds; the name ends in "_seconds" */
};

struct exposition {
    struct evbuffer *text; /* borrowed */
    enum exposition_dialect dialect;
    bool incomplete; /* memory was short: the text is not to be sent */
};

/* The media type of a dialect, with its version, as Content-Type has it. */
const char *exposition_type(enum exposition_dialect dialect);

/* The dialect that an Accept header asks for; NULL where there is none. */
enum exposition_dialect exposition_wanted(const char *accept);

/* Begins a family, whose samples must follow at once. */
void exposition_family(struct exposition *exposition, const struct family *family);

/*
 * Adds a sample: a whole number, or microseconds that are not negative. `label` is NULL for the
 * only one of its family; its value has no quotes, backslashes or line feeds.
 */
void exposition_sample(struct exposition *exposition, const struct family *family,
                       const char *label, const char *label_value, int64_t value);

/* Adds the samples of a histogram. */
void exposition_histogram(struct exposition *exposition, const struct family *family,
                          const struct histogram *histogram);

/* Ends the text. */
void exposition_end(struct exposition *exposition);
