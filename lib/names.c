/* SPDX-License-Identifier: ISC */

/* Names of enumerated values. The lists are short; a linear search beats anything cleverer. */

#include "names.h"

#include <stdio.h>
#include <string.h>

int names_find(const struct names *names, const char *name)
{
    for (size_t i = 1; i < names->count; i++)
        if (strcmp(names->values[i], name) == 0)
            return (int)i;
    return 0;
}

void names_list(const struct names *names, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 1; i < names->count && used < size; i++)
        used +=
            (size_t)snprintf(text + used, size - used, "%s%s", i > 1 ? ", " : "", names->values[i]);
}
