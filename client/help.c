/* SPDX-License-Identifier: ISC */

/* Help, made from the table of verbs. */

#include "help.h"

#include <string.h>

#include "detainer.h"
#include "text.h"

#define WIDTH        80
#define INDENT       26 /* where the text of an option begins */
#define VERB         22 /* the width of a verb with its operands */
#define USAGE_INDENT 9

static const char intro[] =
    "Usage: detainerctl [--socket PATH] [--json] COMMAND ...\n"
    "\n"
    "Talks to detainerd, the clock that tracks ICE detainer holds against their\n"
    "deadlines.\n"
    "\n";

static const char outro[] =
    "\n"
    "Options, anywhere on the line:\n"
    "  --socket PATH  the daemon's socket; else $DETAINERD_SOCKET, else\n"
    "                 " DETAINER_SOCKET "\n"
    "  --json         print what the daemon answers, as JSON\n"
    "  --help         this; after a command, that command's options\n"
    "  --version      print the version\n"
    "\n"
    "A day with it:\n"
    "  detainerctl request --booking 2026-0001 --facility PIERCE\n"
    "  detainerctl start 1 --eligible-at -2h --reason bond_posted\n"
    "  detainerctl list --open\n"
    "  detainerctl watch\n"
    "  detainerctl transfer 1\n"
    "\n"
    "Times are 2026-11-24T09:00:00-08:00 (with offset), now, -47h59min40s or +2h.\n"
    "Exit status: 0 done, 1 refused, 2 command line wrong, 3 daemon not reached or\n"
    "failed.\n";

static void put_summary(FILE *out, const struct verb *verb)
{
    _cleanup_(free_ptr) char *synopsis = verb_synopsis(verb);

    fprintf(out, "  %-*s %s\n", VERB, synopsis, verb->summary);
}

void help_overview(FILE *out)
{
    fputs(intro, out);
    fputs("Commands:\n", out);
    for (size_t i = 0; i < n_verbs; i++)
        put_summary(out, &verbs[i]);
    fputs(outro, out);
}

void help_group(FILE *out, const char *group)
{
    fprintf(out, "Usage: detainerctl %s COMMAND ...\n\nCommands:\n", group);
    for (size_t i = 0; i < n_verbs; i++)
        if (verb_is_in(&verbs[i], group))
            put_summary(out, &verbs[i]);
}

/* Writes words with line breaks; `column` is where the line stands, `indent` where the next begins.
 */
static void put_wrapped(FILE *out, const char *text, size_t column, size_t indent)
{
    const char *between = "";

    while (*text) {
        size_t word = strcspn(text, " ");

        if (column + strlen(between) + word > WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            between = "";
        }
        fprintf(out, "%s%.*s", between, (int)word, text);
        column += strlen(between) + word;
        between = " ";
        text += word + strspn(text + word, " ");
    }
    fputc('\n', out);
}

/* What stands for an option's value: TIME, N, or the last word of its name ("CODE" of lift_code).
 */
static void put_placeholder(FILE *out, const struct record_field *option)
{
    const char *last = strrchr(option->name, '_');

    if (option->type == RECORD_BOOL)
        return;
    if (option->type == RECORD_INSTANT)
        fputs(" TIME", out);
    else if (option->type == RECORD_INT)
        fputs(" N", out);
    else if (verb_option_is_file(option))
        fputs(" FILE", out);
    else
        for (fputc(' ', out), last = last ? last + 1 : option->name; *last; last++)
            fputc(*last >= 'a' && *last <= 'z' ? *last - 'a' + 'A' : *last, out);
}

/* "--at TIME", in brackets where it may be left out. The caller frees. */
static char *option_usage(const struct record_field *option)
{
    bool required = option->flags & RECORD_REQUIRED;
    char *usage = NULL;
    char name[OPTION_NAME_SIZE];
    size_t size;
    FILE *out = text_not_null(open_memstream(&usage, &size));

    verb_option_name(option, name);
    fprintf(out, "%s--%s", required ? "" : "[", name);
    put_placeholder(out, option);
    fputs(required ? "" : "]", out);
    return text_not_null(fclose(out) ? NULL : usage);
}

static void put_synopsis(FILE *out, const struct verb *verb)
{
    _cleanup_(free_ptr) char *synopsis = verb_synopsis(verb);
    size_t column = (size_t)fprintf(out, "Usage: detainerctl %s", synopsis);
    const struct record_field *option;

    for (size_t i = 0; (option = verb_option(verb, i)); i++) {
        _cleanup_(free_ptr) char *usage = option_usage(option);

        if (column + 1 + strlen(usage) > WIDTH)
            column = (size_t)fprintf(out, "\n%*s", USAGE_INDENT, "") - 1;
        column += (size_t)fprintf(out, " %s", usage);
    }
    fputs("\n\n", out);
}

/* Writes `--name VALUE` and blanks up to the column of the text; returns that column. */
static size_t put_option_head(FILE *out, const struct record_field *option)
{
    char *head = NULL;
    char name[OPTION_NAME_SIZE];
    size_t size = 0;
    FILE *memory = text_not_null(open_memstream(&head, &size));

    verb_option_name(option, name);
    fprintf(memory, "  --%s", name);
    put_placeholder(memory, option);
    fclose(memory);
    fprintf(out, "%-*s  ", INDENT - 2, head);
    free(head);
    return size > INDENT - 2 ? size + 2 : INDENT;
}

static void put_option(FILE *out, const struct verb *verb, const struct record_field *option)
{
    size_t column = put_option_head(out, option);

    put_wrapped(out, verb_option_help(verb, option), column, INDENT);
    if (option->type == RECORD_NAME) {
        char list[256];

        names_list(option->names, list, sizeof(list));
        fprintf(out, "%*s", INDENT, "");
        put_wrapped(out, list, INDENT, INDENT);
    }
}

void help_verb(FILE *out, const struct verb *verb)
{
    const struct record_field *option;

    put_synopsis(out, verb);
    put_wrapped(out, verb->about, 0, 0);
    if (verb_option(verb, 0))
        fputs("\nOptions:\n", out);
    for (size_t i = 0; (option = verb_option(verb, i)); i++)
        put_option(out, verb, option);
    fprintf(out, "\nExample:\n  %s\n", verb->example);
}
