/* SPDX-License-Identifier: ISC */

/* Lists of entity tags, read from left to right. */

#include "entity_tag.h"

#include <stddef.h>
#include <string.h>

#define BLANKS " \t"

/* One tag of a list: `text` is what stands in quotes, with them; not NUL-terminated. */
struct tag {
    const char *text;
    size_t length;
    bool is_weak;
};

enum outcome { LIST_END, LIST_TAG, LIST_BROKEN };

/* What may stand between the quotes: neither blanks nor a quote, and no escapes. */
static bool is_tag_character(unsigned char c)
{
    return c > ' ' && c != '"' && c != 0x7f;
}

static enum outcome next_tag(const char **list, struct tag *tag)
{
    const char *at = *list + strspn(*list, BLANKS ","); /* elements may be empty */

    if (!*at)
        return LIST_END;
    tag->is_weak = strncmp(at, "W/", 2) == 0;
    tag->text = at += tag->is_weak ? 2 : 0;
    if (*at++ != '"')
        return LIST_BROKEN;
    while (is_tag_character((unsigned char)*at))
        at++;
    if (*at++ != '"')
        return LIST_BROKEN;
    tag->length = (size_t)(at - tag->text);
    at += strspn(at, BLANKS);
    if (*at && *at != ',')
        return LIST_BROKEN;
    *list = at;
    return LIST_TAG;
}

static bool is_asterisk(const char *list)
{
    list += strspn(list, BLANKS);
    return *list == '*' && !list[1 + strspn(list + 1, BLANKS)];
}

bool entity_tags_valid(const char *list)
{
    enum outcome outcome;
    struct tag tag;
    size_t n = 0;

    if (is_asterisk(list))
        return true;
    while ((outcome = next_tag(&list, &tag)) == LIST_TAG)
        n++;
    return outcome == LIST_END && n > 0;
}

static bool is_same(const struct tag *a, const struct tag *b, enum entity_tag_comparison comparison)
{
    if (comparison == ENTITY_TAG_STRONG && (a->is_weak || b->is_weak))
        return false;
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

bool entity_tags_have(const char *list, const char *tag, enum entity_tag_comparison comparison)
{
    struct tag wanted, listed;

    if (is_asterisk(list))
        return true;
    if (!tag || next_tag(&tag, &wanted) != LIST_TAG)
        return false;
    while (next_tag(&list, &listed) == LIST_TAG)
        if (is_same(&listed, &wanted, comparison))
            return true;
    return false;
}
