/* SPDX-License-Identifier: ISC */

/* The history: of all holds, with a long poll, or of one. Events are served as they were stored. */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "answer.h"
#include "codec.h"
#include "conditions.h"
#include "worker.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MAX     1000
#define WAIT_MAX_S    60

const char *const events_parameters[] = {"after", "limit", "wait", NULL};
const char *const hold_events_parameters[] = {"after", "limit", NULL};

struct page {
    const struct exchange *exchange;
    struct evbuffer *buffer;
    size_t count;
    int64_t last_seq; /* on the page */
    unsigned hidden;  /* flags of members that the client may not see */
    char tag[ENTITY_TAG_SIZE];
};

static int put_body(struct page *page, const char *body, size_t size)
{
    _cleanup_(free_ptr) char *rest = NULL;

    if (!page->hidden)
        return evbuffer_add(page->buffer, body, size);
    rest = codec_event_without(body, size, page->hidden);
    return rest ? evbuffer_add(page->buffer, rest, strlen(rest)) : -1;
}

static int add_event(int64_t seq, const char *body, size_t size, void *closure)
{
    struct page *page = closure;

    if (page->count > 0 && answer_is_full(page->exchange, page->buffer))
        return -ECANCELED; /* the client goes on after the last one */
    if (page->count++ > 0)
        evbuffer_add(page->buffer, ",", 1);
    if (put_body(page, body, size) < 0)
        return -ENOMEM;
    page->last_seq = seq;
    return 0;
}

/* Fills a page with events of one hold, or of all where `hold_id` is 0. */
static int fill(struct exchange *exchange, int64_t hold_id, struct page *page)
{
    int r;

    page->exchange = exchange;
    page->hidden = answer_hidden(exchange);
    page->buffer = answer_buffer_new("{\"events\":[");
    if (!page->buffer)
        return -ENOMEM;
    r = reader_events(exchange->worker->reader, hold_id, exchange->after, exchange->limit,
                      add_event, page);
    if (r == 0 || r == -ECANCELED)
        return 0;
    evbuffer_free(page->buffer);
    return r;
}

/* What was read may be newer than what the view says in this moment. */
static enum MHD_Result answer_page(struct exchange *exchange, struct page *page)
{
    int64_t last_seq = atomic_load(&exchange->worker->options->view->committed_seq);

    if (page->last_seq > last_seq)
        last_seq = page->last_seq;
    evbuffer_add_printf(page->buffer, "],\"last_seq\":%" PRId64 "}", last_seq);
    return answer_buffer(exchange, &(struct answer){.status = MHD_HTTP_OK, .etag = page->tag},
                         page->buffer);
}

static int parse_range(struct exchange *exchange, const struct query *query,
                       struct problem *problem)
{
    int64_t limit = LIMIT_DEFAULT;
    int r;

    exchange->after = 0;
    if ((r = query_int(query, "after", 0, INT64_MAX, &exchange->after, problem)) ||
        (r = query_int(query, "limit", 1, LIMIT_MAX, &limit, problem)))
        return r;
    exchange->limit = (size_t)limit;
    return 0;
}

static enum MHD_Result answer_events(struct exchange *exchange)
{
    struct page page = {0};
    int r;

    conditions_history_tag(exchange, page.tag);
    r = fill(exchange, 0, &page);
    return r < 0 ? answer_unreadable(exchange, r) : answer_page(exchange, &page);
}

enum MHD_Result events_list(struct exchange *exchange, const struct query *query)
{
    struct problem problem;
    int64_t wait_s = 0;

    if (parse_range(exchange, query, &problem) ||
        query_int(query, "wait", 0, WAIT_MAX_S, &wait_s, &problem))
        return answer_problem(exchange, &problem);
    return wait_s > 0 ? exchange_wait(exchange, wait_s, answer_events) : answer_events(exchange);
}

enum MHD_Result hold_events(struct exchange *exchange, const struct query *query)
{
    struct page page = {0};
    struct problem problem;
    struct hold hold;
    struct timer timer;
    int r;

    if (parse_range(exchange, query, &problem))
        return answer_problem(exchange, &problem);
    conditions_history_tag(exchange, page.tag);
    r = reader_hold(exchange->worker->reader, exchange->match.id, &hold, &timer);
    if (r > 0)
        return answer_refusal(exchange, PROBLEM_NOT_FOUND, "there is no hold %" PRId64,
                              exchange->match.id);
    if (r == 0)
        r = fill(exchange, exchange->match.id, &page);
    return r < 0 ? answer_unreadable(exchange, r) : answer_page(exchange, &page);
}
