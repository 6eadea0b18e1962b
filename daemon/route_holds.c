/* SPDX-License-Identifier: ISC */

/* Reading holds: one by its id, or a list. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "answer.h"
#include "conditions.h"
#include "worker.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MAX     1000

const char *const holds_parameters[] = {
    "state", "facility", "booking", "due_before", "limit", "cursor", NULL,
};

enum MHD_Result hold_get(struct exchange *exchange, const struct query *query)
{
    struct worker *worker = exchange->worker;
    struct hold hold;
    struct timer next_timer;
    struct reply reply;
    int r = reader_hold(worker->reader, exchange->match.id, &hold, &next_timer);

    (void)query;
    if (r < 0)
        return answer_unreadable(exchange, r);
    if (r > 0)
        return answer_refusal(exchange, PROBLEM_NOT_FOUND, "there is no hold %" PRId64,
                              exchange->match.id);
    r = reply_hold(&reply, worker_law(worker), MHD_HTTP_OK, &hold, &next_timer,
                   clock_now(worker->options->clock), answer_hidden(exchange));
    return r ? MHD_NO : answer_reply(exchange, &reply);
}

struct list {
    struct exchange *exchange;
    struct evbuffer *buffer;
    instant now;
    size_t limit;
    size_t count;
    int64_t last_id;
    bool more; /* there is another page */
};

/* One hold past the page is asked for, to know whether there is one. */
static int add_hold(const struct hold *hold, const struct timer *next_timer, void *closure)
{
    struct list *list = closure;
    _cleanup_(free_ptr) char *text = NULL;

    if (list->count == list->limit ||
        (list->count > 0 && answer_is_full(list->exchange, list->buffer))) {
        list->more = true;
        return -ECANCELED;
    }
    text = answer_hold_text(list->exchange, hold, next_timer, list->now);
    if (!text)
        return -ENOMEM;
    evbuffer_add_printf(list->buffer, "%s%s", list->count ? "," : "", text);
    list->count++;
    list->last_id = hold->id;
    return 0;
}

static int parse_filter(const struct query *query, struct hold_filter *filter,
                        struct problem *problem)
{
    int64_t limit = LIMIT_DEFAULT;
    int r;

    *filter = (struct hold_filter){.due_before = INSTANT_NONE};
    if ((r = query_name(query, "state", &hold_state_names, &filter->state, problem)) ||
        (r = query_bounded_text(query, "facility", FACILITY_ID_SIZE - 1, &filter->facility,
                                problem)) ||
        (r = query_bounded_text(query, "booking", BOOKING_SIZE - 1, &filter->booking, problem)) ||
        (r = query_instant(query, "due_before", &filter->due_before, problem)) ||
        (r = query_int(query, "limit", 1, LIMIT_MAX, &limit, problem)) ||
        (r = query_cursor(query, "cursor", &filter->after_id, problem)))
        return r;
    filter->limit = (size_t)limit;
    return 0;
}

static void end_list(const struct list *list)
{
    char cursor[CURSOR_SIZE];

    cursor_format(list->last_id, cursor);
    if (list->more)
        evbuffer_add_printf(list->buffer, "],\"next_cursor\":\"%s\"}", cursor);
    else
        evbuffer_add_printf(list->buffer, "],\"next_cursor\":null}");
}

enum MHD_Result holds_list(struct exchange *exchange, const struct query *query)
{
    struct worker *worker = exchange->worker;
    struct list list = {.exchange = exchange, .now = clock_now(worker->options->clock)};
    char tag[ENTITY_TAG_SIZE];
    struct hold_filter filter;
    struct problem problem;
    int r;

    if (parse_filter(query, &filter, &problem))
        return answer_problem(exchange, &problem);
    if (filter.booking && answer_hidden(exchange))
        return answer_hidden_parameter(exchange, "booking");
    conditions_history_tag(exchange, tag);
    list.limit = filter.limit++;
    list.buffer = answer_buffer_new("{\"holds\":[");
    if (!list.buffer)
        return MHD_NO;
    r = reader_holds(worker->reader, &filter, add_hold, &list);
    if (r < 0 && !list.more) {
        evbuffer_free(list.buffer);
        return answer_unreadable(exchange, r);
    }
    end_list(&list);
    return answer_buffer(exchange, &(struct answer){.status = MHD_HTTP_OK, .etag = tag},
                         list.buffer);
}
