/* SPDX-License-Identifier: ISC */

/*
 * The transport, on libcurl's multi interface: the easy one cannot wait for a second descriptor,
 * and a long poll has to end at once when its user wants to leave.
 */

#include "transport.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define ORIGIN "http://detainerd"

/* An answer that comes in, and why it cannot be taken in any further. */
struct reception {
    struct detainer_answer *answer;
    int error;
};

struct transport {
    CURL *easy;
    CURLM *multi;
    int interrupt_fd;
};

static int set_up(struct transport *transport, const char *socket_path, const char *agent)
{
    CURL *easy;

    transport->multi = curl_multi_init();
    transport->easy = easy = curl_easy_init();
    if (!transport->multi || !easy)
        return -ENOMEM;
    if (curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, socket_path) ||
        curl_easy_setopt(easy, CURLOPT_USERAGENT, agent) ||
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http") ||
        curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L) || /* ".." may be the name of something */
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") ||   /* whatever http_proxy says */
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L))
        return -ENOMEM;
    return 0;
}

int transport_open(const char *socket_path, const char *agent, struct transport **transport)
{
    _cleanup_(transport_close_ptr) struct transport *made = NULL;
    int r;

    if (strlen(socket_path) > TRANSPORT_SOCKET_LONGEST)
        return -ENAMETOOLONG;
    made = calloc(1, sizeof(*made));
    if (!made)
        return -ENOMEM;
    made->interrupt_fd = -1;
    r = set_up(made, socket_path, agent);
    if (r)
        return r;
    *transport = made;
    made = NULL;
    return 0;
}

void transport_close(struct transport *transport)
{
    curl_easy_cleanup(transport->easy);
    curl_multi_cleanup(transport->multi);
    free(transport);
}

void transport_interrupt_by(struct transport *transport, int fd)
{
    transport->interrupt_fd = fd;
}

/* ---- one transfer ---- */

/* libcurl's callbacks: anything but the full count makes the transfer fail. */
static size_t receive_body(char *data, size_t size, size_t count, void *to)
{
    struct reception *reception = to;

    reception->error = answer_add_body(reception->answer, data, size * count);
    return reception->error ? 0 : size * count;
}

static size_t receive_header(char *line, size_t size, size_t count, void *to)
{
    struct reception *reception = to;

    reception->error = answer_add_header(reception->answer, line, size * count);
    return reception->error ? 0 : size * count;
}

static int connect_error(CURL *easy)
{
    long error = 0;

    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
    return error > 0 ? -(int)error : -ECONNREFUSED;
}

static int error_from_curl(CURL *easy, CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return 0;
    case CURLE_COULDNT_CONNECT:
        return connect_error(easy);
    case CURLE_OPERATION_TIMEDOUT:
        return -ETIMEDOUT;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
        return -ECONNRESET;
    case CURLE_OUT_OF_MEMORY:
        return -ENOMEM;
    default:
        return -EPROTO;
    }
}

/* Drives the transfer to its end. */
static int transfer(struct transport *transport)
{
    struct curl_waitfd interrupt = {.fd = transport->interrupt_fd, .events = CURL_WAIT_POLLIN};
    unsigned n_extra = transport->interrupt_fd >= 0 ? 1 : 0;
    int running = 1, queued;

    for (;;) {
        if (curl_multi_perform(transport->multi, &running))
            return -ENOMEM;
        if (!running)
            break;
        if (curl_multi_poll(transport->multi, &interrupt, n_extra, 1000, NULL))
            return -ENOMEM;
        if (interrupt.revents)
            return -EINTR;
    }
    for (;;) {
        CURLMsg *message = curl_multi_info_read(transport->multi, &queued);

        assert(message);
        if (message->msg == CURLMSG_DONE)
            return error_from_curl(transport->easy, message->data.result);
    }
}

/* ---- a request ---- */

DEFINE_CLEANUP(struct curl_slist *, curl_slist_free_all)

/* Adds a header unless its value is NULL. Returns 0 or -ENOMEM. */
static int add_header(struct curl_slist **headers, const char *name, const char *value)
{
    _cleanup_(free_ptr) char *line = NULL;
    struct curl_slist *longer;

    if (!value)
        return 0;
    if (asprintf(&line, "%s: %s", name, value) < 0) {
        line = NULL;
        return -ENOMEM;
    }
    longer = curl_slist_append(*headers, line);
    if (!longer)
        return -ENOMEM;
    *headers = longer;
    return 0;
}

static int set_headers(CURL *easy, const struct request *request, struct curl_slist **headers)
{
    if (add_header(headers, "Content-Type", request->json ? "application/json" : NULL) ||
        add_header(headers, "Idempotency-Key", request->key) ||
        add_header(headers, "If-Match", request->if_match) ||
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *headers))
        return -ENOMEM;
    return 0;
}

static int set_request(CURL *easy, const struct request *request, const char *url,
                       struct reception *reception)
{
    if (curl_easy_setopt(easy, CURLOPT_URL, url) || curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L))
        return -ENOMEM;
    if (request->json && curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->json))
        return -ENOMEM;
    if (curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) ||
        curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)request->timeout_s) ||
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_header) ||
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, reception) ||
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive_body) ||
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, reception))
        return -ENOMEM;
    return 0;
}

static int perform(struct transport *transport, const struct request *request,
                   struct detainer_answer *answer)
{
    _cleanup_(curl_slist_free_all_ptr) struct curl_slist *headers = NULL;
    _cleanup_(free_ptr) char *url = NULL;
    struct reception reception = {.answer = answer};
    int r;

    if (asprintf(&url, ORIGIN "%s", request->target) < 0) {
        url = NULL;
        return -ENOMEM;
    }
    r = set_request(transport->easy, request, url, &reception);
    if (!r)
        r = set_headers(transport->easy, request, &headers);
    if (!r && curl_multi_add_handle(transport->multi, transport->easy))
        r = -ENOMEM;
    if (r)
        return r;
    r = transfer(transport);
    curl_multi_remove_handle(transport->multi, transport->easy);
    curl_easy_setopt(transport->easy, CURLOPT_HTTPHEADER, (struct curl_slist *)NULL);
    return reception.error ? reception.error : r;
}

int transport_call(struct transport *transport, const struct request *request,
                   struct detainer_answer *answer)
{
    int r;

    *answer = (struct detainer_answer){0};
    r = perform(transport, request, answer);
    if (r) {
        answer_clear(answer);
        return r;
    }
    curl_easy_getinfo(transport->easy, CURLINFO_RESPONSE_CODE, &answer->status);
    answer_read(answer);
    return 0;
}

int transport_wait(const struct transport *transport, int wait_ms)
{
    struct pollfd interrupt = {.fd = transport->interrupt_fd, .events = POLLIN};

    return poll(&interrupt, 1, wait_ms) == 1 ? -EINTR : 0;
}

bool transport_failed_to_connect(int error)
{
    return error != -ECONNRESET && error != -ETIMEDOUT && error != -EINTR && error != -EPROTO &&
           error != -EMSGSIZE && error != -ENOMEM;
}
