/* SPDX-License-Identifier: ISC */

/*
 * Metrics: one row for each family, in the order in which they are told. What is counted somewhere
 * in the view, or among the server's totals, needs a row to be told; a refusal of a new kind needs
 * none.
 *
 * Nothing here says whom a hold is about: who watches over machines need not know who is in jail.
 */

#include "metrics.h"

#include <stdatomic.h>

#include "macro.h"

/* For families with a sample for each value of an enumeration. */
struct label {
    const char *name;
    int first, end; /* the values, `end` not included */
    const char *(*text)(int value);
};

struct metric {
    struct family family;
    int64_t (*read)(const struct scrape *scrape, size_t offset); /* NULL for a histogram */
    size_t offset;             /* of what is read, in the view or in the totals */
    const struct label *label; /* NULL where there is one sample */
};

/* ---- labels ---- */

static const char *version_text(int value)
{
    (void)value;
    return PACKAGE_VERSION;
}

static const char *state_text(int state)
{
    return hold_state_names.values[state];
}

static const char *kind_text(int kind)
{
    return problem_name((enum problem_kind)kind);
}

static const char *class_text(int class)
{
    static const char *const texts[] = {"", "1xx", "2xx", "3xx", "4xx", "5xx"};

    return texts[class];
}

/* As the configuration calls them. */
static const char *limit_text(int limit)
{
    static const char *const texts[] = {
        [LIMIT_CONNECTIONS] = "max_connections",
        [LIMIT_CONNECTIONS_OF_USER] = "max_connections_per_user",
        [LIMIT_USERS] = "users",
    };

    return texts[limit];
}

static const struct label by_version = {"version", 0, 1, version_text};
static const struct label by_state = {"state", HOLD_PENDING, HOLD_STATES, state_text};
static const struct label by_kind = {"kind", PROBLEM_NONE + 1, PROBLEM_KINDS, kind_text};
static const struct label by_class = {"class", 2, 6, class_text};
static const struct label by_limit = {"limit", 0, LIMITS, limit_text};

/* ---- reading ---- */

static int64_t of_view(const struct scrape *scrape, size_t offset)
{
    return atomic_load((const _Atomic int64_t *)((const char *)scrape->view + offset));
}

static int64_t flag_of_view(const struct scrape *scrape, size_t offset)
{
    return atomic_load((const _Atomic bool *)((const char *)scrape->view + offset));
}

static int64_t of_totals(const struct scrape *scrape, size_t offset)
{
    return *(const int64_t *)((const char *)&scrape->totals + offset);
}

static int64_t one(const struct scrape *scrape, size_t offset)
{
    (void)scrape;
    (void)offset;
    return 1;
}

static int64_t now(const struct scrape *scrape, size_t offset)
{
    (void)offset;
    return scrape->now;
}

/* A deadline that has passed counts from that moment, even where its expiry is not recorded yet. */
static int64_t longest_overdue(const struct scrape *scrape, size_t offset)
{
    instant since = instant_earlier(atomic_load(&scrape->view->overdue_since),
                                    atomic_load(&scrape->view->next_deadline));

    (void)offset;
    return since != INSTANT_NONE && since < scrape->now ? scrape->now - since : 0;
}

/* ---- the table ---- */

/* What a family is, what it is called, and what it tells. Times are microseconds inside. */
#define COUNTER(name, help)                                                                        \
    {                                                                                              \
        FAMILY_COUNTER, name, help, false                                                          \
    }
#define GAUGE(name, help)                                                                          \
    {                                                                                              \
        FAMILY_GAUGE, name, help, false                                                            \
    }
#define TIME(name, help)                                                                           \
    {                                                                                              \
        FAMILY_GAUGE, name "_seconds", help, true                                                  \
    }
#define SIZES(name, help)                                                                          \
    {                                                                                              \
        FAMILY_HISTOGRAM, name, help, false                                                        \
    }
#define TIMES(name, help)                                                                          \
    {                                                                                              \
        FAMILY_HISTOGRAM, name "_seconds", help, true                                              \
    }
#define INFO(name, help)                                                                           \
    {                                                                                              \
        FAMILY_INFO, name, help, false                                                             \
    }

/* Where its value stands. */
#define VIEW(member)      of_view, offsetof(struct view, member)
#define FLAG(member)      flag_of_view, offsetof(struct view, member)
#define HISTOGRAM(member) NULL, offsetof(struct view, member)
#define TOTAL(member)     of_totals, offsetof(struct server_totals, member)

/* clang-format off */
static const struct metric metrics[] = {
    {INFO("build", "The version that runs."), one, 0, &by_version},
    {TIME("start_timestamp", "When the daemon was started, since the epoch."), VIEW(started_at)},

    {GAUGE("holds", "Holds by state."), VIEW(counts), &by_state},
    {GAUGE("overdue_holds", "Holds whose authority has ended while the person is inside."),
     VIEW(counts[HOLD_EXPIRED])},
    {TIME("overdue_longest", "How long the longest of these has been without authority."),
     longest_overdue},
    {TIME("next_deadline_timestamp",
          "When the next held hold expires, since the epoch; absent where nobody is held."),
     VIEW(next_deadline)},
    {TIME("next_timer_timestamp",
          "When the next timer is due, since the epoch; absent where none waits."),
     VIEW(next_due)},
    {COUNTER("events", "Events in the history: the newest sequence number."), VIEW(committed_seq)},
    {COUNTER("events_announced", "Events that the journal was told of: a sequence number."),
     VIEW(announced_seq)},

    {COUNTER("commands", "Commands recorded since the start."), VIEW(commands)},
    {COUNTER("commands_refused", "Commands the ledger refused since the start, by kind."),
     VIEW(refused), &by_kind},
    {COUNTER("commands_replayed",
             "Commands that had come before, by their Idempotency-Key, since the start."),
     VIEW(replayed)},
    {GAUGE("queued_commands", "Commands that wait for the ledger and its commit."), VIEW(queued)},
    {SIZES("commit_commands", "Commands that shared one commit."), HISTOGRAM(commit_size)},
    {TIMES("commit_duration", "How long commits took."), HISTOGRAM(commit_us)},
    {COUNTER("timers_fired", "Timers fired since the start."), VIEW(timers_fired)},
    {TIMES("expiry_lateness", "From deadlines to the moments that their expiries were recorded."),
     HISTOGRAM(expiry_late_us)},
    {TIME("expiry_lateness_max", "Worst lateness of an expiry that fell due while running."),
     VIEW(max_late_us)},
    {COUNTER("checkpoints", "Checkpoints of the write-ahead log since the start."),
     VIEW(checkpoints)},
    {GAUGE("wal_pages", "Pages in the write-ahead log."), VIEW(wal_pages)},

    {GAUGE("storage_failed", "1 once the database failed."), FLAG(failed)},
    {GAUGE("clock_synchronised", "1 while the kernel holds the clock for synchronised."),
     FLAG(synchronised)},
    {GAUGE("clock_behind_history", "1 while the clock is behind the newest event."), FLAG(behind)},
    {TIME("clock_timestamp", "What the clock says, since the epoch."), now},
    {COUNTER("clock_steps", "How often the clock was set, or the machine slept, since the start."),
     VIEW(clock_steps)},

    {COUNTER("http_answers", "Answers since the start, by class of status."),
     TOTAL(answers), &by_class},
    {COUNTER("http_problems", "Requests refused since the start, by kind."),
     TOTAL(problems), &by_kind},
    {GAUGE("http_connections", "Open connections."), TOTAL(connections)},
    {GAUGE("http_connections_limit", "Connections that there may be."), TOTAL(max_connections)},
    {COUNTER("http_connections_refused", "Connections refused because there were too many."),
     TOTAL(refused), &by_limit},
    {COUNTER("http_connections_cut",
             "Connections closed because the client was too slow, or sent too much."), TOTAL(cut)},
    {GAUGE("http_long_polls", "Requests that wait for the next event."), TOTAL(polls)},
};
/* clang-format on */

/* ---- telling ---- */

/* Arrays have a number for each value of their label, from 0 on. An instant that is none is not
 * told. */
static void add_samples(struct exposition *exposition, const struct metric *metric,
                        const struct scrape *scrape)
{
    static const struct label single = {NULL, 0, 1, NULL};
    const struct label *label = metric->label ? metric->label : &single;

    for (int i = label->first; i < label->end; i++) {
        int64_t value = metric->read(scrape, metric->offset + (size_t)i * sizeof(value));

        if (value != INSTANT_NONE)
            exposition_sample(exposition, &metric->family, label->name,
                              label->text ? label->text(i) : NULL, value);
    }
}

static void add_metric(struct exposition *exposition, const struct metric *metric,
                       const struct scrape *scrape)
{
    exposition_family(exposition, &metric->family);
    if (metric->read)
        add_samples(exposition, metric, scrape);
    else
        exposition_histogram(exposition, &metric->family,
                             (const void *)((const char *)scrape->view + metric->offset));
}

void metrics_write(struct exposition *exposition, const struct scrape *scrape)
{
    for (size_t i = 0; i < ARRAY_SIZE(metrics); i++)
        add_metric(exposition, &metrics[i], scrape);
    exposition_end(exposition);
}
