/* SPDX-License-Identifier: ISC */

/*
 * Files of settings and blocks, by libconfuse.
 *
 * libconfuse knows the grammar; what the values mean is known to the caller's functions, which are
 * called while it parses, because only then does it know the line. They never stop it: all mistakes
 * of a file are reported at once, as far as it can be parsed. libconfuse hands its callbacks
 * nothing of ours, so what they need hangs on an option that no file can set; and as it tells when
 * a block ends but not when it begins, another option is a function that every block calls by
 * default.
 */

#include "conf.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "conf_reading.h"
#include "conf_text.h"
#include "macro.h"

/* ---- the grammar, as libconfuse wants it ---- */

static cfg_opt_t setting_option(const struct conf_setting *setting)
{
    return (cfg_opt_t){
        .name = setting->name,
        .type = CFGT_PTR,
        .flags = CFGF_NODEFAULT | (setting->list ? CFGF_LIST : CFGF_NONE),
        .parsecb = conf_take_value,
    };
}

static cfg_opt_t *add_kind(struct conf_reading *reading, const struct conf_block *block)
{
    struct conf_kind *kind = &reading->kinds[reading->n_kinds++];

    assert(reading->n_kinds <= CONF_KINDS_MAX);
    assert(block->n_settings <= CONF_SETTINGS_MAX && block->n_blocks <= CONF_BLOCKS_MAX);
    kind->block = block;
    return kind->options;
}

/* MULTI also for those that stand once: libconfuse would begin the others unasked. */
static cfg_opt_t block_option(struct conf_reading *reading, const struct conf_block *block)
{
    return (cfg_opt_t){
        .name = block->name,
        .type = CFGT_SEC,
        .flags = CFGF_MULTI | (block->title ? CFGF_TITLE : CFGF_NONE),
        .subopts = add_kind(reading, block),
        .validcb = conf_take_end,
    };
}

static void fill_options(struct conf_reading *reading, struct conf_kind *kind)
{
    const struct conf_block *block = kind->block;
    cfg_opt_t *next = kind->options;

    for (size_t i = 0; i < block->n_settings; i++)
        *next++ = setting_option(&block->settings[i]);
    for (size_t i = 0; i < block->n_blocks; i++)
        *next++ = block_option(reading, &block->blocks[i]);
    *next++ = (cfg_opt_t){
        .name = CONF_READING, .type = CFGT_PTR, .simple_value = {.ptr = &reading->self}};
    if (block->name)
        *next = (cfg_opt_t){.name = CONF_BEGIN,
                            .type = CFGT_FUNC,
                            .func = conf_take_begin,
                            .def = {.parsed = reading->begin_call}};
}

static cfg_opt_t *make_options(struct conf_reading *reading, const struct conf_block *file)
{
    cfg_opt_t *options = add_kind(reading, file);

    for (size_t i = 0; i < reading->n_kinds; i++)
        fill_options(reading, &reading->kinds[i]);
    return options;
}

/* ---- the file ---- */

static void parse_with(struct conf_reading *reading, cfg_t *cfg, const char *text)
{
    struct mistakes *mistakes = reading->mistakes;
    bool parsed;

    cfg_set_error_function(cfg, conf_complain);
    parsed = cfg_parse_buf(cfg, text) == CFG_SUCCESS;
    if (reading->error)
        return;
    if (parsed)
        conf_end_file(reading);
    else if (!mistakes->count)
        mistakes_add(mistakes, conf_innermost(reading)->cfg->line, "this cannot be understood");
}

static struct conf_reading *reading_new(struct mistakes *mistakes)
{
    struct conf_reading *reading = calloc(1, sizeof(*reading));

    if (!reading)
        return NULL;
    reading->mistakes = mistakes;
    reading->self = reading;
    strcpy(reading->begin_call, CONF_BEGIN_CALL);
    return reading;
}

/* Parses a text that conf_text has prepared. */
static int parse(struct mistakes *mistakes, const char *text, const struct conf_block *file,
                 void *context)
{
    _cleanup_(free_ptr) struct conf_reading *reading = reading_new(mistakes);
    cfg_t *cfg;

    if (!reading)
        return -ENOMEM;
    /* As in sections of free keys: an unknown name is complained of, but does not end it all. */
    cfg = cfg_init(make_options(reading, file), CFGF_KEYSTRVAL);
    if (!cfg)
        return -ENOMEM;
    reading->frames[reading->depth++] =
        (struct conf_frame){.block = file, .cfg = cfg, .context = context};
    parse_with(reading, cfg, text);
    cfg_free(cfg);
    if (reading->error)
        return reading->error;
    return mistakes->count ? -EINVAL : 0;
}

int conf_parse(struct mistakes *mistakes, const char *text, const struct conf_block *file,
               void *context)
{
    _cleanup_(free_ptr) char *copy = strdup(text);
    int r;

    if (!copy)
        return -ENOMEM;
    r = conf_text_prepare(mistakes, copy);
    return r ? r : parse(mistakes, copy, file, context);
}

int conf_load(struct mistakes *mistakes, const struct conf_block *file, void *context)
{
    _cleanup_(free_ptr) char *text = NULL;
    int r = mistakes_read_file(mistakes, CONF_TEXT_MAX, &text);

    if (!r)
        r = conf_text_prepare(mistakes, text);
    return r ? r : parse(mistakes, text, file, context);
}
