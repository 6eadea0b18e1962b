/* SPDX-License-Identifier: ISC */

/*
 * Rows of a CSV file.
 *
 * libcsv is fed line by line and says when a row is complete, which is not at the end of a line
 * that lies inside quotes. The bytes of the row stay in the buffer until then: where its quotes
 * turn out to be broken, they are read again from its second line on.
 */

#include "rows.h"

#include <csv.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define CHUNK       (256 * 1024)
#define BUFFER_SIZE (ROW_SIZE_MAX + CHUNK)
#define CSV_BLOCK   4096 /* by which libcsv lets a field grow */

struct rows {
    int fd;
    bool ended; /* there is no more to read */
    int64_t n_bytes;
    int64_t line; /* of the byte at `begin` */

    /* What has been read and not yet been given out as rows. */
    char *buffer;
    size_t begin, end;

    struct csv_parser parser;

    /* The row that is being read: its fields, NUL-terminated one after the other. */
    char *text;
    size_t text_size, text_capacity;
    size_t *offsets;
    const char **fields;
    size_t n_fields, fields_capacity;
    bool complete;
    bool has_nul;
    bool failed; /* memory was short */
};

/* ---- fields from libcsv
 * ---------------------------------------------------------------------------- */

static bool reserve_text(struct rows *rows, size_t size)
{
    size_t capacity = rows->text_capacity ? rows->text_capacity : 1024;
    char *grown;

    while (capacity - rows->text_size < size)
        capacity *= 2;
    if (capacity == rows->text_capacity)
        return true;
    grown = realloc(rows->text, capacity);
    if (!grown)
        return false;
    rows->text = grown;
    rows->text_capacity = capacity;
    return true;
}

static bool reserve_field(struct rows *rows)
{
    size_t capacity = rows->fields_capacity ? 2 * rows->fields_capacity : 64;
    size_t *offsets;
    const char **fields;

    if (rows->n_fields < rows->fields_capacity)
        return true;
    offsets = reallocarray(rows->offsets, capacity, sizeof(*offsets));
    if (!offsets)
        return false;
    rows->offsets = offsets;
    fields = reallocarray(rows->fields, capacity, sizeof(*fields));
    if (!fields)
        return false;
    rows->fields = fields;
    rows->fields_capacity = capacity;
    return true;
}

static void take_field(void *field, size_t size, void *context)
{
    struct rows *rows = context;

    if (!reserve_field(rows) || !reserve_text(rows, size + 1)) {
        rows->failed = true;
        return;
    }
    rows->has_nul |= size && memchr(field, '\0', size);
    rows->offsets[rows->n_fields++] = rows->text_size;
    if (size)
        memcpy(rows->text + rows->text_size, field, size);
    rows->text_size += size;
    rows->text[rows->text_size++] = '\0';
}

static void end_row(int terminator, void *context)
{
    struct rows *rows = context;

    (void)terminator;
    rows->complete = true;
}

static bool parse(struct rows *rows, const char *bytes, size_t size)
{
    if (csv_parse(&rows->parser, bytes, size, take_field, end_row, rows) == size)
        return true;
    rows->failed |= csv_error(&rows->parser) != CSV_EPARSE;
    return false;
}

/* Feeds a line and, where it is the last and has none, its end. False at a broken quote. */
static bool parse_line(struct rows *rows, const char *line, size_t size)
{
    bool has_end = line[size - 1] == '\n' || line[size - 1] == '\r';

    return parse(rows, line, size) && (has_end || parse(rows, "\n", 1));
}

static void begin_row(struct rows *rows)
{
    rows->text_size = 0;
    rows->n_fields = 0;
    rows->complete = false;
    rows->has_nul = false;
}

/* Forgets what libcsv knows of a row that is given up. */
static void reset_parser(struct rows *rows)
{
    csv_free(&rows->parser);
    csv_init(&rows->parser, CSV_STRICT);
    csv_set_blk_size(&rows->parser, CSV_BLOCK);
}

/* ---- lines
 * ----------------------------------------------------------------------------------------- */

/* Reads more into the buffer. Returns 0 or a negative errno. */
static int fill(struct rows *rows)
{
    ssize_t n;

    memmove(rows->buffer, rows->buffer + rows->begin, rows->end - rows->begin);
    rows->end -= rows->begin;
    rows->begin = 0;
    do
        n = read(rows->fd, rows->buffer + rows->end, BUFFER_SIZE - rows->end);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    rows->ended = n == 0;
    rows->end += (size_t)n;
    rows->n_bytes += n;
    return 0;
}

/*
 * The size of the line that begins so far behind `begin`, its end (LF, CR LF or CR) included; 0
 * where the buffer does not hold it whole.
 */
static size_t line_size(const struct rows *rows, size_t offset)
{
    const char *line = rows->buffer + rows->begin + offset;
    size_t size = rows->end - rows->begin - offset;
    const char *feed = memchr(line, '\n', size);
    const char *cr = memchr(line, '\r', feed ? (size_t)(feed - line) : size);

    if (cr && cr + 1 != feed && (cr + 1 < line + size || rows->ended))
        return (size_t)(cr + 1 - line);
    if (feed)
        return (size_t)(feed + 1 - line);
    return rows->ended ? size : 0;
}

/*
 * The same, after reading more where that helps: 0 only at the end of the file, or where the row
 * would become too long. Returns 0 or a negative errno.
 */
static int next_line(struct rows *rows, size_t offset, size_t *size)
{
    int r = 0;

    *size = line_size(rows, offset);
    while (!*size && !rows->ended && rows->end - rows->begin < ROW_SIZE_MAX && !r) {
        r = fill(rows);
        *size = line_size(rows, offset);
    }
    return r;
}

/* Steps over the line at `begin`, however long it is. Returns 0 or a negative errno. */
static int skip_line(struct rows *rows)
{
    size_t size;
    int r = next_line(rows, 0, &size);

    while (!r && !size && !rows->ended) {
        /* A CR may be the first half of a line end: it stays. */
        rows->begin = rows->end - (rows->buffer[rows->end - 1] == '\r');
        r = next_line(rows, 0, &size);
    }
    rows->begin += size;
    rows->line++;
    return r;
}

/* ---- rows
 * ------------------------------------------------------------------------------------------ */

static int give_problem(struct rows *rows, const char *problem, struct row *row)
{
    *row = (struct row){.line = rows->line, .problem = problem};
    reset_parser(rows);
    return skip_line(rows);
}

static void give_row(struct rows *rows, size_t size, int64_t n_lines, struct row *row)
{
    for (size_t i = 0; i < rows->n_fields; i++)
        rows->fields[i] = rows->text + rows->offsets[i];
    *row = (struct row){
        .line = rows->line,
        .problem = rows->has_nul ? "a NUL byte: this must be plain text" : NULL,
        .n_fields = rows->n_fields,
        .fields = rows->fields,
    };
    rows->begin += size;
    rows->line += n_lines;
}

/* Why a row that begins with a line of that size, or goes on behind it, is given up. */
static const char *too_long(const struct rows *rows, size_t offset)
{
    if (!offset)
        return "longer than 1 MiB";
    return rows->ended ? "a quote that is never closed" : "a quote that is not closed within 1 MiB";
}

/* Reads one row, of as many lines as it has. As rows_next(). */
static int read_row(struct rows *rows, struct row *row)
{
    size_t offset = 0, size;
    int64_t n_lines = 0;
    int r = 0;

    begin_row(rows);
    while (!rows->complete) {
        r = next_line(rows, offset, &size);
        if (r)
            return r;
        if (!size && !offset && rows->ended)
            return ROWS_END;
        if (!size || offset + size > ROW_SIZE_MAX)
            return give_problem(rows, too_long(rows, offset), row);
        if (!parse_line(rows, rows->buffer + rows->begin + offset, size) && !rows->failed)
            return give_problem(rows, "a broken quote", row);
        if (rows->failed)
            return -ENOMEM;
        offset += size;
        n_lines++;
    }
    give_row(rows, offset, n_lines, row);
    return r;
}

static bool is_blank(const char *line, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!strchr(" \t\r\n", line[i]) || !line[i])
            return false;
    return true;
}

/* Steps over lines that hold nothing. Returns 0 or a negative errno. */
static int skip_blank_lines(struct rows *rows)
{
    size_t size;
    int r = next_line(rows, 0, &size);

    while (!r && size && is_blank(rows->buffer + rows->begin, size)) {
        rows->begin += size;
        rows->line++;
        r = next_line(rows, 0, &size);
    }
    return r;
}

int rows_next(struct rows *rows, struct row *row)
{
    int r = skip_blank_lines(rows);

    return r ? r : read_row(rows, row);
}

/* ---- life
 * ------------------------------------------------------------------------------------------ */

/* A byte order mark says nothing that we need. Returns 0 or a negative errno. */
static int skip_mark(struct rows *rows)
{
    static const char mark[] = "\xef\xbb\xbf";
    int r = 0;

    while (!r && !rows->ended && rows->end < strlen(mark))
        r = fill(rows);
    if (rows->end >= strlen(mark) && memcmp(rows->buffer, mark, strlen(mark)) == 0)
        rows->begin = strlen(mark);
    return r;
}

int rows_open(int fd, struct rows **rows)
{
    _cleanup_(rows_close_ptr) struct rows *new = calloc(1, sizeof(*new));
    int r;

    if (!new)
        return -ENOMEM;
    *new = (struct rows){.fd = fd, .line = 1, .buffer = malloc(BUFFER_SIZE)};
    if (!new->buffer)
        return -ENOMEM;
    reset_parser(new);
    r = skip_mark(new);
    if (r)
        return r;
    *rows = new;
    new = NULL;
    return 0;
}

void rows_close(struct rows *rows)
{
    csv_free(&rows->parser);
    free(rows->buffer);
    free(rows->text);
    free(rows->offsets);
    free(rows->fields);
    free(rows);
}

int64_t rows_bytes(const struct rows *rows)
{
    return rows->n_bytes;
}
