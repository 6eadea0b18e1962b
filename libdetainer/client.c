/* SPDX-License-Identifier: ISC */

/* The client: calls, each of as many tries as it takes. */

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "key.h"
#include "retry.h"
#include "transport.h"

#define TIMEOUT_S     30
#define PATIENCE_S    60
#define TIMEOUT_MAX_S (24 * 3600) /* which libcurl counts in ms */
#define WAIT_MAX_S    60          /* the daemon refuses more */

struct detainer {
    struct transport *transport;
    int timeout_s;
    int patience_s;
};

static int limited(int value, int low, int high)
{
    if (value < low)
        return low;
    return value > high ? high : value;
}

/* ---- what may be sent ---- */

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

static bool is_target(const char *text)
{
    return *text == '/' && !has_control(text) && !strchr(text, ' ');
}

static bool is_tag(const char *text)
{
    return *text && !has_control(text);
}

/* Writes the key's header, that of a new key where it is NULL. Returns 0 or a negative errno. */
static int set_key(const char *key, char value[static KEY_VALUE_SIZE])
{
    char made[KEY_SIZE];
    struct timespec now;

    if (!key) {
        int r;

        clock_gettime(CLOCK_REALTIME, &now);
        r = key_make(now.tv_sec * US_PER_S + now.tv_nsec / 1000, made);
        if (r)
            return r;
        key = made;
    }
    if (!key_is_valid(key))
        return -EINVAL;
    key_quote(key, value);
    return 0;
}

/* ---- the client ---- */

int detainer_open(const char *socket_path, const char *agent, struct detainer **client)
{
    struct detainer *made;
    int r;

    if (has_control(agent))
        return -EINVAL;
    made = malloc(sizeof(*made));
    if (!made)
        return -ENOMEM;
    *made = (struct detainer){.timeout_s = TIMEOUT_S, .patience_s = PATIENCE_S};
    r = transport_open(socket_path ? socket_path : DETAINER_SOCKET, agent, &made->transport);
    if (r)
        free(made);
    else
        *client = made;
    return r;
}

void detainer_close(struct detainer *client)
{
    if (!client)
        return;
    transport_close(client->transport);
    free(client);
}

void detainer_set_timeout(struct detainer *client, int timeout_s)
{
    client->timeout_s = limited(timeout_s, 1, TIMEOUT_MAX_S);
}

void detainer_set_patience(struct detainer *client, int patience_s)
{
    client->patience_s = limited(patience_s, 0, TIMEOUT_MAX_S);
}

void detainer_interrupt_by(struct detainer *client, int fd)
{
    transport_interrupt_by(client->transport, fd);
}

/* ---- calls ---- */

static int64_t steady_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint32_t chance(void)
{
    uint32_t number = 0;

    /* Where there is none yet, no harm is done. */
    if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
        number = 0;
    return number;
}

/* Waits before the next try. Returns 0, -EINTR, or -ETIME where the client's patience is over. */
static int wait_to_retry(const struct detainer *client, unsigned n_tries, int64_t give_up_ms,
                         const struct detainer_answer *answer)
{
    int wait_ms = retry_wait_ms(n_tries, chance(), retry_after_ms(answer));

    if (steady_ms() + wait_ms >= give_up_ms)
        return -ETIME;
    return transport_wait(client->transport, wait_ms);
}

/* Tries until there is an answer that stands, or no use in going on. As the public calls. */
static int call(struct detainer *client, const struct request *request,
                struct detainer_answer **answer)
{
    _cleanup_(detainer_answer_free_ptr) struct detainer_answer *made = calloc(1, sizeof(*made));
    int64_t give_up_ms = steady_ms() + client->patience_s * INT64_C(1000);
    int r;

    if (!made)
        return -ENOMEM;
    for (unsigned n_tries = 1;; n_tries++) {
        int waited;

        r = transport_call(client->transport, request, made);
        if (!retry_helps(r, made->status))
            break;
        waited = wait_to_retry(client, n_tries, give_up_ms, made);
        if (waited == -EINTR)
            return waited;
        if (waited)
            break;
        answer_clear(made);
    }
    if (!r) {
        *answer = made;
        made = NULL;
    }
    return r;
}

int detainer_get(struct detainer *client, const char *target, struct detainer_answer **answer)
{
    struct request request = {.method = "GET", .target = target, .timeout_s = client->timeout_s};

    *answer = NULL;
    return is_target(target) ? call(client, &request, answer) : -EINVAL;
}

int detainer_post(struct detainer *client, const char *target, const char *json, const char *key,
                  const char *if_match, struct detainer_answer **answer)
{
    char key_value[KEY_VALUE_SIZE];
    struct request request = {
        .method = "POST",
        .target = target,
        .json = json,
        .key = key_value,
        .if_match = if_match,
        .timeout_s = client->timeout_s,
    };
    int r;

    *answer = NULL;
    if (!is_target(target) || !json || (if_match && !is_tag(if_match)))
        return -EINVAL;
    r = set_key(key, key_value);
    return r ? r : call(client, &request, answer);
}

int detainer_events(struct detainer *client, int64_t after, int wait_s,
                    struct detainer_answer **answer)
{
    char target[80];
    struct request request = {
        .method = "GET",
        .target = target,
        .timeout_s = client->timeout_s + limited(wait_s, 0, WAIT_MAX_S),
    };

    *answer = NULL;
    snprintf(target, sizeof(target), "/v1/events?after=%lld&wait=%d", (long long)after, wait_s);
    return call(client, &request, answer);
}
