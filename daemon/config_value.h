/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Between the blocks of the configuration file (config.c), the meaning of their settings
 * (config_value.c), and what is made of both in the end (config_law.c).
 */

#include <sys/un.h>

#include "conf.h"
#include "config.h"

/* The name of a rule, a policy or a calendar, which may be described further down, or elsewhere. */
struct config_word {
    char text[64]; /* "" where not given */
    int line;
};

/* "weekends", which is no calendar but stands among them. */
#define CONFIG_WEEKENDS       "weekends"
#define CONFIG_EXCLUSIONS_MAX (RULE_CALENDARS_MAX + 1)

struct rule_draft {
    struct rule rule;
    int line;
    size_t n_exclusions;
    struct config_word exclusions[CONFIG_EXCLUSIONS_MAX];
};

struct facility_draft {
    struct facility facility;
    struct config_word rule, policy;
};

#define CONFIG_DIRECTORIES_MAX 8

/* Where books are looked for. */
struct config_path {
    size_t count;
    char *directories[CONFIG_DIRECTORIES_MAX + 1]; /* ended by NULL */
};

/* The context of the block of a role. */
struct role_draft {
    struct access *access;
    enum role role;
    size_t n_before; /* entries that others have */
};

/* The context of the block of another socket. */
struct listen_draft {
    struct config *config;
    unsigned ceiling;
    int line;
};

#define CONFIG_SOCKET_PATH_MAX (sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1)

/* The context of the file itself; that of a block is its draft. */
struct loading {
    struct config *config;
    struct role_draft role;
    struct listen_draft listen;
    struct facility general; /* has the warnings of the facilities without their own */
    struct config_path calendars, policies;
    size_t n_rules;
    struct rule_draft *rules;
    size_t n_facilities;
    struct facility_draft *facilities;
    struct access access;
};

#define CONFIG_SETTINGS          10
#define CONFIG_RULE_SETTINGS     3
#define CONFIG_FACILITY_SETTINGS 6
#define CONFIG_ROLE_SETTINGS     2
#define CONFIG_LISTEN_SETTINGS   1

extern const struct conf_setting config_settings[CONFIG_SETTINGS];
extern const struct conf_setting config_rule_settings[CONFIG_RULE_SETTINGS];
extern const struct conf_setting config_facility_settings[CONFIG_FACILITY_SETTINGS];
extern const struct conf_setting config_role_settings[CONFIG_ROLE_SETTINGS]; /* config_role.c */

/* The block of a role. */
int config_role_begin(const struct conf_place *place, void *outer, void **context);
int config_role_end(const struct conf_place *place, void *context);

/* The block of another socket (config_listen.c), and a look at all of them in the end. */
extern const struct conf_setting config_listen_settings[CONFIG_LISTEN_SETTINGS];
int config_listen_begin(const struct conf_place *place, void *outer, void **context);
int config_listen_end(const struct conf_place *place, void *context);
void config_listen_check(const struct config *config, struct mistakes *mistakes, int line);

/* Adds a directory. Returns 0, -ENOMEM, or 1 where there are too many. */
int config_path_add(struct config_path *path, const char *directory);
void config_path_clear(struct config_path *path);

/*
 * Makes the law out of the drafts, and the books that it names, unless there are mistakes already.
 * Returns 0, perhaps after mistakes;
 * -EINVAL after those of the books; or -ENOMEM.
 */
int config_law_make(struct loading *loading, struct mistakes *mistakes);
