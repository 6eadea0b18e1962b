/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * An answer, as the transport fills it in and the calls hand it on; for the library itself and for
 * detainerctl, which reads more of an answer than one member at a time.
 */

#include <jansson.h>
#include <stddef.h>

#include "detainer.h"
#include "macro.h"

/* Bytes that come one piece after another. */
struct received {
    char *data; /* a NUL follows the last byte; NULL where nothing came */
    size_t size;
};

struct detainer_answer {
    long status;
    struct received headers; /* lines, each ended by its NUL: "ETag: \"3\"" */
    struct received body;
    json_t *json; /* of answer_read(); NULL where the body is not JSON, or memory was short */
};

/*
 * Add a part of the body, or a header line, as it comes from the wire. What an earlier, interim
 * answer said in its headers is forgotten. Return 0, -EMSGSIZE where that is more than detainerd
 * ever says, or -ENOMEM.
 */
int answer_add_body(struct detainer_answer *answer, const char *data, size_t size);
int answer_add_header(struct detainer_answer *answer, const char *line, size_t size);

/* Makes the body readable by member, once it is whole. */
void answer_read(struct detainer_answer *answer);

/* Frees what the answer owns and makes it an empty one. */
void answer_clear(struct detainer_answer *answer);

DEFINE_CLEANUP(struct detainer_answer *, detainer_answer_free)
