/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Records: plain structs that describe themselves.
 *
 * A hold, an event and the arguments of a command each have one table of fields, and that table is
 * the only place where a member's name stands. The JSON codec and the store both read and write
 * structs through it, so a new field is one struct member, one row here and, where it is stored,
 * one column.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"

enum record_type {
    RECORD_INT,     /* int64_t; INT64_MIN means not given; as input never negative */
    RECORD_BOOL,    /* bool */
    RECORD_INSTANT, /* instant; INSTANT_NONE means not given */
    RECORD_TEXT,    /* char array, UTF-8, NUL-terminated; "" means not given */
    RECORD_STRING,  /* const char *, borrowed; NULL means not given; for output only */
    RECORD_NAME,    /* int, one of `names`; 0 means not given */
    RECORD_TRUTH,   /* int, of enum truth */
    RECORD_FACTS,   /* struct facts_update; for input only */
};

/* A yes or no that may be not given. */
enum truth {
    TRUTH_NONE,
    TRUTH_NO,
    TRUTH_YES,
};

enum record_flags {
    RECORD_REQUIRED = 1 << 0, /* input: must be there, and a text not empty */
    RECORD_FIXED = 1 << 1,    /* storage: never changes once the row exists */
    RECORD_LINES = 1 << 2,    /* input: a text that may hold tabs and line feeds */
    RECORD_POSITIVE = 1 << 3, /* input: a number that is at least 1, not 0 */
    RECORD_JSON = 1 << 4,     /* output: the text is JSON, and stands as it is */
    RECORD_ALL = 1 << 5,      /* input: RECORD_FACTS also of what follows from the detainer */
    RECORD_PERSONAL = 1 << 6, /* output: about a person, so not for everybody */
};

struct record_field {
    const char *name;
    enum record_type type;
    unsigned flags;
    size_t offset;
    size_t size; /* RECORD_TEXT: of the array, so the longest text is one byte less */
    const struct names *names;
};

struct record {
    size_t count;
    const struct record_field *fields;
};

#define RECORD_NO_INT INT64_MIN

/* clang-format off */
#define RECORD_FIELDS(array) {sizeof(array) / sizeof((array)[0]), (array)}

#define FIELD(type, member, kind, flags, names)                                                    \
    {#member, kind, flags, offsetof(type, member), sizeof(((type *)0)->member), names}
/* clang-format on */
#define FIELD_INT(type, member)         FIELD(type, member, RECORD_INT, 0, NULL)
#define FIELD_BOOL(type, member)        FIELD(type, member, RECORD_BOOL, 0, NULL)
#define FIELD_INSTANT(type, member)     FIELD(type, member, RECORD_INSTANT, 0, NULL)
#define FIELD_TEXT(type, member)        FIELD(type, member, RECORD_TEXT, 0, NULL)
#define FIELD_STRING(type, member)      FIELD(type, member, RECORD_STRING, 0, NULL)
#define FIELD_NAME(type, member, names) FIELD(type, member, RECORD_NAME, 0, names)
#define FIELD_TRUTH(type, member)       FIELD(type, member, RECORD_TRUTH, 0, NULL)

/* Sets every described field to "not given". Members outside the table are left alone. */
void record_clear(const struct record *record, void *object);

/* The field of that name, or NULL. */
const struct record_field *record_find(const struct record *record, const char *name);

static inline void *record_member(const struct record_field *field, void *object)
{
    return (char *)object + field->offset;
}

static inline const void *record_const_member(const struct record_field *field, const void *object)
{
    return (const char *)object + field->offset;
}
