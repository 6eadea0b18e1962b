/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Between the grammar of the configuration file (config.c) and the meaning of its values
 * (config_value.c): what is passed along while one file is read.
 */

#include <confuse.h>

#include "config.h"
#include "conf_text.h"

struct loading {
    struct mistakes mistakes;
    struct config *config;
    struct facility general;   /* has the warnings of the facilities without their own */
    struct facility *facility; /* whose block is being read; NULL outside */
    cfg_t *block;              /* the block */
    int block_line;            /* where it begins */
    bool out_of_memory;
};

/* A value as the file gives it; of a list, one element. */
struct given {
    struct loading *loading;
    cfg_t *block;
    cfg_opt_t *option;
    const char *value;
};

/* Puts the value where it belongs, or adds a mistake; or sets out_of_memory. */
void config_value_read(const struct given *given);

/* Adds the mistake `setting: "value" ...`. */
__attribute__((format(printf, 2, 3))) void config_value_refuse(const struct given *given,
                                                               const char *format, ...);
