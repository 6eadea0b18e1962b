/* SPDX-License-Identifier: ISC */

/* What a review goes by. */

#include "review_setup.h"

#include <errno.h>
#include <string.h>

#include "arguments.h"
#include "exits.h"
#include "text.h"

static int set_zone(const char *name, struct review *review)
{
    review->zone_name = name;
    if (zone_find(name, &review->zone) == 0)
        return EXIT_DONE;
    fputs("detainerctl: --zone: this system knows no time zone \"", stderr);
    text_put(stderr, name);
    fputs("\"; one is America/Los_Angeles\n", stderr);
    return EXIT_USAGE;
}

/* The county's own holidays, with every mistake in their file. */
static int load_calendar(const char *path, struct calendar **calendar)
{
    _cleanup_(free_ptr) char *messages = NULL;
    size_t size;
    struct mistakes mistakes = {
        .path = path,
        .messages = text_not_null(open_memstream(&messages, &size)),
    };
    int r = calendar_load(&mistakes, calendar);

    text_not_null(fclose(mistakes.messages) || r == -ENOMEM ? NULL : messages);
    if (!r)
        return EXIT_DONE;
    text_put_lines(stderr, messages);
    return EXIT_USAGE;
}

/* A calendar may not stop the clock for good. */
static int check_bounded(const char *path, const struct rule *rule)
{
    int64_t day = rule_endless_day(rule);
    char text[INSTANT_TEXT_SIZE];

    if (day == INT64_MIN)
        return EXIT_DONE;
    instant_format(day * US_PER_DAY, text);
    fputs("detainerctl: ", stderr);
    text_put(stderr, path);
    fprintf(stderr, ": more than %d days in a row would not count, up to %.10s\n",
            RULE_EXCLUDED_DAYS_MAX, text);
    return EXIT_USAGE;
}

static int add_regulatory(const char *county, struct review *review)
{
    struct rule *rule = &review->rules[review->n_rules++];
    int r = calendar_us_federal(&review->us_federal);

    text_not_null(r ? NULL : review->us_federal); /* it is built in, so memory was short */
    rule_regulatory(review->us_federal, rule);
    if (!county)
        return EXIT_DONE;
    r = load_calendar(county, &review->county);
    if (r)
        return r;
    rule->calendars[rule->n_calendars++] = review->county;
    return check_bounded(county, rule);
}

int review_set_up(const struct arguments *arguments, struct review *review)
{
    const char *rule = arguments_value(arguments, "rule");
    const char *county = arguments_value(arguments, "calendar");
    bool only_consecutive = rule && strcmp(rule, "consecutive") == 0;
    bool only_regulatory = rule && strcmp(rule, "regulatory") == 0;
    int r;

    *review = (struct review){0};
    if (only_consecutive && county) {
        fputs("detainerctl: --calendar has no meaning with --rule consecutive: that counts every "
              "day\n",
              stderr);
        return EXIT_USAGE;
    }
    r = set_zone(arguments_value(arguments, "zone"), review);
    if (r)
        return r;
    if (!only_regulatory)
        rule_consecutive(&review->rules[review->n_rules++]);
    return only_consecutive ? EXIT_DONE : add_regulatory(county, review);
}
