/* SPDX-License-Identifier: ISC */

/* Another try: whether, and when. */

#include "retry.h"

#include <errno.h>
#include <string.h>

#define FIRST_WAIT_MS 100
#define LAST_WAIT_MS  5000
#define AFTER_MAX_S   3600 /* of a Retry-After that is believed */

bool retry_helps(int error, long status)
{
    switch (error) {
    case 0:
        return status == 503 || status == 429;
    case -ENOENT: /* the daemon makes its socket when it starts */
    case -ECONNREFUSED:
    case -EAGAIN: /* more clients wait than the socket has room for */
    case -ECONNRESET:
    case -ETIMEDOUT:
        return true;
    default:
        return false;
    }
}

int retry_after_ms(const struct detainer_answer *answer)
{
    const char *value = detainer_answer_header(answer, "Retry-After");
    int seconds = 0;

    for (; value && *value >= '0' && *value <= '9' && seconds < AFTER_MAX_S; value++)
        seconds = seconds * 10 + (*value - '0');
    return (seconds < AFTER_MAX_S ? seconds : AFTER_MAX_S) * 1000;
}

int retry_wait_ms(unsigned n_tries, uint32_t chance, int least_ms)
{
    int wait_ms = FIRST_WAIT_MS;

    while (--n_tries && wait_ms < LAST_WAIT_MS)
        wait_ms *= 2;
    if (wait_ms > LAST_WAIT_MS)
        wait_ms = LAST_WAIT_MS;
    wait_ms -= (int)(chance % (uint32_t)(wait_ms / 2 + 1));
    return wait_ms > least_ms ? wait_ms : least_ms;
}
