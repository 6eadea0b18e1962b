/* SPDX-License-Identifier: ISC */

/* Text on its way to a terminal: a small UTF-8 reader, and what it must not let through. */

#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "macro.h"

/*
 * Reads one character and moves *text past it. A byte that is no UTF-8 counts as a character of its
 * own, with *is_byte set.
 */
static uint32_t next_character(const char **text, bool *is_byte)
{
    const unsigned char *in = (const unsigned char *)*text;
    unsigned n_more = in[0] >= 0xf0 ? 3 : in[0] >= 0xe0 ? 2 : in[0] >= 0xc2 ? 1 : 0;
    uint32_t character = n_more ? in[0] & (0x3f >> n_more) : in[0];

    *is_byte = in[0] >= 0x80 && (!n_more || in[0] > 0xf4);
    for (unsigned i = 1; i <= n_more && !*is_byte; i++) {
        *is_byte = (in[i] & 0xc0) != 0x80;
        character = character << 6 | (in[i] & 0x3f);
    }
    if (*is_byte) {
        (*text)++;
        return in[0];
    }
    *text += 1 + n_more;
    return character;
}

/* Characters that steer: control characters, line separators, and what sets the writing direction.
 */
static bool is_steering(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c}, {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
    };

    for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* The escape of a character, or NULL where it may be shown as it is. */
static const char *escape(uint32_t c, bool is_byte, char buffer[static 16])
{
    if (is_byte || (c < 0x80 && is_steering(c)))
        snprintf(buffer, 16, "\\x%02x", (unsigned)c);
    else if (is_steering(c))
        snprintf(buffer, 16, "\\u%04x", (unsigned)c);
    else
        return NULL;
    return buffer;
}

/*
 * Writes the bytes from `first` on up to the end of ASCII with which *text begins, at once, because
 * they are nearly all of most texts; and moves *text past them.
 */
static void put_plain(FILE *out, const char **text, char first)
{
    size_t length = 0;

    while ((*text)[length] >= first && (*text)[length] < 0x7f)
        length++;
    fwrite(*text, 1, length, out);
    *text += length;
}

void text_put(FILE *out, const char *text)
{
    char buffer[16];

    for (put_plain(out, &text, ' '); *text; put_plain(out, &text, ' ')) {
        const char *from = text;
        bool is_byte;
        uint32_t c = next_character(&text, &is_byte);
        const char *escaped = escape(c, is_byte, buffer);

        if (escaped)
            fputs(escaped, out);
        else
            fwrite(from, 1, (size_t)(text - from), out);
    }
}

char *text_shown(const char *text)
{
    char *shown = NULL;
    size_t size;
    FILE *out = text_not_null(open_memstream(&shown, &size));

    text_put(out, text);
    return text_not_null(fclose(out) ? NULL : shown);
}

/* Whether a character that was read from so many bytes is one of Unicode, in its shortest form. */
static bool is_well_formed(uint32_t c, size_t n_bytes)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

    return c >= least[n_bytes] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

char *text_valid(const char *text)
{
    char *valid = NULL;
    size_t size;
    FILE *out = text_not_null(open_memstream(&valid, &size));

    while (*text) {
        const char *from = text;
        bool is_byte;
        uint32_t c = next_character(&text, &is_byte);

        if (!is_byte && is_well_formed(c, (size_t)(text - from)))
            fwrite(from, 1, (size_t)(text - from), out);
        else
            for (; from < text; from++)
                fprintf(out, "\\x%02x", (unsigned char)*from);
    }
    return text_not_null(fclose(out) ? NULL : valid);
}

void text_put_lines(FILE *out, const char *text)
{
    char last = '\n';

    while (*text) {
        size_t length = strcspn(text, "\t\n");
        _cleanup_(free_ptr) char *piece = text_not_null(strndup(text, length));

        text_put(out, piece);
        text += length;
        last = *text;
        if (last)
            fputc(*text++, out);
    }
    if (last != '\n')
        fputc('\n', out);
}

void text_put_field(FILE *out, const char *label, const char *value)
{
    if (!*value)
        return;
    fprintf(out, "%-14s ", label);
    text_put(out, value);
    fputc('\n', out);
}

size_t text_width(const char *text)
{
    char buffer[16];
    size_t width = 0;

    while (*text) {
        bool is_byte;
        uint32_t c = next_character(&text, &is_byte);

        width += escape(c, is_byte, buffer) ? (is_byte || c < 0x80 ? 4 : 6) : 1;
    }
    return width;
}

void text_put_json(FILE *out, const char *json)
{
    /* Below 0x20 a JSON text has only its own blanks: inside strings they are escaped already. */
    for (put_plain(out, &json, '\x01'); *json; put_plain(out, &json, '\x01')) {
        const char *from = json;
        bool is_byte;
        uint32_t c = next_character(&json, &is_byte);

        if (!is_byte && c >= 0x7f && is_steering(c))
            fprintf(out, "\\u%04x", (unsigned)c);
        else
            fwrite(from, 1, (size_t)(json - from), out);
    }
}

char *text_new(const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = text_new_from(format, arguments);
    va_end(arguments);
    return text;
}

char *text_new_from(const char *format, va_list arguments)
{
    char *text = NULL;

    return text_not_null(vasprintf(&text, format, arguments) < 0 ? NULL : text);
}

void *text_not_null(void *memory)
{
    if (memory)
        return memory;
    fputs("detainerctl: out of memory\n", stderr);
    exit(EXIT_UNREACHABLE);
}
