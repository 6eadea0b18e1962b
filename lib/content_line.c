/* SPDX-License-Identifier: ISC */

/* Content lines: unfolded and cut up in place. */

#include "content_line.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"

/* Joins a folded line: a line end before a blank goes, and so does that blank. */
static char *unfold(struct content_text *text)
{
    char *start = text->at, *out = start, *in = start;

    while (*in) {
        if (*in == '\r' && in[1] == '\n')
            in++;
        if (*in != '\n') {
            *out++ = *in++;
            continue;
        }
        text->line++;
        in++;
        if (*in != ' ' && *in != '\t')
            break;
        in++;
    }
    text->at = in;
    *out = '\0';
    return start;
}

static void capitalize(char *text)
{
    for (; *text; text++)
        *text = (char)toupper((unsigned char)*text);
}

/* Steps over the values of a parameter, of which there may be several, quoted or not. Returns where
 * they end, or NULL. */
static char *skip_values(char *at)
{
    for (;; at++) {
        if (*at == '"') {
            at = strchr(at + 1, '"');
            if (!at)
                return NULL;
            at++;
        } else {
            at += strcspn(at, "\",;:");
        }
        if (*at != ',')
            return *at == ';' || *at == ':' ? at : NULL;
    }
}

/* Reads a parameter. Returns where it ends, at the next one's ; or the value's :, or NULL. */
static char *read_parameter(char *at, char **type)
{
    size_t length = strspn(at, NAME_CHARACTERS);
    char *values = at + length + 1;

    if (!length || at[length] != '=')
        return NULL;
    if (length == strlen("VALUE") && strncasecmp(at, "VALUE", length) == 0)
        *type = values;
    return skip_values(values);
}

static bool cut(char *at, struct content_line *line)
{
    char *name = at, *type = NULL;

    at += strspn(at, NAME_CHARACTERS);
    if (at == name)
        return false;
    while (at && *at == ';') {
        *at++ = '\0';
        at = read_parameter(at, &type);
    }
    if (!at || *at != ':')
        return false;
    *at++ = '\0';
    capitalize(name);
    if (type)
        capitalize(type);
    line->name = name;
    line->type = type ? type : "";
    line->value = at;
    return true;
}

int content_line_next(struct content_text *text, struct content_line *line)
{
    char *start;

    do {
        if (!*text->at)
            return CONTENT_END;
        line->line = text->line;
        start = unfold(text);
    } while (!start[strspn(start, " \t")]);
    return cut(start, line) ? 0 : CONTENT_BROKEN;
}
