-- What a jail must never lose: its holds, what happened to them, and what is going to happen.
--
-- Instants are integer microseconds since 1970-01-01T00:00:00Z. Names are stored as the API spells them,
-- so that the file can be read without this program: sqlite3 -readonly detainerd.db

-- The current state of each hold. Everything here follows from its events.
CREATE TABLE hold (
    id                 INTEGER PRIMARY KEY,
    rev                INTEGER NOT NULL,
    booking            TEXT    NOT NULL,
    facility           TEXT    NOT NULL,
    state              TEXT    NOT NULL,
    form               TEXT    NOT NULL,
    issued_at          INTEGER,
    ice_office         TEXT,
    ice_warrant        TEXT,
    decision           TEXT,
    decided            INTEGER NOT NULL,
    booked_at          INTEGER,
    received_at        INTEGER NOT NULL,
    served_at          INTEGER,
    eligible_at        INTEGER,
    eligible_reason    TEXT,
    rule               TEXT,
    limit_h            INTEGER,
    deadline_at        INTEGER,
    authority_ended_at INTEGER,
    pickup_at          INTEGER,
    lift_code          TEXT,
    ended_at           INTEGER,
    overdue_us         INTEGER,
    first_hold         INTEGER REFERENCES hold (id),
    last_seq           INTEGER NOT NULL
) STRICT;

CREATE INDEX hold_by_booking ON hold (booking, facility, eligible_at);
CREATE INDEX hold_by_state ON hold (state);
CREATE INDEX hold_by_deadline ON hold (deadline_at) WHERE state = 'held';

-- The history, append only: `body` is the event's canonical JSON, served as it stands.
CREATE TABLE event (
    seq         INTEGER PRIMARY KEY,
    hold        INTEGER REFERENCES hold (id),
    kind        TEXT    NOT NULL,
    recorded_at INTEGER NOT NULL,
    body        TEXT    NOT NULL
) STRICT;

CREATE INDEX event_by_hold ON event (hold);

CREATE TRIGGER event_without_gap BEFORE INSERT ON event
WHEN new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
BEGIN
    SELECT raise(ABORT, 'the history has no gaps');
END;

CREATE TRIGGER event_is_final BEFORE UPDATE ON event
BEGIN
    SELECT raise(ABORT, 'the history is append-only');
END;

CREATE TRIGGER event_is_forever BEFORE DELETE ON event
BEGIN
    SELECT raise(ABORT, 'the history is append-only');
END;

-- What will happen unless it is disarmed. A row goes in the transaction that records its event.
CREATE TABLE timer (
    hold   INTEGER NOT NULL REFERENCES hold (id),
    kind   TEXT    NOT NULL,
    rung_s INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (hold, kind, rung_s)
) STRICT, WITHOUT ROWID;

CREATE INDEX timer_by_due ON timer (due_at);

-- Single values, such as how far the history was announced in the journal.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;
