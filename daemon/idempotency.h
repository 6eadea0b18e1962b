/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Commands that may be sent again: by a key of its own making, a client that never heard an answer
 * repeats its command, and it is carried out once. The header field is that of the IETF's draft
 * (draft-ietf-httpapi-idempotency-key-header).
 *
 * A key belongs to the uid that sent it. With it is kept by what request it came, so that a key
 * that is used again by mistake is refused, not answered with what happened to somebody else.
 */

#include <stddef.h>
#include <stdint.h>

#include "instant.h"
#include "problem.h"

#define IDEMPOTENCY_FIELD "Idempotency-Key"

#define IDEMPOTENCY_KEY_SIZE         129 /* the longest key and its NUL */
#define IDEMPOTENCY_FINGERPRINT_SIZE 32  /* SHA-256 */

/* How long a key and its answer are kept at least, by the wall clock. */
#define IDEMPOTENCY_KEPT_US (7 * US_PER_DAY)

struct idempotency {
    int64_t uid;
    char key[IDEMPOTENCY_KEY_SIZE]; /* "" for a command that is carried out each time it comes */
    unsigned char fingerprint[IDEMPOTENCY_FINGERPRINT_SIZE];
};

/*
 * Reads the field's value: 1 to 128 visible ASCII characters, as they are or as a string in quotes
 * (RFC 8941), which is the same key. Returns 0 or PROBLEM_INVALID_HEADER.
 */
int idempotency_key_parse(const char *value, char key[static IDEMPOTENCY_KEY_SIZE],
                          struct problem *problem);

/*
 * Sets the fingerprint: of the address to which a body was posted ("/v1/holds/5/start"), and of the
 * body's bytes. Returns 0 or -ENOMEM.
 */
int idempotency_seal(struct idempotency *idempotency, const char *address, const void *body,
                     size_t size);
