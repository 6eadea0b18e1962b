/* SPDX-License-Identifier: ISC */

/*
 * Commands that come again. The key, what it came with and the reply are rows of the same
 * transaction as the command's own: whatever crashes when, both are there or neither. A reply is
 * looked for when it is the command's turn, so that of two that wait in one turn the second gets
 * the first's.
 */

#include "ledger_step.h"

/* Beyond twice as many as a turn adds: what has been left over goes, too, and no turn is long. */
#define FORGOTTEN_PER_TURN 4

static bool has_key(const struct operation *operation)
{
    return *operation->idempotency.key;
}

int ledger_recall(struct ledger *ledger, struct operation *operation)
{
    int r;

    if (!has_key(operation))
        return 0;
    r = store_recall(ledger->store, &operation->idempotency, &operation->reply);
    if (r <= 0)
        operation->result = 0;
    if (r == STORE_OTHER_REQUEST)
        operation->result =
            problem_set(&operation->problem, PROBLEM_IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_FIELD,
                        "this key has come with another address or body before; every new command "
                        "takes a new key");
    return r < 0 ? r : r != STORE_NO_REPLY;
}

/* That a hold is not as its client knew it says nothing of the command: once the client has looked,
 * the same command may come again. */
int ledger_remember(struct ledger *ledger, struct operation *operation, instant now)
{
    int r;

    if (!has_key(operation) || operation->result == PROBLEM_PRECONDITION_FAILED)
        return 0;
    r = reply_operation(&operation->reply, ledger->law, operation);
    if (!r)
        r = store_remember(ledger->store, &operation->idempotency, &operation->reply, now);
    ledger->oldest_reply_at = instant_earlier(ledger->oldest_reply_at, now);
    ledger->n_remembered++;
    return r;
}

/* Each turn drops more than it adds while there is something to drop, so that no more is kept than
 * has come in that time. */
int ledger_forget(struct ledger *ledger, instant now)
{
    instant until = now - IDEMPOTENCY_KEPT_US;
    int r;

    if (ledger->oldest_reply_at == INSTANT_NONE || ledger->oldest_reply_at > until)
        return 0;
    r = store_forget(ledger->store, until, 2 * ledger->n_remembered + FORGOTTEN_PER_TURN);
    return r ? r : store_oldest_reply(ledger->store, &ledger->oldest_reply_at);
}
