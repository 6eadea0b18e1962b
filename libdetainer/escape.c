/* SPDX-License-Identifier: ISC */

/* Text for use within a target (RFC 3986). */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "detainer.h"

static bool is_unreserved(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c && strchr("-._~", c));
}

char *detainer_escape(const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *escaped = malloc(3 * strlen(text) + 1);
    char *out = escaped;

    for (; escaped && *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (is_unreserved(c)) {
            *out++ = *text;
            continue;
        }
        *out++ = '%';
        *out++ = digits[c >> 4];
        *out++ = digits[c & 15];
    }
    if (escaped)
        *out = '\0';
    return escaped;
}
