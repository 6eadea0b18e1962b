/* SPDX-License-Identifier: ISC */

/*
 * detainerctl: detainerd from the command line, for people at a terminal and for scripts.
 *
 * It holds no rule of its own about detainers. What the daemon says is what is true; this program
 * puts it into words, and its refusals into exit codes.
 */

#include <errno.h>
#include <string.h>
#include <time.h>

#include "arguments.h"
#include "complete.h"
#include "exits.h"
#include "help.h"
#include "session.h"

static instant wall_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * US_PER_S + now.tv_nsec / 1000;
}

static const char *default_socket(void)
{
    const char *socket = getenv("DETAINERD_SOCKET");

    return socket && *socket ? socket : DETAINER_SOCKET;
}

static int run(const struct arguments *arguments)
{
    struct session session = {
        .socket = arguments->socket ? arguments->socket : default_socket(),
        .json = arguments->json,
    };
    int r;

    if (arguments->verb->alone)
        return arguments->verb->run(&session, arguments);
    r = session_open(&session);
    if (r)
        return session_report_failure(&session, r, false);
    r = arguments->verb->run(&session, arguments);
    session_close(&session);
    return r;
}

static int dispatch(const struct arguments *arguments)
{
    if (arguments->version)
        puts("detainerctl " PACKAGE_VERSION);
    else if (arguments->help && arguments->verb)
        help_verb(stdout, arguments->verb);
    else if (arguments->help && arguments->group)
        help_group(stdout, arguments->group);
    else if (arguments->help)
        help_overview(stdout);
    else
        return run(arguments);
    return EXIT_DONE;
}

int main(int argc, char *argv[])
{
    struct arguments arguments;
    int r;

    if (argc > 1 && strcmp(argv[1], "--complete") == 0)
        return complete(argv + 2, default_socket());
    r = arguments_parse(&arguments, argv, wall_clock());
    if (!r)
        r = dispatch(&arguments);
    /* Output that was lost is no success: a full disk, a closed pipe. */
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "detainerctl: cannot write: %s\n", strerror(errno));
        return EXIT_UNREACHABLE;
    }
    return r;
}
