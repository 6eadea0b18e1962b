/* SPDX-License-Identifier: ISC */

/*
 * A new law in the ledger. Deadlines that already run are worked out anew, some with each turn so
 * that commands never wait long, and each moves only where that makes it earlier. How far the
 * review came is not stored: one that is cut short begins again with the next start, and finds
 * nothing left to do for those it has done.
 */

#include <inttypes.h>
#include <string.h>

#include "ledger_step.h"
#include "log.h"

#define SEVERAL_LAWS "several" /* no fingerprint */

/* A name that was mistyped, or taken out too early: the jail must hear of it before a start is
 * declined. */
static void note_facility(const char *id, int64_t n_holds, void *context)
{
    const struct ledger *ledger = context;

    if (!law_facility(ledger->law, id))
        log_line(
            LOG_CRIT,
            "facility %s is not in the configuration and still has %" PRId64
            " open holds: nobody is held there any more without a supervisor's decision; put it "
            "back",
            id, n_holds);
}

/* Where the law is not the one by which running deadlines were worked out, they are to be reviewed.
 */
int ledger_note_law(struct ledger *ledger)
{
    char fingerprint[LAW_FINGERPRINT_SIZE];
    int r = store_law(ledger->store, fingerprint);

    ledger->reviewed = 0;
    ledger->reviewing = strcmp(fingerprint, ledger->law->fingerprint) != 0;
    if (!r && ledger->reviewing)
        r = store_open_facilities(ledger->store, note_facility, ledger);
    return r;
}

/*
 * Works one running deadline out anew, which it moves only to an earlier instant. That of a hold
 * whose facility has left the configuration stays: a misspelt id must not change for good what no
 * law has changed, and the facility's return is another law.
 */
static int review_hold(struct ledger *ledger, int64_t id, instant now)
{
    struct command command;
    struct problem problem;
    struct hold hold;
    int r = store_hold(ledger->store, id, &hold);

    if (!r && !law_facility(ledger->law, hold.facility))
        return 0;
    command_init(&command, COMMAND_SHORTEN, id, "clock", RECORD_NO_INT);
    if (!r)
        r = ledger_complete(ledger, &command, &hold, ledger_facility(ledger, &hold), now);
    if (!r)
        r = transition_apply(&hold, &command, ledger_facility(ledger, &hold), now, &ledger->outcome,
                             &problem);
    if (r > 0)
        log_line(LOG_ERR, "hold %" PRId64 " cannot be held against the new law: %s", id,
                 problem.detail);
    if (r || !ledger->outcome.n_events)
        return r < 0 ? r : 0;
    return ledger_record(ledger, &hold);
}

/* Goes on through the running holds, up to one turn's worth. */
int ledger_review(struct ledger *ledger, instant now)
{
    int64_t ids[LEDGER_TIMERS_PER_TURN];
    size_t n_ids;
    int r;

    if (!ledger->reviewing)
        return 0;
    r = store_held(ledger->store, ledger->reviewed, ids, ARRAY_SIZE(ids), &n_ids);
    for (size_t i = 0; i < n_ids && !r; i++) {
        r = review_hold(ledger, ids[i], now);
        ledger->reviewed = ids[i];
    }
    if (r || n_ids == ARRAY_SIZE(ids))
        return r;
    ledger->reviewing = false;
    return store_set_law(ledger->store, ledger->law->fingerprint);
}

/*
 * The operation's reference becomes the ledger's. Until the review is done, deadlines are by more
 * than one law, so that the law before is another one, too, should it come back.
 */
int ledger_apply_law(struct ledger *ledger, struct operation *operation)
{
    int r;

    evaluator_forget(ledger->evaluator);
    law_unref(ledger->law);
    ledger->law = operation->law;
    ledger->law_is_new = true;
    operation->law = NULL;
    operation->result = 0;
    r = ledger_note_law(ledger);
    return !r && ledger->reviewing ? store_set_law(ledger->store, SEVERAL_LAWS) : r;
}
