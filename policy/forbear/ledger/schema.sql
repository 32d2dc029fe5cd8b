-- The ledger, version 1. Moments are microseconds since 1970 UTC, attributes are JSON.
CREATE TABLE decision (
    seq         INTEGER PRIMARY KEY,
    event       TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    at          INTEGER NOT NULL,
    contact     TEXT,
    customer    TEXT,
    record      TEXT NOT NULL
) STRICT;
CREATE INDEX decision_by_customer ON decision (customer, at);
CREATE INDEX decision_by_contact ON decision (contact, at);

CREATE TABLE entry (
    seq      INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    kind     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    contact  TEXT,
    customer TEXT,
    advisor  TEXT,
    attributes TEXT NOT NULL
) STRICT;
CREATE INDEX entry_by_customer ON entry (customer, kind, at);
CREATE INDEX entry_by_contact ON entry (contact, kind, at);
CREATE INDEX entry_by_advisor ON entry (advisor, kind, at);
CREATE INDEX entry_by_kind ON entry (kind, at);

CREATE TABLE amendment (
    seq      INTEGER PRIMARY KEY,
    entry    INTEGER NOT NULL REFERENCES entry (seq),
    at       INTEGER NOT NULL,
    attributes TEXT NOT NULL
) STRICT;
CREATE INDEX amendment_by_entry ON amendment (entry, at);

-- Open obligations, watched for their due time.
CREATE TABLE watch (
    obligation TEXT PRIMARY KEY REFERENCES entry (id),
    due        INTEGER NOT NULL,
    raised     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX watch_by_due ON watch (due) WHERE raised = 0;

-- Obligations not yet handed to the host.
CREATE TABLE outbox (
    seq        INTEGER PRIMARY KEY,
    obligation TEXT NOT NULL UNIQUE REFERENCES entry (id),
    payload    TEXT NOT NULL
) STRICT;
