/* SPDX-License-Identifier: ISC */

/* Rows of CSV files, of the kinds that are made by hand, by spreadsheets, and by accident. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/rows.h"
#include "unit.h"

/* A descriptor from which those bytes can be read. */
static int holding(const char *bytes, size_t size)
{
    int fd = memfd_create("rows", MFD_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, size), size);
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

/* What was read, as text: "LINE:field|field" or "LINE!problem", a line each. */
static char *read_all(int fd)
{
    struct rows *rows;
    struct row row;
    char *said = NULL;
    size_t size;
    FILE *out = open_memstream(&said, &size);
    int r;

    ck_assert_int_eq(rows_open(fd, &rows), 0);
    while (!(r = rows_next(rows, &row))) {
        fprintf(out, "%d%s", (int)row.line, row.problem ? "!" : ":");
        if (row.problem)
            fputs(row.problem, out);
        for (size_t i = 0; i < row.n_fields && !row.problem; i++)
            fprintf(out, "%s%s", i ? "|" : "", row.fields[i]);
        fputc('\n', out);
    }
    ck_assert_int_eq(r, ROWS_END);
    ck_assert_int_eq(rows_next(rows, &row), ROWS_END);
    rows_close(rows);
    fclose(out);
    return said;
}

#define TEXT(text) text, sizeof(text) - 1

static const struct {
    const char *bytes;
    size_t size;
    const char *expected;
} files[] = {
    {TEXT(""), ""},
    {TEXT("\n\r\n \t\n"), ""},
    {TEXT("a,b"), "1:a|b\n"},
    {TEXT("a,b\nc,d\n"), "1:a|b\n2:c|d\n"},
    {TEXT("a,b\r\nc,d\r\n"), "1:a|b\n2:c|d\n"},
    {TEXT("a,b\rc,d\r"), "1:a|b\n2:c|d\n"},
    {TEXT("a\n\n\nb"), "1:a\n4:b\n"},
    {TEXT("\xef\xbb\xbf\"a\",b\n"), "1:a|b\n"},
    {TEXT("\xef\xbb"), "1:\xef\xbb\n"},
    {TEXT(",\n,,"), "1:|\n2:||\n"},
    {TEXT("\"\"\n"), "1:\n"},
    {TEXT(" a , \"b \" ,\tc\n"), "1:a|b |c\n"},
    {TEXT("\"a,b\",\"c\"\"d\"\"\"\n"), "1:a,b|c\"d\"\n"},
    {TEXT("a;b\n"), "1:a;b\n"},
    {TEXT("\xff\xe9,\x1b[2J\n"), "1:\xff\xe9|\x1b[2J\n"},

    /* Line ends inside quotes belong to the field; the next row's line counts them. */
    {TEXT("a,\"b\nc\"\nd,e\n"), "1:a|b\nc\n3:d|e\n"},
    {TEXT("\"a\r\n\r\nb\"\r\nc"), "1:a\r\n\r\nb\n4:c\n"},
    {TEXT("\"a\rb\"\nc"), "1:a\rb\n3:c\n"},
    {TEXT("\"\n\"\n"), "1:\n\n"},

    /* Broken quotes spoil the line that has them. */
    {TEXT("a,b\"c\nd,e\n"), "1!a broken quote\n2:d|e\n"},
    {TEXT("\"a\"b,c\nd,e\n"), "1!a broken quote\n2:d|e\n"},
    {TEXT("\"a\" \"b\nd\n"), "1!a broken quote\n2:d\n"},
    {TEXT("a\n\"b\nc\nd\n"), "1:a\n2!a quote that is never closed\n3:c\n4:d\n"},
    {TEXT("a\n\"b\nc\n\"d\",e\nf"), "1:a\n2!a broken quote\n3:c\n4:d|e\n5:f\n"},
    {TEXT("\"a"), "1!a quote that is never closed\n"},
    {TEXT("\"a\r\nb\rc"), "1!a quote that is never closed\n2:b\n3:c\n"},
    {TEXT("\""), "1!a quote that is never closed\n"},
    {TEXT("\"\"\"\n\"\"\"\n"), "1:\"\n\"\n"},

    {TEXT("a\n\0,b\nc\n"), "1:a\n2!a NUL byte: this must be plain text\n3:c\n"},
    {TEXT("a,\"b\0\"\nc\n"), "1!a NUL byte: this must be plain text\n2:c\n"},
    {TEXT("\0"), "1!a NUL byte: this must be plain text\n"},
};

START_TEST(reads_rows)
{
    int fd = holding(files[_i].bytes, files[_i].size);
    char *said = read_all(fd);

    ck_assert_str_eq(said, files[_i].expected);
    free(said);
    close(fd);
}
END_TEST

/* Byte by byte, so that every line end and every mark is torn apart. */
START_TEST(reads_the_same_where_it_drips)
{
    int ends[2];
    char *said;

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    for (size_t i = 0; i < files[_i].size; i++)
        ck_assert_int_eq(write(ends[1], files[_i].bytes + i, 1), 1);
    close(ends[1]);
    said = read_all(ends[0]);
    ck_assert_str_eq(said, files[_i].expected);
    free(said);
    close(ends[0]);
}
END_TEST

/* ---- what is too long
 * ------------------------------------------------------------------------------- */

/* Reads `before`, so many times `filling`, and `after`. The caller frees. */
static char *read_filled(const char *before, const char *filling, size_t count, const char *after)
{
    char *bytes = NULL, *said;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    int fd;

    fputs(before, out);
    for (size_t i = 0; i < count; i++)
        fputs(filling, out);
    fputs(after, out);
    fclose(out);
    fd = holding(bytes, size);
    said = read_all(fd);
    close(fd);
    free(bytes);
    return said;
}

static const struct {
    const char *before, *filling;
    size_t count;
    const char *after, *expected;
} longs[] = {
    {"a\n", "x", ROW_SIZE_MAX, "\nb\n", "1:a\n2!longer than 1 MiB\n3:b\n"},
    {"a\n", "x", ROW_SIZE_MAX, "", "1:a\n2!longer than 1 MiB\n"},
    {"a\n", "xy", ROW_SIZE_MAX * 3 / 2, "\r\nb\n", "1:a\n2!longer than 1 MiB\n3:b\n"},
    {"a\n", "xy", ROW_SIZE_MAX * 3 / 2, "\rb\n", "1:a\n2!longer than 1 MiB\n3:b\n"},
    {"\"", "x", ROW_SIZE_MAX, "\"\nb", "1!longer than 1 MiB\n2:b\n"},
    {"\"a\n\"", "x", ROW_SIZE_MAX, "\"\nb",
     "1!a quote that is not closed within 1 MiB\n2!longer than 1 MiB\n3:b\n"},
};

START_TEST(steps_over_lines_that_are_too_long)
{
    char *said = read_filled(longs[_i].before, longs[_i].filling, longs[_i].count, longs[_i].after);

    ck_assert_str_eq(said, longs[_i].expected);
    free(said);
}
END_TEST

START_TEST(a_quote_left_open_costs_one_line)
{
    size_t n_lines = ROW_SIZE_MAX / 8 * 2, size, expected_size = 0;
    char *expected = NULL, *said = read_filled("a,\"b\n", "12345678\n", n_lines, "");
    FILE *out = open_memstream(&expected, &expected_size);

    fputs("1!a quote that is not closed within 1 MiB\n", out);
    for (size = 0; size < n_lines; size++)
        fprintf(out, "%zu:12345678\n", size + 2);
    fclose(out);
    ck_assert(strcmp(said, expected) == 0);
    free(said);
    free(expected);
}
END_TEST

START_TEST(the_longest_row_is_whole)
{
    char *said = read_filled("\"", "\n", ROW_SIZE_MAX - 3, "\"\nb");

    ck_assert_uint_eq(strlen(said), strlen("1:\n1048575:b\n") + ROW_SIZE_MAX - 3);
    ck_assert_str_eq(said + 2 + ROW_SIZE_MAX - 3, "\n1048575:b\n");
    free(said);
}
END_TEST

START_TEST(takes_very_many_fields)
{
    char *said = read_filled("a", ",", 100000, "b\nc");

    ck_assert_uint_eq(strlen(said), strlen("1:ab\n2:c\n") + 100000);
    free(said);
}
END_TEST

/* ---- chance
 * ----------------------------------------------------------------------------------------- */

static char random_byte(struct unit_random *random)
{
    static const char bytes[] = "\"\"\",,\n\n\r \tab";

    return bytes[unit_random_below(random, sizeof(bytes) - 1)];
}

/* Writes a field of a few random bytes, quoted; and the same as read_all() is to say it. */
static void put_random_field(struct unit_random *random, FILE *csv, FILE *expected)
{
    uint64_t size = unit_random_below(random, 6);

    fputc('"', csv);
    for (uint64_t i = 0; i < size; i++) {
        char byte = random_byte(random);

        fputs(byte == '"' ? "\"\"" : (char[]){byte, '\0'}, csv);
        fputc(byte, expected);
    }
    fputc('"', csv);
}

/* The lines that so many bytes end, where a CR LF ends one. */
static int count_lines(const char *bytes, size_t size)
{
    int n_lines = 0;

    for (size_t i = 0; i < size; i++)
        n_lines +=
            bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 == size || bytes[i + 1] != '\n'));
    return n_lines;
}

static void put_random_row(struct unit_random *random, FILE *csv, FILE *expected)
{
    for (uint64_t n = unit_random_below(random, 4); n > 0; n--) {
        put_random_field(random, csv, expected);
        fputc(',', csv);
        fputc('|', expected);
    }
    put_random_field(random, csv, expected);
    fputs("\r\n", csv);
    fputc('\n', expected);
}

static void check_random_file(struct unit_random *random)
{
    char *csv = NULL, *expected = NULL, *said;
    size_t csv_size, expected_size;
    FILE *csv_out = open_memstream(&csv, &csv_size);
    FILE *expected_out = open_memstream(&expected, &expected_size);
    int fd;

    for (uint64_t n = unit_random_below(random, 8); n > 0; n--) {
        fflush(csv_out);
        fprintf(expected_out, "%d:", count_lines(csv, csv_size) + 1);
        put_random_row(random, csv_out, expected_out);
    }
    fclose(csv_out);
    fclose(expected_out);
    fd = holding(csv, csv_size);
    said = read_all(fd);
    ck_assert_str_eq(said, expected);
    close(fd);
    free(said);
    free(csv);
    free(expected);
}

START_TEST(reads_what_was_written)
{
    struct unit_random random = unit_random_start("client_rows");

    for (int i = 0; i < 300; i++)
        check_random_file(&random);
}
END_TEST

START_TEST(gets_through_any_bytes)
{
    struct unit_random random = unit_random_start("client_rows");

    for (int round = 0; round < 3000; round++) {
        char bytes[64];
        size_t size = unit_random_below(&random, sizeof(bytes) + 1);
        int fd, last_line = 0;
        struct rows *rows;
        struct row row;

        for (size_t i = 0; i < size; i++)
            bytes[i] = random_byte(&random);
        fd = holding(bytes, size);
        ck_assert_int_eq(rows_open(fd, &rows), 0);
        while (rows_next(rows, &row) == 0) {
            ck_assert_int_gt(row.line, last_line);
            last_line = (int)row.line;
        }
        ck_assert_int_le(last_line, count_lines(bytes, size) + 1);
        ck_assert_int_eq(rows_bytes(rows), size);
        rows_close(rows);
        close(fd);
    }
}
END_TEST

START_TEST(hands_on_what_reading_failed_with)
{
    struct rows *rows;
    int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    ck_assert_int_eq(rows_open(fd, &rows), -EISDIR);
    close(fd);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {reads_rows, ARRAY_SIZE(files)},
        {reads_the_same_where_it_drips, ARRAY_SIZE(files)},
        {steps_over_lines_that_are_too_long, ARRAY_SIZE(longs)},
        {.test = a_quote_left_open_costs_one_line},
        {.test = the_longest_row_is_whole},
        {.test = takes_very_many_fields},
        {.test = reads_what_was_written},
        {.test = gets_through_any_bytes},
        {.test = hands_on_what_reading_failed_with},
    };

    return unit_run("client_rows", tests, ARRAY_SIZE(tests));
}
