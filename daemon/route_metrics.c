/* SPDX-License-Identifier: ISC */

/* Metrics, in the dialect that the client asks for. */

#include "answer.h"
#include "metrics.h"
#include "worker.h"

static void collect(const struct worker *worker, struct scrape *scrape)
{
    scrape->view = worker->options->view;
    scrape->now = clock_now(worker->options->clock);
    server_add_up(worker->server, &scrape->totals);
}

enum MHD_Result metrics_get(struct exchange *exchange, const struct query *query)
{
    const char *accept =
        MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
    struct exposition exposition = {answer_buffer_new(""), exposition_wanted(accept)};
    struct answer answer = {
        .status = MHD_HTTP_OK,
        .type = exposition_type(exposition.dialect),
        .vary = MHD_HTTP_HEADER_ACCEPT,
    };
    struct scrape scrape;

    (void)query;
    if (!exposition.text)
        return MHD_NO;
    collect(exchange->worker, &scrape);
    metrics_write(&exposition, &scrape);
    if (!exposition.incomplete)
        return answer_buffer(exchange, &answer, exposition.text);
    evbuffer_free(exposition.text);
    return MHD_NO;
}
