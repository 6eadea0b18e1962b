/* SPDX-License-Identifier: ISC */

/* The books. Calendars and policies are read alike: one shelf each. */

#include "books.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX 1024 /* of one kind in one directory */

/* How books of one kind are read; a book is a calendar or a policy. */
struct kind {
    const char *suffix;
    int (*load)(struct mistakes *mistakes, void **book);
    const char *(*name)(const void *book);
    void (*free)(void *book);
};

static int load_calendar(struct mistakes *mistakes, void **book)
{
    return calendar_load(mistakes, (struct calendar **)book);
}

static const char *name_of_calendar(const void *book)
{
    return calendar_name(book);
}

static void free_calendar(void *book)
{
    calendar_free(book);
}

static int load_policy(struct mistakes *mistakes, void **book)
{
    return policy_load(mistakes, (struct policy **)book);
}

static const char *name_of_policy(const void *book)
{
    return policy_name(book);
}

static void free_policy(void *book)
{
    policy_free(book);
}

static const struct kind calendar_kind = {".ics", load_calendar, name_of_calendar, free_calendar};
static const struct kind policy_kind = {".policy", load_policy, name_of_policy, free_policy};

/* Where a book of that name stands, or would have to. */
static size_t place_of(const struct kind *kind, const struct shelf *shelf, const char *name,
                       bool *found)
{
    size_t low = 0, high = shelf->count;

    *found = false;
    while (low < high && !*found) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(kind->name(shelf->books[middle]), name);

        *found = order == 0;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return high;
}

/* Takes the book over where it returns 0. */
static int put_in(const struct kind *kind, struct shelf *shelf, void *book)
{
    bool found;
    size_t place = place_of(kind, shelf, kind->name(book), &found);
    void **more = reallocarray(shelf->books, shelf->count + 1, sizeof(*more));

    if (!more)
        return -ENOMEM;
    shelf->books = more;
    memmove(more + place + 1, more + place, (shelf->count - place) * sizeof(*more));
    more[place] = book;
    shelf->count++;
    return 0;
}

/* ---- directories ---- */

static bool has_suffix(const char *name, const char *suffix)
{
    size_t length = strlen(name), tail = strlen(suffix);

    return *name != '.' && length > tail && strcmp(name + length - tail, suffix) == 0;
}

static bool is_there(const struct kind *kind, const struct shelf *shelf, const char *file)
{
    _cleanup_(free_ptr) char *name = strndup(file, strlen(file) - strlen(kind->suffix));
    bool found = false;

    if (name)
        place_of(kind, shelf, name, &found);
    return found;
}

static int read_file(const struct kind *kind, struct shelf *shelf, const char *path, FILE *messages)
{
    struct mistakes mistakes = {.path = path, .messages = messages};
    void *book = NULL;
    int r = kind->load(&mistakes, &book);

    return r ? r : put_in(kind, shelf, book);
}

/* Reads on after a broken file, so that all mistakes are told at once. */
static int read_files(const struct kind *kind, struct shelf *shelf, const char *directory,
                      struct dirent *const *files, int n_files, FILE *messages)
{
    int result = 0;

    for (int i = 0; i < n_files && result != -ENOMEM; i++) {
        _cleanup_(free_ptr) char *path = NULL;
        int r = 0;

        if (!has_suffix(files[i]->d_name, kind->suffix) || is_there(kind, shelf, files[i]->d_name))
            continue;
        if (asprintf(&path, "%s/%s", directory, files[i]->d_name) < 0)
            return -ENOMEM;
        r = read_file(kind, shelf, path, messages);
        result = r ? r : result;
    }
    return result;
}

static int read_directory(const struct kind *kind, struct shelf *shelf, const char *directory,
                          FILE *messages)
{
    struct dirent **files = NULL;
    int n_files = scandir(directory, &files, NULL, alphasort);
    int r = 0;

    if (n_files < 0 && errno == ENOENT)
        return 0;
    if (n_files < 0 || n_files > FILES_MAX) {
        fprintf(messages, "%s: %s\n", directory,
                n_files >= 0 ? "more files than anybody can mean"
                : errno == EACCES
                    ? "Permission denied: the user that detainerd runs as must be able "
                      "to read it"
                    : strerror(errno));
        r = -EINVAL;
    }
    if (!r)
        r = read_files(kind, shelf, directory, files, n_files, messages);
    for (int i = 0; i < n_files; i++)
        free(files[i]);
    free(files);
    return r;
}

static int read_directories(const struct kind *kind, struct shelf *shelf, char *const directories[],
                            FILE *messages)
{
    int result = 0;

    for (; *directories && result != -ENOMEM; directories++) {
        int r = read_directory(kind, shelf, *directories, messages);

        result = r ? r : result;
    }
    return result;
}

/* ---- what is built in ---- */

/* Adds a book unless there is one of its name; takes it over in any case. */
static int add_built_in(const struct kind *kind, struct shelf *shelf, void *book)
{
    bool found;
    int r = 0;

    place_of(kind, shelf, kind->name(book), &found);
    if (!found)
        r = put_in(kind, shelf, book);
    if (found || r)
        kind->free(book);
    return r;
}

static int add_built_ins(struct books *books)
{
    struct calendar *calendar;
    struct policy *policy;
    int r = calendar_us_federal(&calendar);

    if (!r)
        r = add_built_in(&calendar_kind, &books->calendars, calendar);
    for (int decision = DECISION_HONOR; decision <= DECISION_REVIEW && !r; decision++) {
        r = policy_built_in((enum decision)decision, &policy);
        if (!r)
            r = add_built_in(&policy_kind, &books->policies, policy);
    }
    return r;
}

/* ---- the whole ---- */

int books_load(char *const calendar_directories[], char *const policy_directories[], FILE *messages,
               struct books **books)
{
    _cleanup_(books_free_ptr) struct books *loaded = calloc(1, sizeof(*loaded));
    int r, with_policies;

    if (!loaded)
        return -ENOMEM;
    r = read_directories(&calendar_kind, &loaded->calendars, calendar_directories, messages);
    with_policies = read_directories(&policy_kind, &loaded->policies, policy_directories, messages);
    r = r ? r : with_policies;
    if (!r)
        r = add_built_ins(loaded);
    if (r)
        return r;
    *books = loaded;
    loaded = NULL;
    return 0;
}

static void clear(const struct kind *kind, struct shelf *shelf)
{
    for (size_t i = 0; i < shelf->count; i++)
        kind->free(shelf->books[i]);
    free(shelf->books);
}

void books_free(struct books *books)
{
    clear(&calendar_kind, &books->calendars);
    clear(&policy_kind, &books->policies);
    free(books);
}

static const void *find(const struct kind *kind, const struct shelf *shelf, const char *name)
{
    bool found;
    size_t place = place_of(kind, shelf, name, &found);

    return found ? shelf->books[place] : NULL;
}

const struct calendar *books_calendar(const struct books *books, const char *name)
{
    return find(&calendar_kind, &books->calendars, name);
}

const struct policy *books_policy(const struct books *books, const char *name)
{
    return find(&policy_kind, &books->policies, name);
}
