/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Problems: what a client did wrong or could not be given, in a form that both people and programs
 * can act on (RFC 9457). The kind is stable and is what programs test; the detail is for people.
 */

#include <stddef.h>
#include <stdint.h>

enum problem_kind {
    PROBLEM_NONE,
    PROBLEM_MALFORMED_JSON,
    PROBLEM_DUPLICATE_FIELD,
    PROBLEM_UNKNOWN_FIELD,
    PROBLEM_MISSING_FIELD,
    PROBLEM_WRONG_TYPE,
    PROBLEM_INVALID_VALUE,
    PROBLEM_UNKNOWN_PARAMETER,
    PROBLEM_INVALID_PARAMETER,
    PROBLEM_INVALID_HEADER,
    PROBLEM_FORBIDDEN,
    PROBLEM_NOT_FOUND,
    PROBLEM_METHOD_NOT_ALLOWED,
    PROBLEM_ILLEGAL_TRANSITION,
    PROBLEM_PRECONDITION_FAILED,
    PROBLEM_TOO_LARGE,
    PROBLEM_UNSUPPORTED_MEDIA_TYPE,
    PROBLEM_TIME_IN_FUTURE,
    PROBLEM_TIME_ORDER,
    PROBLEM_UNKNOWN_FACILITY,
    PROBLEM_UNKNOWN_HOLD,
    PROBLEM_IDEMPOTENCY_KEY_REUSED,
    PROBLEM_INVALID_CONFIGURATION,
    PROBLEM_TOO_MANY_REQUESTS,
    PROBLEM_STORAGE_FAILED,
    PROBLEM_OVERLOADED,
    PROBLEM_KINDS
};

struct problem {
    enum problem_kind kind;
    char field[40];       /* the JSON member, query parameter or header field at fault, or "" */
    char detail[320];     /* a sentence that says what would be right */
    int state;            /* enum hold_state, for PROBLEM_ILLEGAL_TRANSITION */
    unsigned legal;       /* bit set of enum command_kind, for PROBLEM_ILLEGAL_TRANSITION */
    int64_t rev;          /* the hold's, for PROBLEM_PRECONDITION_FAILED */
    const char *mistakes; /* lines, for PROBLEM_INVALID_CONFIGURATION; borrowed */
};

/* The stable name ("time-order") and the HTTP status of a kind. */
const char *problem_name(enum problem_kind kind);
int problem_status(enum problem_kind kind);

/* The kind of that name; PROBLEM_NONE where there is none. */
enum problem_kind problem_find(const char *name);

/* The phrase of an HTTP status, as RFC 9110 has it. */
const char *problem_phrase(int status);

/*
 * Fills *problem (field may be NULL) and returns kind, so that a function can `return
 * problem_set(...)` as its documented outcome.
 */
__attribute__((format(printf, 4, 5))) int problem_set(struct problem *problem,
                                                      enum problem_kind kind, const char *field,
                                                      const char *detail, ...);
