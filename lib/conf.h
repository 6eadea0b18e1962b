/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Files of settings and blocks, such as a configuration or a policy, read by libconfuse:
 *
 *     zone = "UTC"
 *     warnings = {"4h", "1h"}
 *     facility "PIERCE" {
 *         zone = "America/Los_Angeles"
 *     }
 *
 * What may stand in a file is told by tables; what the values mean is known to the functions in
 * them. All mistakes are told at once, with their lines, as far as the file can be parsed: unknown
 * names, settings given twice and those left out are found here.
 *
 * A file means the same wherever it is read: libconfuse's variables of the environment are refused.
 *
 * libconfuse keeps a state of its own, so only one thread may read files at a time.
 */

#include <stdbool.h>

#include "macro.h"
#include "mistakes.h"

/* How much a grammar may have. */
#define CONF_SETTINGS_MAX 32 /* in a block */
#define CONF_BLOCKS_MAX   8  /* kinds of blocks in a block */
#define CONF_KINDS_MAX    16 /* kinds of blocks in all, the file itself included */
#define CONF_DEPTH_MAX    8  /* of blocks in blocks, the file itself included */

struct conf_setting;

/* A value as the file gives it; of a list, one element. */
struct conf_value {
    struct mistakes *mistakes;
    const struct conf_setting *setting;
    const char *text; /* plain UTF-8 without control characters; may be empty */
    int line;
    size_t index; /* in its list, from 0 */
};

struct conf_setting {
    const char *name;
    /* Puts the value where it belongs in the context of the block, or adds a mistake: both are 0.
     * A negative errno ends the reading. */
    int (*read)(const struct conf_value *value, void *context);
    bool list;            /* {"a", "b"}; an element alone may stand without braces */
    const char *required; /* for a setting that must be there: a value it might have */
    size_t offset;        /* for `read`: where in the context the value belongs */
};

/* A block of the file. */
struct conf_place {
    struct mistakes *mistakes;
    const char *title; /* NULL where the block has none */
    int line;          /* where it begins; of the file itself, the last one */
};

struct conf_block {
    const char *name;  /* "facility"; of the file itself, NULL */
    const char *where; /* for messages: a setting "of a facility" */
    /* What its title is called ("id"), which no two of them share; NULL for a block without title,
     * which can stand only once. */
    const char *title;
    /* The context of the block, which is that of the block around it unless this sets another. May
     * be NULL, as may `end`. Both return 0, though perhaps after mistakes, or a negative errno. */
    int (*begin)(const struct conf_place *place, void *outer, void **context);
    int (*end)(const struct conf_place *place, void *context);
    size_t n_settings;
    const struct conf_setting *settings;
    size_t n_blocks;
    const struct conf_block *blocks;
};

/* The members of a block that tell what may stand in it. */
/* clang-format off */
#define CONF_SETTINGS(array) .n_settings = ARRAY_SIZE(array), .settings = (array)
#define CONF_BLOCKS(array)   .n_blocks = ARRAY_SIZE(array), .blocks = (array)
/* clang-format on */

/*
 * Reads the text as `file` tells, with `context` as the context of the file itself, which has no
 * begin(). Returns 0; or -EINVAL after mistakes, of which those added to `mistakes` beforehand are
 * some; or what a function of the grammar returned; or -ENOMEM.
 */
int conf_parse(struct mistakes *mistakes, const char *text, const struct conf_block *file,
               void *context);

/* The same with the file at mistakes->path. */
int conf_load(struct mistakes *mistakes, const struct conf_block *file, void *context);

/* Adds the mistake `setting: "value" ...`. Returns 0, for `return conf_refuse(...)`. */
__attribute__((format(printf, 2, 3))) int conf_refuse(const struct conf_value *value,
                                                      const char *format, ...);
