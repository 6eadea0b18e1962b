/* SPDX-License-Identifier: ISC */

/*
 * detainerd: the order in which the parts are started and stopped, and the exit code.
 *
 * Started from the disk outwards (ledger, writer, herald, server), so that everything that fell due
 * while the daemon was down has been recorded before anybody can ask; stopped in reverse, so that
 * every answer that was promised is given.
 */

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "config.h"
#include "herald.h"
#include "journal.h"
#include "listener.h"
#include "log.h"
#include "server.h"
#include "service.h"
#include "writer.h"

#define EXIT_USAGE 2

enum { PULSE_LEDGER, PULSE_HERALD, PULSE_WORKERS }; /* then one for each worker */

struct options {
    const char *config;
    bool check_config;
};

struct daemon {
    struct config *config;
    struct clock clock;
    struct view view;
    struct in_force in_force;
    struct reload reload;
    struct quota *quota;
    struct listener *listener;
    struct ledger *ledger;
    struct writer *writer;
    struct herald *herald;
    struct server *server;
    struct pulse *pulses;
};

/* ---- arguments ---- */

static const char usage[] =
    "Usage: detainerd [OPTION]...\n"
    "Keeps the clock of every immigration detainer a jail holds, so that nobody is held past it.\n"
    "\n"
    "  -c, --config=FILE   read FILE instead of " DETAINERD_CONF "\n"
    "      --check-config  say whether the configuration is right, and exit\n"
    "      --help          print this and exit\n"
    "      --version       print the version and exit\n"
    "\n"
    "Runs in the foreground until SIGTERM; see detainerd(8). Talk to it with detainerctl(1).\n";

enum { OPTION_CHECK = 256, OPTION_HELP, OPTION_VERSION };

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check-config", no_argument, NULL, OPTION_CHECK},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

/* Returns -1 to go on, or the exit code. */
static int parse_arguments(int argc, char **argv, struct options *options)
{
    int option;

    while ((option = getopt_long(argc, argv, "c:", long_options, NULL)) != -1) {
        switch (option) {
        case 'c':
            options->config = optarg;
            break;
        case OPTION_CHECK:
            options->check_config = true;
            break;
        case OPTION_HELP:
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        case OPTION_VERSION:
            puts("detainerd " PACKAGE_VERSION);
            return EXIT_SUCCESS;
        default:
            fputs("Try 'detainerd --help'.\n", stderr);
            return EXIT_USAGE;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "detainerd: unexpected argument '%s'\nTry 'detainerd --help'.\n",
                argv[optind]);
        return EXIT_USAGE;
    }
    return -1;
}

/* ---- start and stop ---- */

/* As many descriptors as we may have: connections are bounded by the configuration, not by a
 * default. */
static void raise_descriptor_limit(const struct config *config)
{
    rlim_t wanted = config->max_connections + 64 + 16 * config->http_threads;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted)
        log_line(LOG_WARNING,
                 "only %ju open files are allowed, %ju are wanted for max_connections = %zu: raise "
                 "LimitNOFILE= or lower max_connections",
                 (uintmax_t)limit.rlim_cur, (uintmax_t)wanted, config->max_connections);
}

static void set_up_process(const struct config *config)
{
    umask(0077);
    service_block_signals();
    signal(SIGPIPE, SIG_IGN); /* clients go away */
    signal(SIGXFSZ, SIG_IGN); /* a file size limit is an error of write(2) like any other */
    json_object_seed(0);      /* before there are threads */
    raise_descriptor_limit(config);
}

static int start_storage(struct daemon *daemon)
{
    int r = ledger_open(daemon->config->database, NULL, &daemon->in_force, &daemon->clock,
                        &daemon->view, &daemon->ledger);

    if (r == -EIO || r == -ENOSPC || r == -EUCLEAN) /* other errors are for people to mend */
        atomic_store(&daemon->view.failed, true);
    return r ? r : ledger_catch_up(daemon->ledger);
}

static int start_threads(struct daemon *daemon)
{
    const struct config *config = daemon->config;
    struct server_options options = {
        .listener = daemon->listener,
        .config = config,
        .quota = daemon->quota,
        .in_force = &daemon->in_force,
        .reload = &daemon->reload,
        .view = &daemon->view,
        .clock = &daemon->clock,
        .database = config->database,
        .pulses = &daemon->pulses[PULSE_WORKERS],
    };
    int r;

    r = writer_start(daemon->ledger, &daemon->clock, &daemon->view, &daemon->pulses[PULSE_LEDGER],
                     &daemon->writer);
    if (!r)
        r = herald_start(config->database, &daemon->in_force, &daemon->view,
                         &daemon->pulses[PULSE_HERALD], &daemon->herald);
    options.writer = daemon->reload.writer = daemon->writer;
    if (!r)
        r = server_start(&options, &daemon->server);
    return r;
}

/* In reverse, whatever has been started. Returns what storage failed with, or 0. */
static int stop(struct daemon *daemon)
{
    int r = 0;

    reload_stop(&daemon->reload); /* its answers are among those that are still given */
    if (daemon->server)
        server_stop(daemon->server);
    if (daemon->writer)
        r = writer_stop(daemon->writer);
    if (daemon->server)
        server_free(daemon->server); /* the writer had answers to give until now */
    if (daemon->herald)
        herald_stop(daemon->herald);
    if (daemon->ledger) {
        if (daemon->herald && !atomic_load(&daemon->view.failed))
            r = ledger_turn(daemon->ledger, NULL); /* how far the herald came */
        ledger_free(daemon->ledger);
    }
    if (daemon->quota)
        quota_free(daemon->quota);
    if (daemon->listener)
        listener_free(daemon->listener);
    return atomic_load(&daemon->view.failed) ? -EIO : r;
}

static int serve(struct daemon *daemon)
{
    struct service service = {
        .clock = &daemon->clock,
        .view = &daemon->view,
        .reload = &daemon->reload,
        .pulses = daemon->pulses,
        .n_pulses = PULSE_WORKERS + daemon->config->http_threads,
    };
    int r, stopped;

    r = start_storage(daemon); /* first, because its lock says that we are the only one */
    if (!r)
        r = listener_open(daemon->config->sockets, daemon->config->n_sockets, &daemon->listener);
    if (!r)
        r = quota_new(&daemon->config->quota_limits, &daemon->quota);
    if (!r)
        r = start_threads(daemon);
    if (!r) {
        reload_log(daemon->config->law, &daemon->clock);
        r = service_run(&service);
    }
    stopped = stop(daemon);
    return r ? r : stopped;
}

static int run(struct config *config, const char *path)
{
    struct daemon daemon = {.config = config, .clock = CLOCK_REAL};
    int r;

    set_up_process(config);
    daemon.pulses = calloc(PULSE_WORKERS + config->http_threads, sizeof(*daemon.pulses));
    if (!daemon.pulses)
        return EXIT_FAILURE;
    in_force_init(&daemon.in_force, config->law);
    r = reload_init(&daemon.reload, path, config, &daemon.clock);
    if (!r)
        r = serve(&daemon);
    reload_destroy(&daemon.reload);
    in_force_destroy(&daemon.in_force);
    free(daemon.pulses);
    if (r && atomic_load(&daemon.view.failed)) {
        log_event(LOG_CRIT, JOURNAL_STORAGE_FAILED, NULL, 0,
                  "the database failed: detainerd stops, so that nothing is acknowledged that is "
                  "not on disk; no deadline is watched until it runs again");
        return EX_IOERR;
    }
    return r ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    _cleanup_(config_free_ptr) struct config *config = NULL;
    struct options options = {.config = DETAINERD_CONF};
    int exit_code = parse_arguments(argc, argv, &options);

    if (exit_code >= 0)
        return exit_code;
    /* Its counter is a lock that all threads share; before anybody uses SQLite, as policies do. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (config_load(options.config, stderr, &config) < 0)
        return EX_CONFIG;
    if (options.check_config) {
        printf("%s: ok, %zu facilities\n", options.config, config->law->n_facilities);
        return EXIT_SUCCESS;
    }
    return run(config, options.config);
}
