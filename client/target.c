/* SPDX-License-Identifier: ISC */

/* Targets of requests put together. */

#include "target.h"

#include "detainer.h"
#include "text.h"

void target_begin(struct target *target, const char *path)
{
    *target = (struct target){.separator = '?'};
    target->out = text_not_null(open_memstream(&target->text, &target->size));
    fputs(path, target->out);
}

static void put_escaped(FILE *out, const char *text)
{
    _cleanup_(free_ptr) char *escaped = text_not_null(detainer_escape(text));

    fputs(escaped, out);
}

void target_step(struct target *target, const char *step)
{
    fputc('/', target->out);
    put_escaped(target->out, step);
}

void target_add(struct target *target, const char *parameter, const char *value)
{
    if (!value)
        return;
    fprintf(target->out, "%c%s=", target->separator, parameter);
    put_escaped(target->out, value);
    target->separator = '&';
}

void target_add_int(struct target *target, const char *parameter, int64_t value)
{
    _cleanup_(free_ptr) char *text = text_new("%lld", (long long)value);

    target_add(target, parameter, text);
}

const char *target_end(struct target *target)
{
    int failed = fclose(target->out);

    target->out = NULL;
    return text_not_null(failed ? NULL : target->text);
}

void target_clear(struct target *target)
{
    if (target->out)
        fclose(target->out);
    free(target->text);
    *target = (struct target){0};
}
