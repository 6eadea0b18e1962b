/* SPDX-License-Identifier: ISC */

/* What the formats of a review share. */

#include "report.h"

#include "text.h"

char *report_notes(const struct stay *stay)
{
    const char *separator = "";
    char *notes = NULL;
    size_t size;
    FILE *out = text_not_null(open_memstream(&notes, &size));

    for (size_t i = 0; i < STAY_NOTES; i++) {
        if (!stay_has_note(stay, (enum stay_note)i))
            continue;
        fprintf(out, "%s%s", separator, stay_note_text((enum stay_note)i));
        separator = "; ";
    }
    return text_not_null(fclose(out) ? NULL : notes);
}
