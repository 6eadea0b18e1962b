/* SPDX-License-Identifier: ISC */

/* Books: directories of calendars and policies, which comes first, and what is wrong in them. */

#include "books.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

/* Two directories, and what was said of the files in them with their paths taken off. */
struct library {
    char first[64], second[64];
    char *messages;
    struct books *books;
};

static void library_open(struct library *library)
{
    *library = (struct library){.first = "/tmp/books-XXXXXX", .second = "/tmp/books-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(library->first));
    ck_assert_ptr_nonnull(mkdtemp(library->second));
}

static void library_close(struct library *library)
{
    char command[200];

    if (library->books)
        books_free(library->books);
    free(library->messages);
    snprintf(command, sizeof(command), "rm -r %s %s", library->first, library->second);
    ck_assert_int_eq(system(command), 0);
}

static void put(const char *directory, const char *name, const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void put_calendar(const char *directory, const char *name, const char *summary)
{
    char text[512];

    snprintf(text, sizeof(text),
             "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\nBEGIN:VEVENT\nUID:1\n"
             "DTSTART;VALUE=DATE:19700102\nSUMMARY:%s\nEND:VEVENT\nEND:VCALENDAR\n",
             summary);
    put(directory, name, text);
}

static void put_policy(const char *directory, const char *name, const char *title)
{
    char text[256];

    snprintf(text, sizeof(text),
             "title = \"%s\"\nversion v { rule r { decide = honor reason = x } }\n", title);
    put(directory, name, text);
}

static int load(struct library *library)
{
    char nowhere[] = "/nonexistent/directory";
    char *const directories[] = {library->first, nowhere, library->second, NULL};
    size_t size;
    FILE *messages = open_memstream(&library->messages, &size);
    int r = books_load(directories, directories, messages, &library->books);

    fclose(messages);
    return r;
}

START_TEST(there_is_always_something_to_fall_back_on)
{
    static const char *const policies[] = {"always-decline", "always-honor", "always-review"};
    struct library library;

    library_open(&library);
    ck_assert_int_eq(load(&library), 0);
    ck_assert_uint_eq(library.books->calendars.count, 1);
    ck_assert_str_eq(calendar_name(library.books->calendars.books[0]), "us-federal");
    ck_assert_uint_eq(library.books->policies.count, ARRAY_SIZE(policies));
    for (size_t i = 0; i < ARRAY_SIZE(policies); i++)
        ck_assert_str_eq(policy_name(library.books->policies.books[i]), policies[i]);
    ck_assert_ptr_null(books_calendar(library.books, "none"));
    ck_assert_ptr_null(books_policy(library.books, "us-federal"));
    library_close(&library);
}
END_TEST

START_TEST(the_earlier_directory_wins)
{
    struct library library;

    library_open(&library);
    put_calendar(library.first, "county.ics", "Ours");
    put_calendar(library.second, "county.ics", "Theirs");
    put_calendar(library.second, "state.ics", "State");
    put_calendar(library.second, "us-federal.ics", "Not what Congress says");
    put_policy(library.first, "b.policy", "Ours");
    put_policy(library.second, "b.policy", "Theirs");
    put_policy(library.second, "a.policy", "A");
    put_policy(library.first, "always-honor.policy", "Own");
    ck_assert_int_eq(load(&library), 0);
    ck_assert_str_eq(library.messages, "");
    ck_assert_uint_eq(library.books->calendars.count, 3);
    ck_assert_str_eq(calendar_holiday(books_calendar(library.books, "county"), 1), "Ours");
    ck_assert_str_eq(calendar_holiday(books_calendar(library.books, "state"), 1), "State");
    ck_assert_str_eq(calendar_holiday(books_calendar(library.books, "us-federal"), 1),
                     "Not what Congress says");
    ck_assert_uint_eq(library.books->policies.count, 5);
    for (size_t i = 1; i < library.books->policies.count; i++)
        ck_assert_int_lt(strcmp(policy_name(library.books->policies.books[i - 1]),
                                policy_name(library.books->policies.books[i])),
                         0);
    ck_assert_str_eq(policy_title(books_policy(library.books, "b")), "Ours");
    ck_assert_str_eq(policy_title(books_policy(library.books, "always-honor")), "Own");
    library_close(&library);
}
END_TEST

START_TEST(other_files_are_left_alone)
{
    struct library library;

    library_open(&library);
    put(library.first, "README", "nothing");
    put(library.first, ".hidden.policy", "nothing");
    put(library.first, "backup.policy~", "nothing");
    put(library.first, ".ics", "nothing");
    ck_assert_int_eq(load(&library), 0);
    ck_assert_str_eq(library.messages, "");
    library_close(&library);
}
END_TEST

START_TEST(all_mistakes_of_all_files_are_told)
{
    struct library library;
    char expected[400];

    library_open(&library);
    put(library.first, "a.ics", "BEGIN:VCARD\n");
    put_policy(library.first, "good.policy", "Good");
    put(library.second, "z.policy", "title = t\nversion v {\n}\n");
    put_policy(library.second, "Bad Name.policy", "Bad");
    ck_assert_int_eq(load(&library), -EINVAL);
    ck_assert_ptr_null(library.books);
    snprintf(expected, sizeof(expected), "%s/a.ics:1: ", library.first);
    ck_assert_msg(strncmp(library.messages, expected, strlen(expected)) == 0, "%s",
                  library.messages);
    ck_assert_ptr_nonnull(strstr(library.messages, "z.policy:2: "));
    ck_assert_ptr_nonnull(strstr(library.messages, "Bad Name.policy: "));
    library_close(&library);
}
END_TEST

START_TEST(a_directory_that_cannot_be_read_is_a_mistake)
{
    struct library library;
    char expected[128];

    library_open(&library);
    put(library.first, "file", "");
    snprintf(expected, sizeof(expected), "%s/file: Not a directory\n", library.first);
    strcat(library.first, "/file");
    ck_assert_int_eq(load(&library), -EINVAL);
    *strrchr(library.first, '/') = '\0';
    ck_assert_msg(strncmp(library.messages, expected, strlen(expected)) == 0, "%s",
                  library.messages);
    library_close(&library);
}
END_TEST

/* One such stopped the whole daemon: it waited for somebody to write. */
START_TEST(a_pipe_is_a_mistake_and_nobody_waits_for_it)
{
    struct library library;
    char path[128];

    library_open(&library);
    snprintf(path, sizeof(path), "%s/pipe.%s", library.first, _i ? "policy" : "ics");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(load(&library), -EINVAL);
    ck_assert_ptr_nonnull(strstr(library.messages, ": is not a regular file\n"));
    library_close(&library);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = there_is_always_something_to_fall_back_on},
        {.test = the_earlier_directory_wins},
        {.test = other_files_are_left_alone},
        {.test = all_mistakes_of_all_files_are_told},
        {.test = a_directory_that_cannot_be_read_is_a_mistake},
        {a_pipe_is_a_mistake_and_nobody_waits_for_it, 2},
    };

    return unit_run("books", tests, ARRAY_SIZE(tests));
}
