/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Entity tags (RFC 9110, 8.8.3) and the lists of them that If-Match and If-None-Match carry: `*`,
 * or "1", W/"2", ...
 */

#include <stdbool.h>

#define ENTITY_TAG_SIZE 72 /* room for any tag that this daemon makes */

/* Whether a text is such a list, of one tag at least. */
bool entity_tags_valid(const char *list);

/* Whether a list, which must be valid, has the tag; `*` has every one. Strong comparison, which
 * If-Match asks for, holds no weak tag for the same as any other; weak comparison asks for no more
 * than the same text in quotes. `tag` is NULL for what exists and has none: then only `*` has it.
 */
enum entity_tag_comparison { ENTITY_TAG_STRONG, ENTITY_TAG_WEAK };
bool entity_tags_have(const char *list, const char *tag, enum entity_tag_comparison comparison);
