/* SPDX-License-Identifier: ISC */

/* Something on a Unix socket that answers what the test says. */

#include "fake_daemon.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit.h"

/* Whether the text is a whole request. Those of these tests have bodies that end in "}". */
static bool is_whole(const char *text, size_t size)
{
    const char *end = strstr(text, "\r\n\r\n");

    if (!end)
        return false;
    return !strstr(text, "Content-Length: ") || strstr(text, "Content-Length: 0\r\n") ||
           text[size - 1] == '}';
}

static void read_request(struct fake_daemon *fake, int fd)
{
    char *text = fake->requests[fake->n_requests++];
    size_t size = 0;

    while (!is_whole(text, size)) {
        ssize_t n = read(fd, text + size, sizeof(fake->requests[0]) - 1 - size);

        if (n <= 0)
            return;
        size += (size_t)n;
        text[size] = '\0';
    }
}

/* A client that has left takes no answer, which is its own business. */
static void answer(struct fake_daemon *fake, int fd, const char *text)
{
    if (text == FAKE_SILENT) {
        fake->silent_fd = fd;
        return;
    }
    send(fd, text, strlen(text), MSG_NOSIGNAL);
    close(fd);
}

static void *serve(void *arg)
{
    struct fake_daemon *fake = arg;

    for (size_t i = 0; i < fake->n_answers; i++) {
        int fd = accept(fake->listen_fd, NULL, NULL);

        if (fd < 0)
            break;
        read_request(fake, fd);
        if (fake->wake_fd >= 0)
            eventfd_write(fake->wake_fd, 1);
        answer(fake, fd, fake->answers[i]);
    }
    return NULL;
}

void fake_daemon_start(struct fake_daemon *fake, const char *const *answers, size_t n_answers)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    ck_assert_uint_le(n_answers, FAKE_REQUESTS_MAX);
    *fake = (struct fake_daemon){
        .directory = "/tmp/fake-XXXXXX",
        .answers = answers,
        .n_answers = n_answers,
        .wake_fd = fake->wake_fd,
        .silent_fd = -1,
    };
    ck_assert_ptr_nonnull(mkdtemp(fake->directory));
    snprintf(fake->path, sizeof(fake->path), "%s/socket", fake->directory);
    strcpy(address.sun_path, fake->path);
    fake->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fake->listen_fd, 0);
    ck_assert_int_eq(bind(fake->listen_fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(fake->listen_fd, 8), 0);
    ck_assert_int_eq(pthread_create(&fake->thread, NULL, serve, fake), 0);
}

void fake_daemon_stop(struct fake_daemon *fake)
{
    shutdown(fake->listen_fd, SHUT_RDWR);
    pthread_join(fake->thread, NULL);
    close(fake->listen_fd);
    if (fake->silent_fd >= 0)
        close(fake->silent_fd);
    unlink(fake->path);
    rmdir(fake->directory);
}
