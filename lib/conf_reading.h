/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * While a file is read: between what drives libconfuse (conf.c) and what it calls (conf_block.c).
 */

#include <confuse.h>

#include "conf.h"

/* The options of ours; a blank begins no name that somebody means. */
#define CONF_READING    " reading"
#define CONF_BEGIN      " begin"
#define CONF_BEGIN_CALL "'" CONF_BEGIN "'()"

/* A block that is being read, or the file itself. */
struct conf_frame {
    const struct conf_block *block;
    cfg_t *cfg;
    void *context;
    int line;                               /* where it begins */
    int setting_lines[CONF_SETTINGS_MAX];   /* where each was first set, or 0 */
    int block_lines[CONF_BLOCKS_MAX];       /* where the newest of each kind begins */
    unsigned int n_blocks[CONF_BLOCKS_MAX]; /* how many of each kind, those of one title as one */
};

/* A kind of block, and its options: its settings, its blocks, ours, and the end. */
struct conf_kind {
    const struct conf_block *block;
    cfg_opt_t options[CONF_SETTINGS_MAX + CONF_BLOCKS_MAX + 3];
};

struct conf_reading {
    struct mistakes *mistakes;
    int error; /* that ended it, or 0 */
    size_t depth;
    struct conf_frame frames[CONF_DEPTH_MAX];
    size_t n_kinds;
    struct conf_kind kinds[CONF_KINDS_MAX];
    void *self; /* to which the options point */
    char begin_call[sizeof(CONF_BEGIN_CALL)];
};

/* The block that is being read. */
static inline struct conf_frame *conf_innermost(struct conf_reading *reading)
{
    return &reading->frames[reading->depth - 1];
}

/* libconfuse's callback for every value. It is left nothing to keep. */
int conf_take_value(cfg_t *cfg, cfg_opt_t *option, const char *text, void *result);

/* Its callback where a block begins, as the default call of the function CONF_BEGIN. */
int conf_take_begin(cfg_t *cfg, cfg_opt_t *begin, int argc, const char **argv);

/* Its callback where a block ends. */
int conf_take_end(cfg_t *cfg, cfg_opt_t *option);

/* What libconfuse itself finds wrong. */
__attribute__((format(printf, 2, 0))) void conf_complain(cfg_t *cfg, const char *format,
                                                         va_list arguments);

/* Where all has been read. */
void conf_end_file(struct conf_reading *reading);
