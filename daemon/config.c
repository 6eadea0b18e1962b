/* SPDX-License-Identifier: ISC */

/*
 * The configuration file by libconfuse.
 *
 * libconfuse knows the grammar; what the values mean is known here, in callbacks, because only
 * while it parses does it know the line. They never stop it: all mistakes of a file are reported at
 * once, as far as it can be parsed. libconfuse hands its callbacks nothing of ours, so what they
 * need hangs on an option that no file can set; and as it tells when a block ends but not when it
 * begins, another option is a function that every block calls by default.
 */

#include "config.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "config_value.h"
#include "nearest.h"

#define SOCKET_DEFAULT          "/run/detainerd/detainerd.sock"
#define DATABASE_DEFAULT        "/var/lib/detainerd/detainerd.db"
#define HTTP_THREADS_DEFAULT    2
#define MAX_CONNECTIONS_DEFAULT 4096
#define IDLE_TIMEOUT_DEFAULT_US US_PER_MIN

/* The options of ours; a blank begins no name that somebody means. */
#define LOADING " loading"
#define BEGIN   " begin"

static struct loading *loading_of(cfg_t *block)
{
    return cfg_getptr(block, LOADING);
}

/* ---- settings ---- */

/* The line is kept as what libconfuse calls a comment; of a list, that of the first element. */
static void note_line(const struct given *given)
{
    const char *earlier = cfg_opt_getcomment(given->option);
    char line[16];

    if (given->option->nvalues > 1)
        return;
    if (earlier) {
        mistakes_add(&given->loading->mistakes, given->block->line,
                     "%s is set twice: first in line %s", given->option->name, earlier);
        return;
    }
    snprintf(line, sizeof(line), "%d", given->block->line);
    cfg_opt_setcomment(given->option, line);
}

/* libconfuse's callback for every value. It is left nothing to keep. */
static int read_value(cfg_t *block, cfg_opt_t *option, const char *value, void *result)
{
    struct given given = {loading_of(block), block, option, value};

    *(void **)result = NULL;
    /* libconfuse would also take "facility|name" for a facility's name, in any place. */
    if (option < block->opts || option >= block->opts + cfg_num(block)) {
        config_value_refuse(&given, "is set from outside: write it inside the facility's block");
        return 0;
    }
    note_line(&given);
    if (!given.loading->out_of_memory)
        config_value_read(&given);
    return given.loading->out_of_memory ? -1 : 0;
}

/* ---- facilities ---- */

static bool is_id(const char *id)
{
    size_t length = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    return length >= 1 && length < FACILITY_ID_SIZE && !id[length];
}

static struct facility *add_facility(struct config *config)
{
    struct facility *more =
        reallocarray(config->facilities, config->n_facilities + 1, sizeof(*more));

    if (!more)
        return NULL;
    config->facilities = more;
    more += config->n_facilities++;
    facility_default(more);
    more->n_warnings = 0;
    return more;
}

/* libconfuse's callback where a block begins, as the default call of the function BEGIN. */
static int begin_facility(cfg_t *block, cfg_opt_t *option, int argc, const char **argv)
{
    struct loading *loading = loading_of(block);
    const char *id = cfg_title(block);
    bool is_new = !config_facility(loading->config, id);

    (void)option, (void)argc, (void)argv;
    if (!is_id(id))
        mistakes_add(&loading->mistakes, block->line,
                     "facility \"%s\": an id has 1 to %d letters, digits, - or _", id,
                     FACILITY_ID_SIZE - 1);
    else if (!is_new)
        mistakes_add(&loading->mistakes, block->line,
                     "facility \"%s\" is described a second time: give each its own id", id);
    loading->block = block;
    loading->block_line = block->line;
    loading->facility = add_facility(loading->config);
    loading->out_of_memory = !loading->facility;
    if (loading->facility && is_id(id))
        strcpy(loading->facility->id, id);
    return 0; /* libconfuse ends the process where a default fails */
}

static void require(struct loading *loading, const char *setting, const char *example)
{
    if (cfg_size(loading->block, setting) == 0)
        mistakes_add(&loading->mistakes, loading->block_line,
                     "facility \"%s\" has no %s: add one such as %s = \"%s\"",
                     cfg_title(loading->block), setting, setting, example);
}

/* libconfuse's callback where a block ends. */
static int end_facility(cfg_t *root, cfg_opt_t *option)
{
    struct loading *loading = loading_of(root);
    struct facility *facility = loading->facility;

    (void)option;
    if (loading->out_of_memory)
        return -1;
    require(loading, "zone", "America/Los_Angeles");
    require(loading, "policy", "always-review");
    if (!*facility->name)
        strcpy(facility->name, facility->id);
    loading->facility = NULL;
    loading->block = NULL;
    return 0;
}

/* ---- libconfuse's complaints ---- */

static bool is_setting(const cfg_opt_t *option)
{
    return option->parsecb || option->type == CFGT_SEC;
}

static void refuse_unknown(struct loading *loading, cfg_t *block, const char *name)
{
    struct nearest nearest = nearest_to(name);
    char known[256] = "";
    size_t used = 0;

    for (unsigned int i = 0; i < cfg_num(block); i++) {
        const cfg_opt_t *option = cfg_getnopt(block, i);

        if (!is_setting(option))
            continue;
        nearest_consider(&nearest, option->name);
        used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", used ? ", " : "",
                                 option->name);
        assert(used < sizeof(known));
    }
    if (nearest.best)
        mistakes_add(&loading->mistakes, block->line, "there is no setting %s %s; is it %s?", name,
                     block->title ? "of a facility" : "outside facilities", nearest.best);
    else
        mistakes_add(&loading->mistakes, block->line, "there is no setting %s %s: there are %s",
                     name, block->title ? "of a facility" : "outside facilities", known);
}

/*
 * What libconfuse itself finds wrong. It goes on after an unknown name, as if that had one value:
 * what it then says of the same line is only a consequence.
 */
__attribute__((format(printf, 2, 0))) static void complain(cfg_t *block, const char *format,
                                                           va_list arguments)
{
    struct loading *loading = loading_of(block);
    char text[256];

    if (strcmp(format, "no such option '%s'") == 0) {
        refuse_unknown(loading, block, va_arg(arguments, const char *));
        return;
    }
    if (loading->mistakes.count && loading->mistakes.last_line == block->line)
        return;
    vsnprintf(text, sizeof(text), format, arguments);
    mistakes_add(&loading->mistakes, block->line, "%s", text);
}

/* ---- the file ---- */

#define SETTING(name) CFG_PTR_CB(name, NULL, CFGF_NODEFAULT, read_value, NULL)
#define LIST(name)    CFG_PTR_LIST_CB(name, NULL, CFGF_NODEFAULT, read_value, NULL)

static bool parse_with(struct loading *loading, cfg_t *cfg, const char *text)
{
    bool parsed;

    cfg_set_error_function(cfg, complain);
    cfg_set_validate_func(cfg, "facility", end_facility);
    parsed = cfg_parse_buf(cfg, text) == CFG_SUCCESS;
    if (!parsed && !loading->mistakes.count && !loading->out_of_memory)
        mistakes_add(&loading->mistakes, loading->block ? loading->block->line : cfg->line,
                     "this cannot be understood");
    if (parsed && !loading->config->n_facilities)
        mistakes_add(&loading->mistakes, cfg->line,
                     "there is no facility: describe at least one, as in facility \"ID\" { ... }");
    return parsed;
}

/* Puts the grammar together and parses the text by it. Returns false where that failed. */
static bool parse(struct loading *loading, const char *text)
{
    void *pointer = loading;
    char begin_call[] = "'" BEGIN "'()";
    cfg_opt_t ours = {.name = LOADING, .type = CFGT_PTR, .simple_value = {.ptr = &pointer}};
    cfg_opt_t begin = {
        .name = BEGIN, .type = CFGT_FUNC, .func = begin_facility, .def = {.parsed = begin_call}};
    cfg_opt_t facility[] = {
        ours,
        begin,
        SETTING("name"),
        SETTING("zone"),
        SETTING("policy"),
        LIST("warnings"),
        SETTING("transfer_grace"),
        CFG_END(),
    };
    cfg_opt_t root[] = {
        ours,
        SETTING("socket"),
        SETTING("database"),
        LIST("warnings"),
        SETTING("http_threads"),
        SETTING("max_connections"),
        SETTING("idle_timeout"),
        CFG_SEC("facility", facility, CFGF_MULTI | CFGF_TITLE),
        CFG_END(),
    };
    /* As in sections of free keys: an unknown name is complained of, but does not end it all. */
    cfg_t *cfg = cfg_init(root, CFGF_KEYSTRVAL);
    bool parsed;

    if (!cfg)
        return false;
    parsed = parse_with(loading, cfg, text);
    cfg_free(cfg);
    return parsed;
}

static struct config *config_new(void)
{
    struct config *config = calloc(1, sizeof(*config));

    if (!config)
        return NULL;
    config->socket = strdup(SOCKET_DEFAULT);
    config->database = strdup(DATABASE_DEFAULT);
    config->http_threads = HTTP_THREADS_DEFAULT;
    config->max_connections = MAX_CONNECTIONS_DEFAULT;
    config->idle_timeout_us = IDLE_TIMEOUT_DEFAULT_US;
    if (config->socket && config->database)
        return config;
    config_free(config);
    return NULL;
}

/* Facilities without warnings of their own have the general ones. */
static void inherit_warnings(struct config *config, const struct facility *general)
{
    for (size_t i = 0; i < config->n_facilities; i++) {
        struct facility *facility = &config->facilities[i];

        if (facility->n_warnings)
            continue;
        facility->n_warnings = general->n_warnings;
        memcpy(facility->warnings_s, general->warnings_s, sizeof(facility->warnings_s));
    }
}

int config_load(const char *path, FILE *messages, struct config **config)
{
    _cleanup_(config_free_ptr) struct config *read = config_new();
    _cleanup_(free_ptr) char *text = NULL;
    struct loading loading = {.mistakes = {.path = path, .messages = messages}, .config = read};
    int r;

    if (!read)
        return -ENOMEM;
    r = conf_text_read(&loading.mistakes, &text);
    if (r)
        return r;
    facility_default(&loading.general);
    if (!parse(&loading, text) && !loading.mistakes.count)
        return -ENOMEM;
    if (loading.mistakes.count)
        return -EINVAL;
    inherit_warnings(read, &loading.general);
    *config = read;
    read = NULL;
    return 0;
}

void config_free(struct config *config)
{
    free(config->socket);
    free(config->database);
    free(config->facilities);
    free(config);
}

const struct facility *config_facility(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->n_facilities; i++)
        if (strcmp(config->facilities[i].id, id) == 0)
            return &config->facilities[i];
    return NULL;
}
