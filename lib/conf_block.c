/* SPDX-License-Identifier: ISC */

/*
 * What libconfuse calls while it reads: for a value, at the beginning and the end of a block, and
 * where it finds a mistake. Here the names of a grammar become the functions of its tables.
 */

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "conf_reading.h"
#include "nearest.h"

static struct conf_reading *reading_of(cfg_t *cfg)
{
    return cfg_getptr(cfg, CONF_READING);
}

static struct conf_place place_of(struct conf_reading *reading, const struct conf_frame *frame)
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
static void note_line(struct conf_reading *reading, const struct conf_value *value)
{
    struct conf_frame *frame = conf_innermost(reading);
    int *first = &frame->setting_lines[value->setting - frame->block->settings];

    if (value->index)
        return;
    if (*first)
        mistakes_add(reading->mistakes, value->line, "%s is set twice: first in line %d",
                     value->setting->name, *first);
    else
        *first = value->line;
}

static void read_setting(struct conf_reading *reading, const struct conf_value *value)
{
    note_line(reading, value);
    if (is_text(value->text))
        reading->error = value->setting->read(value, conf_innermost(reading)->context);
    else
        mistakes_add(reading->mistakes, value->line, "%s is not plain UTF-8 text",
                     value->setting->name);
}

int conf_take_value(cfg_t *cfg, cfg_opt_t *option, const char *text, void *result)
{
    struct conf_reading *reading = reading_of(cfg);
    const struct conf_block *block = conf_innermost(reading)->block;
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

int conf_refuse(const struct conf_value *value, const char *format, ...)
{
    char why[768];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, sizeof(why), format, arguments);
    va_end(arguments);
    mistakes_add(value->mistakes, value->line, "%s: \"%s\" %s", value->setting->name, value->text,
                 why);
    return 0;
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
static const cfg_opt_t *option_of(const struct conf_frame *frame, const cfg_t *section)
{
    const cfg_opt_t *options = frame->cfg->opts + frame->block->n_settings;

    for (size_t i = 0; i < frame->block->n_blocks; i++)
        if (has_section(&options[i], section))
            return &options[i];
    return NULL;
}

/* libconfuse lets a block take the place of an earlier one of the same title. */
static void note_block(struct conf_reading *reading, struct conf_frame *outer, size_t kind,
                       unsigned int n_sections)
{
    const struct conf_frame *frame = conf_innermost(reading);
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

static void begin_frame(struct conf_reading *reading, const cfg_opt_t *option, cfg_t *cfg)
{
    struct conf_frame *outer = conf_innermost(reading);
    size_t kind = (size_t)(option - outer->cfg->opts) - outer->block->n_settings;
    const struct conf_block *block = &outer->block->blocks[kind];
    struct conf_frame *frame = &reading->frames[reading->depth++];
    struct conf_place place;

    assert(reading->depth <= CONF_DEPTH_MAX);
    *frame = (struct conf_frame){
        .block = block, .cfg = cfg, .context = outer->context, .line = cfg->line};
    place = place_of(reading, frame);
    note_block(reading, outer, kind, option->nvalues);
    if (block->begin)
        reading->error = block->begin(&place, outer->context, &frame->context);
}

int conf_take_begin(cfg_t *cfg, cfg_opt_t *begin, int argc, const char **argv)
{
    struct conf_reading *reading = reading_of(cfg);
    const cfg_opt_t *option = option_of(conf_innermost(reading), cfg);

    (void)begin, (void)argc, (void)argv;
    /* Never fails: libconfuse would end the process. The next callback says that there was an
     * error. */
    if (reading->error)
        return 0;
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

static void require(struct conf_reading *reading, const struct conf_frame *frame,
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

static int end_frame(struct conf_reading *reading)
{
    struct conf_frame *frame = conf_innermost(reading);
    struct conf_place place = place_of(reading, frame);
    const struct conf_block *block = frame->block;

    for (size_t i = 0; i < block->n_settings; i++)
        if (block->settings[i].required && !frame->setting_lines[i])
            require(reading, frame, &block->settings[i]);
    reading->depth--;
    return block->end ? block->end(&place, frame->context) : 0;
}

int conf_take_end(cfg_t *cfg, cfg_opt_t *option)
{
    struct conf_reading *reading = reading_of(cfg);

    (void)option;
    if (!reading->error)
        reading->error = end_frame(reading);
    return reading->error ? -1 : 0;
}

void conf_end_file(struct conf_reading *reading)
{
    struct conf_frame *file = conf_innermost(reading);

    file->line = file->cfg->line;
    reading->error = end_frame(reading);
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

static void refuse_unknown(struct conf_reading *reading, int line, const char *name)
{
    const struct conf_block *block = conf_innermost(reading)->block;
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
 * libconfuse goes on after an unknown name, as if that had one value: what it then says of the same
 * line is only a consequence.
 */
void conf_complain(cfg_t *cfg, const char *format, va_list arguments)
{
    struct conf_reading *reading = reading_of(cfg);
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
