/* SPDX-License-Identifier: ISC */

/*
 * A records system's dealings with detainerd, from a detainer's arrival to the person's release.
 *
 *     cc -std=c99 -o records records.c $(pkg-config --cflags --libs detainer)
 *     ./records BOOKING FACILITY ELIGIBLE_AT CURSOR_FILE
 *
 * Lodges a detainer, starts its clock, follows what happens until the person must go, and records
 * the release. It may be killed anywhere and run again with the same arguments: it goes on from
 * there, and nothing is recorded twice. libdetainer repeats what is not answered.
 */

#define _POSIX_C_SOURCE 200809L

#include <detainer.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_S 30

static void fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("records: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

/* Text put together, for the caller to free. */
static char *text_of(const char *format, ...)
{
    va_list arguments;
    char *made;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    made = malloc((size_t)length + 1);
    if (!made)
        fail("out of memory");
    va_start(arguments, format);
    vsnprintf(made, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return made;
}

/* ---- calls ---- */

/* A refusal will be the same the next time: it is for a person to look at. */
static struct detainer_answer *checked(int error, struct detainer_answer *answer)
{
    if (error)
        fail("no answer from detainerd: %s", strerror(-error));
    if (detainer_answer_status(answer) >= 400) {
        const char *detail = detainer_answer_text(answer, "/detail");
        const char *kind = detainer_answer_text(answer, "/kind");

        fail("%s (%d %s)", detail ? detail : "no reason given", detainer_answer_status(answer),
             kind ? kind : "unknown");
    }
    return answer;
}

static struct detainer_answer *get(struct detainer *client, const char *target)
{
    struct detainer_answer *answer;
    int r = detainer_get(client, target, &answer);

    return checked(r, answer);
}

/* Uses the body up. The key is made of the booking and what is recorded, so that it is the same the
 * next time. */
static struct detainer_answer *post(struct detainer *client, const char *target,
                                    struct detainer_body *body, const char *booking,
                                    const char *what, const char *etag)
{
    char *key = text_of("%s-%s", booking, what);
    struct detainer_answer *answer;
    int r = detainer_post(client, target, detainer_body_text(body), key, etag, &answer);

    detainer_body_free(body);
    free(key);
    return checked(r, answer);
}

static int64_t number(const struct detainer_answer *answer, const char *pointer)
{
    int64_t value;

    if (detainer_answer_int(answer, pointer, &value))
        fail("an answer without %s", pointer);
    return value;
}

static const char *text(const struct detainer_answer *answer, const char *pointer)
{
    const char *value = detainer_answer_text(answer, pointer);

    if (!value)
        fail("an answer without %s", pointer);
    return value;
}

/* ---- how far the history has been dealt with ---- */

static int64_t read_cursor(const char *path)
{
    FILE *file = fopen(path, "r");
    int64_t seq = 0;

    if (!file) {
        if (errno != ENOENT)
            fail("%s: %s", path, strerror(errno));
        return 0;
    }
    if (fscanf(file, "%" SCNd64, &seq) != 1)
        fail("%s: no number in it", path);
    fclose(file);
    return seq;
}

/* After what came before has been dealt with, never sooner. */
static void write_cursor(const char *path, int64_t seq)
{
    char *fresh = text_of("%s.new", path);
    FILE *file = fopen(fresh, "w");
    int failed;

    if (!file)
        fail("%s: %s", fresh, strerror(errno));
    failed = fprintf(file, "%" PRId64 "\n", seq) < 0 || fflush(file) || fsync(fileno(file));
    if (fclose(file) || failed || rename(fresh, path))
        fail("%s: %s", path, strerror(errno));
    free(fresh);
}

/* ---- what happens ---- */

/* Deals with one event of a page. Returns whether it is of this hold. */
static int deal_with(const struct detainer_answer *page, size_t i, int64_t hold)
{
    char *of = text_of("/events/%zu/hold", i);
    char *kind = text_of("/events/%zu/kind", i);
    char *seq = text_of("/events/%zu/seq", i);
    int64_t id = 0; /* events of the daemon itself have no hold */
    int concerned;

    detainer_answer_int(page, of, &id);
    concerned = id == hold;
    if (concerned)
        printf("event %" PRId64 " %s\n", number(page, seq), text(page, kind));
    free(of);
    free(kind);
    free(seq);
    return concerned;
}

/* Waits for events and deals with them. Returns whether one was of this hold. */
static int follow(struct detainer *client, int64_t hold, const char *cursor_file)
{
    struct detainer_answer *page;
    int r = detainer_events(client, read_cursor(cursor_file), WAIT_S, &page);
    size_t n = detainer_answer_count(checked(r, page), "/events");
    int concerned = 0;

    for (size_t i = 0; i < n; i++)
        concerned |= deal_with(page, i, hold);
    if (n) {
        char *last = text_of("/events/%zu/seq", n - 1);

        write_cursor(cursor_file, number(page, last));
        free(last);
    }
    detainer_answer_free(page);
    return concerned;
}

/* Takes the person's detainer in and starts its clock. Returns the hold's id. */
static int64_t begin(struct detainer *client, const char *booking, const char *facility,
                     const char *eligible_at)
{
    struct detainer_body *request = detainer_body_new();
    struct detainer_body *start = detainer_body_new();
    struct detainer_answer *hold;
    char *target;
    int64_t id;

    detainer_body_add_text(request, "booking", booking);
    detainer_body_add_text(request, "facility", facility);
    hold = post(client, "/v1/holds", request, booking, "request", NULL);
    id = number(hold, "/id");
    printf("hold %" PRId64 " is %s\n", id, text(hold, "/state"));

    detainer_body_add_text(start, "eligible_at", eligible_at);
    detainer_body_add_text(start, "reason", "bond_posted");
    target = text_of("/v1/holds/%" PRId64 "/start", id);
    detainer_answer_free(
        post(client, target, start, booking, "start", detainer_answer_header(hold, "ETag")));
    detainer_answer_free(hold);
    free(target);
    return id;
}

/* Nobody may hold the person any longer. They have left a moment ago, so that no time is sent. */
static struct detainer_answer *release(struct detainer *client, const char *path,
                                       const char *booking, struct detainer_answer *hold)
{
    struct detainer_body *body = detainer_body_new();
    char *target = text_of("%s/release", path);
    struct detainer_answer *released;

    detainer_body_add_text(body, "reason", "authority ended");
    released = post(client, target, body, booking, "release", detainer_answer_header(hold, "ETag"));
    detainer_answer_free(hold);
    free(target);
    return released;
}

static void keep(struct detainer *client, const char *booking, int64_t id, const char *cursor_file)
{
    char *path = text_of("/v1/holds/%" PRId64, id);
    struct detainer_answer *hold = get(client, path);
    const char *deadline = detainer_answer_text(hold, "/deadline_at"); /* none: declined */

    printf("hold %" PRId64 " is %s, deadline %s\n", id, text(hold, "/state"),
           deadline ? deadline : "none");
    while (strcmp(text(hold, "/state"), "held") == 0) {
        if (!follow(client, id, cursor_file))
            continue;
        detainer_answer_free(hold);
        hold = get(client, path);
    }
    if (strcmp(text(hold, "/state"), "expired") == 0)
        hold = release(client, path, booking, hold);
    printf("hold %" PRId64 " is %s\n", id, text(hold, "/state"));
    detainer_answer_free(hold);
    free(path);
}

int main(int argc, char *argv[])
{
    struct detainer *client;
    int r;

    if (argc != 5) {
        fputs("usage: records BOOKING FACILITY ELIGIBLE_AT CURSOR_FILE\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    r = detainer_open(getenv("DETAINERD_SOCKET"), "records-example/1", &client);
    if (r)
        fail("%s", strerror(-r));
    keep(client, argv[1], begin(client, argv[1], argv[2], argv[3]), argv[4]);
    detainer_close(client);
    return 0;
}
