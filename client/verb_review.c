/* SPDX-License-Identifier: ISC */

/*
 * review: past stays from an export of a records system, against the deadlines.
 *
 * It asks no daemon: a county that wonders whether it has a problem should not have to install one
 * to find out.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "calendar.h"
#include "exits.h"
#include "progress.h"
#include "report.h"
#include "review_setup.h"
#include "session.h"
#include "text.h"

/* One file, on its way from rows to what is printed. */
struct reading {
    const char *path;
    struct rows *rows;
    struct stay_columns columns;
    struct progress progress;
    struct review review;
    struct report report;
    const struct report_format *format;
};

static int complain(const struct reading *reading, int exit_code, int64_t line, const char *what)
{
    fputs("detainerctl: ", stderr);
    text_put(stderr, reading->path);
    if (line)
        fprintf(stderr, ":%lld", (long long)line);
    fputs(": ", stderr);
    text_put(stderr, what);
    fputc('\n', stderr);
    return exit_code;
}

static void take_row(struct reading *reading, const struct row *row)
{
    struct review *review = &reading->review;
    struct verdict verdicts[REVIEW_RULES_MAX];
    char problem[STAY_PROBLEM_SIZE];
    struct stay stay;

    review->n_rows++;
    if (!stay_read(&reading->columns, row, review->zone, &stay, problem)) {
        review->n_unusable++;
        reading->format->unusable(&reading->report, row->line, problem);
    } else if (review_judge(review, &stay, reading->report.all, verdicts) || reading->report.all) {
        reading->format->stay(&reading->report, &stay, verdicts);
    }
}

/* All rows behind the header. Returns EXIT_DONE, or says what is wrong and returns what to exit
 * with. */
static int read_rows(struct reading *reading)
{
    struct row row;
    int r;

    while (!(r = rows_next(reading->rows, &row))) {
        if (reading->review.n_rows == REVIEW_ROWS_MAX)
            return complain(reading, EXIT_USAGE, row.line,
                            "more than 16777216 rows: split the file");
        take_row(reading, &row);
        progress_at(&reading->progress, rows_bytes(reading->rows), reading->review.n_rows);
    }
    return r == ROWS_END ? EXIT_DONE : complain(reading, EXIT_UNREACHABLE, 0, strerror(-r));
}

static int read_header(struct reading *reading)
{
    char problem[STAY_PROBLEM_SIZE];
    struct row header;
    int r = rows_next(reading->rows, &header);

    if (r < 0)
        return complain(reading, EXIT_UNREACHABLE, 0, strerror(-r));
    if (r == ROWS_END)
        return complain(reading, EXIT_USAGE, 0, "empty: the first row must name the columns");
    if (!stay_find_columns(&reading->columns, &header, problem))
        return complain(reading, EXIT_USAGE, header.line, problem);
    return EXIT_DONE;
}

/* The size of a file; 0 where that is not known, as of a pipe. */
static int64_t size_of(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : 0;
}

static int review_file(struct reading *reading, int fd)
{
    _cleanup_(rows_close_ptr) struct rows *rows = NULL;
    int r = rows_open(fd, &rows);

    if (r)
        return complain(reading, EXIT_UNREACHABLE, 0, strerror(-r));
    reading->rows = rows;
    r = read_header(reading);
    if (r)
        return r;
    /* What is printed as it comes is progress enough, and would be mixed up with it. */
    progress_begin(&reading->progress, STDERR_FILENO, size_of(fd));
    if (reading->format != &report_table && isatty(STDOUT_FILENO))
        reading->progress.fd = -1;
    reading->format->begin(&reading->report);
    r = read_rows(reading);
    progress_end(&reading->progress);
    if (r)
        return r;
    reading->format->end(&reading->report);
    return reading->review.n_unusable ? EXIT_INCOMPLETE : EXIT_DONE;
}

static int open_and_review(struct reading *reading)
{
    bool is_stdin = strcmp(reading->path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(reading->path, O_RDONLY | O_CLOEXEC);
    int r;

    if (fd < 0)
        return complain(reading, EXIT_UNREACHABLE, 0, strerror(errno));
    r = review_file(reading, fd);
    if (!is_stdin)
        close(fd);
    return r;
}

static void set_columns(struct stay_columns *columns, const struct arguments *arguments)
{
    static const struct {
        const char *option, *name;
    } defaults[STAY_COLUMNS] = {
        [STAY_BOOKING] = {"booking_column", "booking"},
        [STAY_BOOKED] = {"booked_column", "booked_at"},
        [STAY_ELIGIBLE] = {"eligible_column", "local_custody_ended_at"},
        [STAY_RELEASED] = {"released_column", "released_at"},
    };

    for (size_t i = 0; i < STAY_COLUMNS; i++) {
        const char *given = arguments_value(arguments, defaults[i].option);

        columns->names[i] = given ? given : defaults[i].name;
    }
}

/* NULL where two formats are asked for. */
static const struct report_format *format_of(const struct session *session,
                                             const struct arguments *arguments)
{
    const char *format = arguments_value(arguments, "format");

    if (session->json && format && strcmp(format, "json") != 0)
        return NULL;
    if (session->json || (format && strcmp(format, "json") == 0))
        return &report_json;
    return format && strcmp(format, "csv") == 0 ? &report_csv : &report_table;
}

int verb_review(struct session *session, const struct arguments *arguments)
{
    struct reading reading = {
        .path = arguments->file,
        .report = {.out = stdout,
                   .review = &reading.review,
                   .all = arguments_value(arguments, "all") != NULL},
        .format = format_of(session, arguments),
    };
    int r;

    if (!reading.format) {
        fputs("detainerctl: review takes --json or another --format, not both\n", stderr);
        return EXIT_USAGE;
    }
    set_columns(&reading.columns, arguments);
    r = review_set_up(arguments, &reading.review);
    if (!r)
        r = open_and_review(&reading);
    review_clear(&reading.review);
    return r;
}
