/* SPDX-License-Identifier: ISC */

/*
 * The API client, on libcurl's multi interface: the easy one cannot wait for a second descriptor,
 * and a long poll has to end at once when its user wants to leave.
 */

#include "client.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#define ANSWER_SIZE_MAX                                                                            \
    (64u << 20) /* a page of 1000 events with the longest notes is under 4 MiB */
#define ORIGIN "http://detainerd"

struct client {
    CURL *easy;
    CURLM *multi;
    struct curl_slist *headers;
    int interrupt_fd;
};

static int set_up(struct client *client, const char *socket_path, const char *agent)
{
    CURL *easy;

    client->multi = curl_multi_init();
    client->easy = easy = curl_easy_init();
    client->headers = curl_slist_append(NULL, "Content-Type: application/json");
    if (!client->multi || !easy || !client->headers)
        return -ENOMEM;
    if (curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, socket_path) ||
        curl_easy_setopt(easy, CURLOPT_USERAGENT, agent) ||
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, client->headers) ||
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http") ||
        curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L) || /* ".." may be the name of something */
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") ||   /* whatever http_proxy says */
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L))
        return -ENOMEM;
    return 0;
}

int client_open(const char *socket_path, const char *agent, struct client **client)
{
    _cleanup_(client_close_ptr) struct client *made = NULL;
    int r;

    if (strlen(socket_path) > CLIENT_SOCKET_LONGEST)
        return -ENAMETOOLONG;
    made = calloc(1, sizeof(*made));
    if (!made)
        return -ENOMEM;
    made->interrupt_fd = -1;
    r = set_up(made, socket_path, agent);
    if (r)
        return r;
    *client = made;
    made = NULL;
    return 0;
}

void client_close(struct client *client)
{
    curl_easy_cleanup(client->easy);
    curl_multi_cleanup(client->multi);
    curl_slist_free_all(client->headers);
    free(client);
}

void client_interrupt_by(struct client *client, int fd)
{
    client->interrupt_fd = fd;
}

/* libcurl's write callback: anything but the full count makes the transfer fail. */
static size_t receive(char *data, size_t size, size_t count, void *to)
{
    struct answer *answer = to;
    size_t added = size * count;
    char *body;

    if (added > ANSWER_SIZE_MAX - answer->size)
        return 0;
    body = realloc(answer->body, answer->size + added + 1);
    if (!body)
        return 0;
    memcpy(body + answer->size, data, added);
    answer->body = body;
    answer->size += added;
    body[answer->size] = '\0';
    return added;
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
    case CURLE_WRITE_ERROR:
        return -EMSGSIZE;
    case CURLE_OUT_OF_MEMORY:
        return -ENOMEM;
    default:
        return -EPROTO;
    }
}

/* Drives the transfer to its end. */
static int transfer(struct client *client)
{
    struct curl_waitfd interrupt = {.fd = client->interrupt_fd, .events = CURL_WAIT_POLLIN};
    unsigned n_extra = client->interrupt_fd >= 0 ? 1 : 0;
    int running = 1, queued;

    for (;;) {
        if (curl_multi_perform(client->multi, &running))
            return -ENOMEM;
        if (!running)
            break;
        if (curl_multi_poll(client->multi, &interrupt, n_extra, 1000, NULL))
            return -ENOMEM;
        if (interrupt.revents)
            return -EINTR;
    }
    for (;;) {
        CURLMsg *message = curl_multi_info_read(client->multi, &queued);

        assert(message);
        if (message->msg == CURLMSG_DONE)
            return error_from_curl(client->easy, message->data.result);
    }
}

static int prepare(struct client *client, const char *method, const char *url, const char *body,
                   int timeout_s, struct answer *answer)
{
    CURL *easy = client->easy;

    if (curl_easy_setopt(easy, CURLOPT_URL, url) || curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L))
        return -ENOMEM;
    if (body && curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body))
        return -ENOMEM;
    if (curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method) ||
        curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)timeout_s) ||
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive) ||
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer))
        return -ENOMEM;
    return 0;
}

int client_call(struct client *client, const char *method, const char *target, const char *body,
                int timeout_s, struct answer *answer)
{
    _cleanup_(free_ptr) char *url = NULL;
    int r;

    *answer = (struct answer){.body = calloc(1, 1)};
    if (!answer->body || asprintf(&url, ORIGIN "%s", target) < 0)
        r = -ENOMEM;
    else
        r = prepare(client, method, url, body, timeout_s, answer);
    if (!r && curl_multi_add_handle(client->multi, client->easy))
        r = -ENOMEM;
    if (!r) {
        r = transfer(client);
        curl_multi_remove_handle(client->multi, client->easy);
    }
    if (r)
        answer_clear(answer);
    else
        curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &answer->status);
    return r;
}

bool client_failed_to_connect(int error)
{
    return error != -ECONNRESET && error != -ETIMEDOUT && error != -EINTR && error != -EPROTO &&
           error != -EMSGSIZE && error != -ENOMEM;
}

void answer_clear(struct answer *answer)
{
    free(answer->body);
    *answer = (struct answer){0};
}

static bool is_unreserved(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c && strchr("-._~", c));
}

void client_put_escaped(FILE *out, const char *text)
{
    for (; *text; text++)
        fprintf(out, is_unreserved((unsigned char)*text) ? "%c" : "%%%02X", (unsigned char)*text);
}
