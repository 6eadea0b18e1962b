/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Answers: a status, a few headers and a body, queued on the connection of an exchange. Errors are
 * problems (RFC 9457). All functions return what MHD's access handler is to return.
 */

#include <event2/buffer.h>
#include <jansson.h>

#include "exchange.h"

#define JSON_TYPE    "application/json"
#define PROBLEM_TYPE "application/problem+json"

#define RETRY_AFTER_S "1" /* after which those who were too many may come again */

/* Headers that are NULL are left out. */
struct answer {
    unsigned status;
    const char *type;
    const char *allow;
    const char *etag;
    const char *location;
    const char *retry_after;
    const char *vary;
    const char *replayed;
};

/* Answers with a text that is free()d afterwards; NULL, where memory was short, closes the
 * connection. */
enum MHD_Result answer_text(struct exchange *exchange, const struct answer *answer, char *text);

/* Answers 200 with JSON that is there for good. */
enum MHD_Result answer_constant(struct exchange *exchange, const char *text);

/* Answers 200 with a value, which it takes over; NULL closes the connection. With a tag, clients
 * need not be sent again what they have. */
enum MHD_Result answer_json(struct exchange *exchange, json_t *value);
enum MHD_Result answer_tagged_json(struct exchange *exchange, const char *tag, json_t *value);

/* A buffer that begins with such a text; NULL where memory is short. */
struct evbuffer *answer_buffer_new(const char *begin);

/* Answers with a buffer, which it takes over. */
enum MHD_Result answer_buffer(struct exchange *exchange, const struct answer *answer,
                              struct evbuffer *buffer);

/*
 * Whether a list has become long enough for one answer: earlier while many long answers wait for
 * clients to read them, so that pages get shorter rather than memory short.
 */
bool answer_is_full(const struct exchange *exchange, const struct evbuffer *buffer);

/* Answers with an error. */
enum MHD_Result answer_problem(struct exchange *exchange, const struct problem *problem);
__attribute__((format(printf, 3, 4))) enum MHD_Result
answer_refusal(struct exchange *exchange, enum problem_kind kind, const char *detail, ...);

/* Answers that the database could not be read, and logs it. */
enum MHD_Result answer_unreadable(struct exchange *exchange, int error);

/* Answers with a reply, of which it takes the body over. */
enum MHD_Result answer_reply(struct exchange *exchange, struct reply *reply);

/* The flags of those members of records that the client may not see. */
unsigned answer_hidden(struct exchange *exchange);

/* Answers that a client who may not see a member may not filter by it either. */
enum MHD_Result answer_hidden_parameter(struct exchange *exchange, const char *name);

/* The JSON of a hold as of `now`, with the zone of its facility. NULL where memory is short. */
char *answer_hold_text(struct exchange *exchange, const struct hold *hold,
                       const struct timer *next_timer, instant now);
