/* SPDX-License-Identifier: ISC */

/* Records: what is independent of any encoding. */

#include "record.h"

#include <string.h>

#include "instant.h"

static void field_clear(const struct record_field *field, void *member)
{
    switch (field->type) {
    case RECORD_INT:
    case RECORD_INSTANT:
        *(int64_t *)member = INSTANT_NONE;
        break;
    case RECORD_BOOL:
        *(bool *)member = false;
        break;
    case RECORD_TEXT:
        *(char *)member = '\0';
        break;
    case RECORD_STRING:
        *(const char **)member = NULL;
        break;
    case RECORD_NAME:
    case RECORD_TRUTH:
        *(int *)member = 0;
        break;
    case RECORD_FACTS: /* of input only */
        break;
    }
}

void record_clear(const struct record *record, void *object)
{
    for (size_t i = 0; i < record->count; i++)
        field_clear(&record->fields[i], record_member(&record->fields[i], object));
}

const struct record_field *record_find(const struct record *record, const char *name)
{
    for (size_t i = 0; i < record->count; i++)
        if (strcmp(record->fields[i].name, name) == 0)
            return &record->fields[i];
    return NULL;
}
