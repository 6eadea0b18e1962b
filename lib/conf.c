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
#include <confuse.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "conf_text.h"
#include "macro.h"
#include "nearest.h"

/* The options of ours; a blank begins no name that somebody means. */
#define READING    " reading"
#define BEGIN      " begin"
#define BEGIN_CALL "'" BEGIN "'()"

/* A block that is being read, or the file itself. */
struct frame {
    const struct conf_block *block;
    cfg_t *cfg;
    void *context;
    int line;                               /* where it begins */
    int setting_lines[CONF_SETTINGS_MAX];   /* where each was first set, or 0 */
    int block_lines[CONF_BLOCKS_MAX];       /* where the newest of each kind begins */
    unsigned int n_blocks[CONF_BLOCKS_MAX]; /* how many of each kind, those of one title as one */
};

/* A kind of block, and its options: its settings, its blocks, ours, and the end. */
struct kind {
    const struct conf_block *block;
    cfg_opt_t options[CONF_SETTINGS_MAX + CONF_BLOCKS_MAX + 3];
};

struct reading {
    struct mistakes *mistakes;
    int error; /* that ended it, or 0 */
    size_t depth;
    struct frame frames[CONF_DEPTH_MAX];
    size_t n_kinds;
    struct kind kinds[CONF_KINDS_MAX];
    void *self; /* to which the options point */
    char begin_call[sizeof(BEGIN_CALL)];
};

static struct reading *reading_of(cfg_t *cfg)
{
    return cfg_getptr(cfg, READING);
}

static struct frame *innermost(struct reading *reading)
{
    return &reading->frames[reading->depth - 1];
}

static struct conf_place place_of(struct reading *reading, const struct frame *frame)
{
    return (struct conf_place){reading->mistakes, frame->cfg->title, frame->line};
}

/* No control characters, which escapes in the file may have made, and UTF-8. */
static bool is_text(const char *value)
{
    json_t *string = json_string(value);
    bool is_utf8 = string;

    json_decref(string);
    for (; *value; value++)
        if ((unsigned char)*value < ' ' || *value == 0x7f)
            return false;
    return is_utf8;
}

/* ---- settings ---- */

/* The first element tells for a whole list. */
static void note_line(struct reading *reading, const struct conf_value *value)
{
    struct frame *frame = innermost(reading);
    int *first = &frame->setting_lines[value->setting - frame->block->settings];

    if (value->index)
        return;
    if (*first)
        mistakes_add(reading->mistakes, value->line, "%s is set twice: first in line %d",
                     value->setting->name, *first);
    else
        *first = value->line;
}

static void read_setting(struct reading *reading, const struct conf_value *value)
{
    note_line(reading, value);
    if (is_text(value->text))
        reading->error = value->setting->read(value, innermost(reading)->context);
    else
        mistakes_add(reading->mistakes, value->line, "%s is not plain UTF-8 text",
                     value->setting->name);
}

/* libconfuse's callback for every value. It is left nothing to keep. */
static int take_value(cfg_t *cfg, cfg_opt_t *option, const char *text, void *result)
{
    struct reading *reading = reading_of(cfg);
    const struct conf_block *block = innermost(reading)->block;
    struct conf_value value = {reading->mistakes, NULL, text, cfg->line, option->nvalues - 1};

    *(void **)result = NULL;
    if (reading->error)
        return -1;
    /* libconfuse would also take "facility|name" for a facility's name, in any place. */
    if (option < cfg->opts || option >= cfg->opts + block->n_settings) {
        mistakes_add(reading->mistakes, cfg->line,
                     "%s: \"%s\" is set from outside: write it inside its block", option->name,
                     text);
        return 0;
    }
    value.setting = &block->settings[option - cfg->opts];
    read_setting(reading, &value);
    return reading->error ? -1 : 0;
}

/* ---- blocks ---- */

static bool has_section(const cfg_opt_t *option, const cfg_t *section)
{
    for (unsigned int i = option->nvalues; i; i--)
        if (option->values[i - 1]->section == section)
            return true;
    return false;
}

/* The option of the frame's block that has the section, or NULL. */
static const cfg_opt_t *option_of(const struct frame *frame, const cfg_t *section)
{
    const cfg_opt_t *options = frame->cfg->opts + frame->block->n_settings;

    for (size_t i = 0; i < frame->block->n_blocks; i++)
        if (has_section(&options[i], section))
            return &options[i];
    return NULL;
}

/* libconfuse lets a block take the place of an earlier one of the same title. */
static void note_block(struct reading *reading, struct frame *outer, size_t kind,
                       unsigned int n_sections)
{
    const struct frame *frame = innermost(reading);
    const struct conf_block *block = frame->block;

    if (block->title && n_sections == outer->n_blocks[kind])
        mistakes_add(reading->mistakes, frame->line,
                     "%s \"%s\" is described a second time: give each its own %s", block->name,
                     frame->cfg->title, block->title);
    else if (!block->title && n_sections > 1)
        mistakes_add(reading->mistakes, frame->line, "%s is described twice: first in line %d",
                     block->name, outer->block_lines[kind]);
    else
        outer->block_lines[kind] = frame->line;
    outer->n_blocks[kind] = n_sections;
}

static void begin_frame(struct reading *reading, const cfg_opt_t *option, cfg_t *cfg)
{
    struct frame *outer = innermost(reading);
    size_t kind = (size_t)(option - outer->cfg->opts) - outer->block->n_settings;
    const struct conf_block *block = &outer->block->blocks[kind];
    struct frame *frame = &reading->frames[reading->depth++];
    struct conf_place place;

    assert(reading->depth <= CONF_DEPTH_MAX);
    *frame =
        (struct frame){.block = block, .cfg = cfg, .context = outer->context, .line = cfg->line};
    place = place_of(reading, frame);
    note_block(reading, outer, kind, option->nvalues);
    if (block->begin)
        reading->error = block->begin(&place, outer->context, &frame->context);
}

/* libconfuse's callback where a block begins, as the default call of the function BEGIN. */
static int take_begin(cfg_t *cfg, cfg_opt_t *begin, int argc, const char **argv)
{
    struct reading *reading = reading_of(cfg);
    const cfg_opt_t *option = option_of(innermost(reading), cfg);

    (void)begin, (void)argc, (void)argv;
    if (reading->error)
        return 0; /* libconfuse ends the process where a default fails: the next value will say it
                   */
    if (!option || (cfg->title && !is_text(cfg->title))) {
        mistakes_add(reading->mistakes, cfg->line, "this %s %s", cfg->name,
                     option ? "has a title that is not plain UTF-8 text"
                            : "is described from outside: write it inside its block");
        reading->error = -EINVAL;
        return 0;
    }
    begin_frame(reading, option, cfg);
    return 0;
}

static void require(struct reading *reading, const struct frame *frame,
                    const struct conf_setting *setting)
{
    const struct conf_block *block = frame->block;
    char what[128] = "there is";

    if (block->title)
        snprintf(what, sizeof(what), "%s \"%s\" has", block->name, frame->cfg->title);
    else if (block->name)
        snprintf(what, sizeof(what), "%s has", block->name);
    mistakes_add(reading->mistakes, frame->line, "%s no %s: add one such as %s = \"%s\"", what,
                 setting->name, setting->name, setting->required);
}

static int end_frame(struct reading *reading)
{
    struct frame *frame = innermost(reading);
    struct conf_place place = place_of(reading, frame);
    const struct conf_block *block = frame->block;

    for (size_t i = 0; i < block->n_settings; i++)
        if (block->settings[i].required && !frame->setting_lines[i])
            require(reading, frame, &block->settings[i]);
    reading->depth--;
    return block->end ? block->end(&place, frame->context) : 0;
}

/* libconfuse's callback where a block ends. */
static int take_end(cfg_t *cfg, cfg_opt_t *option)
{
    struct reading *reading = reading_of(cfg);

    (void)option;
    if (!reading->error)
        reading->error = end_frame(reading);
    return reading->error ? -1 : 0;
}

/* ---- libconfuse's complaints ---- */

/* Lists the names that a block knows, and compares them with the misspelt one. */
static void consider_names(const struct conf_block *block, struct nearest *nearest, FILE *list)
{
    for (size_t i = 0; i < block->n_settings + block->n_blocks; i++) {
        const char *name = i < block->n_settings ? block->settings[i].name
                                                 : block->blocks[i - block->n_settings].name;

        nearest_consider(nearest, name);
        fprintf(list, "%s%s", i ? ", " : "", name);
    }
}

static void refuse_unknown(struct reading *reading, int line, const char *name)
{
    const struct conf_block *block = innermost(reading)->block;
    struct nearest nearest = nearest_to(name);
    char known[1024] = "";
    FILE *list = fmemopen(known, sizeof(known), "w");

    if (list) {
        consider_names(block, &nearest, list);
        fclose(list);
    }
    if (!is_text(name))
        mistakes_add(reading->mistakes, line, "the name here is not plain UTF-8 text");
    else if (nearest.best)
        mistakes_add(reading->mistakes, line, "there is no setting %s %s; is it %s?", name,
                     block->where, nearest.best);
    else
        mistakes_add(reading->mistakes, line, "there is no setting %s %s: there are %s", name,
                     block->where, known);
}

/*
 * What libconfuse itself finds wrong. It goes on after an unknown name, as if that had one value:
 * what it then says of the same line is only a consequence.
 */
__attribute__((format(printf, 2, 0))) static void complain(cfg_t *cfg, const char *format,
                                                           va_list arguments)
{
    struct reading *reading = reading_of(cfg);
    char text[256];

    if (reading->error)
        return;
    if (strcmp(format, "no such option '%s'") == 0) {
        refuse_unknown(reading, cfg->line, va_arg(arguments, const char *));
        return;
    }
    if (reading->mistakes->count && reading->mistakes->last_line == cfg->line)
        return;
    vsnprintf(text, sizeof(text), format, arguments);
    mistakes_add(reading->mistakes, cfg->line, "%s", text);
}

/* ---- the grammar, as libconfuse wants it ---- */

static cfg_opt_t setting_option(const struct conf_setting *setting)
{
    return (cfg_opt_t){
        .name = setting->name,
        .type = CFGT_PTR,
        .flags = CFGF_NODEFAULT | (setting->list ? CFGF_LIST : CFGF_NONE),
        .parsecb = take_value,
    };
}

static cfg_opt_t *add_kind(struct reading *reading, const struct conf_block *block)
{
    struct kind *kind = &reading->kinds[reading->n_kinds++];

    assert(reading->n_kinds <= CONF_KINDS_MAX);
    assert(block->n_settings <= CONF_SETTINGS_MAX && block->n_blocks <= CONF_BLOCKS_MAX);
    kind->block = block;
    return kind->options;
}

/* MULTI also for those that stand once: libconfuse would begin the others unasked. */
static cfg_opt_t block_option(struct reading *reading, const struct conf_block *block)
{
    return (cfg_opt_t){
        .name = block->name,
        .type = CFGT_SEC,
        .flags = CFGF_MULTI | (block->title ? CFGF_TITLE : CFGF_NONE),
        .subopts = add_kind(reading, block),
        .validcb = take_end,
    };
}

static void fill_options(struct reading *reading, struct kind *kind)
{
    const struct conf_block *block = kind->block;
    cfg_opt_t *next = kind->options;

    for (size_t i = 0; i < block->n_settings; i++)
        *next++ = setting_option(&block->settings[i]);
    for (size_t i = 0; i < block->n_blocks; i++)
        *next++ = block_option(reading, &block->blocks[i]);
    *next++ =
        (cfg_opt_t){.name = READING, .type = CFGT_PTR, .simple_value = {.ptr = &reading->self}};
    if (block->name)
        *next = (cfg_opt_t){.name = BEGIN,
                            .type = CFGT_FUNC,
                            .func = take_begin,
                            .def = {.parsed = reading->begin_call}};
}

static cfg_opt_t *make_options(struct reading *reading, const struct conf_block *file)
{
    cfg_opt_t *options = add_kind(reading, file);

    for (size_t i = 0; i < reading->n_kinds; i++)
        fill_options(reading, &reading->kinds[i]);
    return options;
}

/* ---- the file ---- */

static void end_file(struct reading *reading)
{
    struct frame *file = innermost(reading);

    file->line = file->cfg->line;
    reading->error = end_frame(reading);
}

static void parse_with(struct reading *reading, cfg_t *cfg, const char *text)
{
    struct mistakes *mistakes = reading->mistakes;
    bool parsed;

    cfg_set_error_function(cfg, complain);
    parsed = cfg_parse_buf(cfg, text) == CFG_SUCCESS;
    if (reading->error)
        return;
    if (parsed)
        end_file(reading);
    else if (!mistakes->count)
        mistakes_add(mistakes, innermost(reading)->cfg->line, "this cannot be understood");
}

static struct reading *reading_new(struct mistakes *mistakes)
{
    struct reading *reading = calloc(1, sizeof(*reading));

    if (!reading)
        return NULL;
    reading->mistakes = mistakes;
    reading->self = reading;
    strcpy(reading->begin_call, BEGIN_CALL);
    return reading;
}

/* Parses a text that conf_text has prepared. */
static int parse(struct mistakes *mistakes, const char *text, const struct conf_block *file,
                 void *context)
{
    _cleanup_(free_ptr) struct reading *reading = reading_new(mistakes);
    cfg_t *cfg;

    if (!reading)
        return -ENOMEM;
    /* As in sections of free keys: an unknown name is complained of, but does not end it all. */
    cfg = cfg_init(make_options(reading, file), CFGF_KEYSTRVAL);
    if (!cfg)
        return -ENOMEM;
    reading->frames[reading->depth++] =
        (struct frame){.block = file, .cfg = cfg, .context = context};
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

int conf_refuse(const struct conf_value *value, const char *format, ...)
{
    char why[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, sizeof(why), format, arguments);
    va_end(arguments);
    mistakes_add(value->mistakes, value->line, "%s: \"%s\" %s", value->setting->name, value->text,
                 why);
    return 0;
}
