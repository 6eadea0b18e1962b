/* SPDX-License-Identifier: ISC */

/* Keys and fingerprints. */

#include "idempotency.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

/* ---- keys ---- */

static bool is_visible(char c)
{
    return c > ' ' && c <= '~';
}

/* Without quotes a key has nothing that means something in a structured field: two lines of the
 * field, put together by a proxy, are no key. */
static bool read_bare(const char *value, char key[static IDEMPOTENCY_KEY_SIZE])
{
    size_t length = 0;

    for (; is_visible(value[length]) && !strchr("\"\\,;", value[length]); length++) {
        if (length + 1 == IDEMPOTENCY_KEY_SIZE)
            return false;
        key[length] = value[length];
    }
    key[length] = '\0';
    return length > 0 && !value[length];
}

/* `value` begins after the first quote. */
static bool read_quoted(const char *value, char key[static IDEMPOTENCY_KEY_SIZE])
{
    size_t length = 0;

    for (; *value != '"'; value++) {
        if (*value == '\\' && *++value != '"' && *value != '\\')
            return false;
        if (!is_visible(*value) || length + 1 == IDEMPOTENCY_KEY_SIZE)
            return false;
        key[length++] = *value;
    }
    key[length] = '\0';
    return length > 0 && !value[1];
}

int idempotency_key_parse(const char *value, char key[static IDEMPOTENCY_KEY_SIZE],
                          struct problem *problem)
{
    if (*value == '"' ? read_quoted(value + 1, key) : read_bare(value, key))
        return 0;
    return problem_set(problem, PROBLEM_INVALID_HEADER, IDEMPOTENCY_FIELD,
                       "a key has 1 to %d visible ASCII characters, best those of a new UUID; with "
                       "any of \" \\ , ; it is written in quotes",
                       IDEMPOTENCY_KEY_SIZE - 1);
}

/* ---- fingerprints ---- */

/* The address ends with its NUL, so that nothing of it can pass for the body's beginning. */
int idempotency_seal(struct idempotency *idempotency, const char *address, const void *body,
                     size_t size)
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool is_done = digest && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) &&
                   EVP_DigestUpdate(digest, address, strlen(address) + 1) &&
                   EVP_DigestUpdate(digest, body, size) &&
                   EVP_DigestFinal_ex(digest, idempotency->fingerprint, NULL);

    EVP_MD_CTX_free(digest);
    return is_done ? 0 : -ENOMEM;
}
