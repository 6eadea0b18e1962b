/* SPDX-License-Identifier: ISC */

/* A review for people: the longest overrun on top, then what could not be used, then the sums. */

#include <string.h>

#include "local.h"
#include "report.h"
#include "text.h"

/* By the number of rules: one that excludes nothing counts all, so HELD says it. */
static const char *const titles_of_both[] = {
    "BOOKING", "ELIGIBLE",        "OUT",  "HELD", "PAST CONSECUTIVE",
    "COUNTED", "PAST REGULATORY", "NOTE", NULL};
static const char *const titles_of_consecutive[] = {"BOOKING",          "ELIGIBLE", "OUT", "HELD",
                                                    "PAST CONSECUTIVE", "NOTE",     NULL};
static const char *const titles_of_regulatory[] = {"BOOKING", "ELIGIBLE",        "OUT",  "HELD",
                                                   "COUNTED", "PAST REGULATORY", "NOTE", NULL};
static const char *const unusable_titles[] = {"LINE", "CANNOT BE USED", NULL};

static void begin(struct report *report)
{
    const struct review *review = report->review;

    report->unusable.titles = unusable_titles;
    if (review->n_rules == 2)
        report->stays.titles = titles_of_both;
    else if (review_excludes(&review->rules[0]))
        report->stays.titles = titles_of_regulatory;
    else
        report->stays.titles = titles_of_consecutive;
}

static void add_stay(struct report *report, const struct stay *stay, const struct verdict *verdicts)
{
    const struct review *review = report->review;
    struct table_row *row = table_add(&report->stays);
    size_t n = 0;

    row->cells[n++] = text_new("%s", stay->booking);
    row->cells[n++] = local_text(review->zone, stay->eligible_at);
    row->cells[n++] = local_text(review->zone, stay->released_at);
    row->cells[n++] = local_length(stay->released_at - stay->eligible_at);
    for (size_t i = 0; i < review->n_rules; i++) {
        if (review_excludes(&review->rules[i]))
            row->cells[n++] = local_length(verdicts[i].counted_us);
        row->cells[n++] = verdicts[i].over_us ? local_length(verdicts[i].over_us) : NULL;
        row->key[i] = -verdicts[i].over_us;
    }
    row->cells[n] = report_notes(stay);
    row->key[TABLE_KEY - 1] = stay->line;
}

static void add_unusable(struct report *report, int64_t line, const char *problem)
{
    struct table_row *row = table_add(&report->unusable);

    row->cells[0] = text_new("%lld", (long long)line);
    row->cells[1] = text_new("%s", problem);
}

/* ---- the summary
 * ----------------------------------------------------------------------------------- */

static void put_rows(const struct report *report)
{
    const struct review *review = report->review;
    _cleanup_(free_ptr) char *text =
        text_new("%lld read, %zu used, %lld that cannot be used", (long long)review->n_rows,
                 review->n_used, (long long)review->n_unusable);

    text_put_field(report->out, "Rows", text);
}

/* What was taken for what, where that happened. */
static void put_notes(const struct report *report)
{
    static const char *const texts[STAY_NOTES] = {
        [STAY_NO_CUSTODY_END] = "had no end of local custody: taken as eligible at booking",
        [STAY_BEFORE_BOOKING] = "were eligible before booking: taken as at booking",
        [STAY_AFTER_RELEASE] = "were eligible after release: taken as at release",
        [STAY_DOUBTFUL] = "have a time that a change of clocks leaves open: the longer reading "
                          "was taken",
    };

    for (size_t i = 0; i < STAY_NOTES; i++) {
        int64_t n = report->review->n_notes[i];
        _cleanup_(free_ptr) char *text = n ? text_new("%lld %s", (long long)n, texts[i]) : NULL;

        if (text)
            text_put_field(report->out, i == STAY_DOUBTFUL ? "Doubtful" : "Of these", text);
    }
}

static void put_total(FILE *out, const char *label, const struct review_total *total)
{
    _cleanup_(free_ptr) char *sum = local_length(total->over_us);
    _cleanup_(free_ptr) char *longest = local_length(total->longest_us);
    _cleanup_(free_ptr) char *text = NULL;

    if (total->n_past)
        text = text_new("%lld past the deadline, by %s in all, the longest by %s (%s)",
                        (long long)total->n_past, sum, longest, total->longest_booking);
    text_put_field(out, label, text ? text : "nobody past the deadline");
}

static void put_summary(const struct report *report)
{
    struct review *review = report->review;
    int64_t median_us = review_median_us(review);
    _cleanup_(free_ptr) char *median = median_us == INT64_MIN ? NULL : local_length(median_us);

    put_rows(report);
    put_notes(report);
    for (size_t i = 0; i < review->n_rules; i++)
        put_total(report->out, review_excludes(&review->rules[i]) ? "Regulatory" : "Consecutive",
                  &review->totals[i]);
    if (median)
        text_put_field(report->out, "Median", median);
    text_put_field(report->out, "Zone", review->zone_name);
}

static void put_table(struct report *report, struct table *table)
{
    if (table->n_rows) {
        table_print(table, report->out);
        fputc('\n', report->out);
    }
    table_clear(table);
}

static void end(struct report *report)
{
    table_sort(&report->stays);
    put_table(report, &report->stays);
    put_table(report, &report->unusable);
    put_summary(report);
}

const struct report_format report_table = {begin, add_stay, add_unusable, end};
