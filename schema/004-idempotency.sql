-- Answers that are kept for commands that come again: by a key of the client's, the uid of whoever sent
-- it, and the SHA-256 of the request it came with. A row comes in the transaction of its command, and
-- goes once it is seven days old.
--
-- Rows are only added at the end and removed from the beginning; of what is as random as the keys there
-- is nothing but their index.
CREATE TABLE idempotency (
    id          INTEGER PRIMARY KEY,
    key         TEXT    NOT NULL,
    uid         INTEGER NOT NULL,
    fingerprint BLOB    NOT NULL,
    recorded_at INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    kind        TEXT,
    hold        INTEGER,
    rev         INTEGER,
    body        TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX idempotency_by_key ON idempotency (key, uid);
CREATE INDEX idempotency_by_age ON idempotency (recorded_at);
