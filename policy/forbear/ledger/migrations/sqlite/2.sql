-- The ledger, version 2. Moments are microseconds since 1970 UTC. Whatever tells of a person is a keyed hash (16 bytes)
-- or a sealed body (12 bytes of nonce, then AES-GCM); the keys stand in the key store. Only `kind` is a word of the pack.
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;

-- Whom a chain of decisions is about: a customer, else a contact, else the centre itself.
CREATE TABLE subject (
    seq    INTEGER PRIMARY KEY,
    name   BLOB UNIQUE,           -- once erased, a proof of that
    number INTEGER NOT NULL,      -- of its key
    head   BLOB NOT NULL,         -- the last link of its chain
    length INTEGER NOT NULL,
    erased INTEGER                -- when
) STRICT;

CREATE TABLE decision (
    seq      INTEGER PRIMARY KEY,
    event    BLOB NOT NULL UNIQUE,
    subject  INTEGER NOT NULL REFERENCES subject (seq),
    position INTEGER NOT NULL,    -- in the chain
    contact  BLOB,
    at       INTEGER NOT NULL,
    mark     BLOB NOT NULL,       -- keyed hash of what the event said
    digest   BLOB NOT NULL,       -- of the body
    link     BLOB NOT NULL,
    body     BLOB                 -- the record; NULL once its time is over
) STRICT;
CREATE UNIQUE INDEX decision_by_subject ON decision (subject, position);
CREATE INDEX decision_by_moment ON decision (subject, at);
CREATE INDEX decision_by_contact ON decision (contact, at);
CREATE INDEX decision_kept ON decision (at) WHERE body IS NOT NULL;

CREATE TABLE entry (
    seq      INTEGER PRIMARY KEY,
    name     BLOB NOT NULL UNIQUE,
    decision INTEGER NOT NULL,    -- that appended it
    subject  INTEGER NOT NULL REFERENCES subject (seq),
    kind     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    contact  BLOB,
    advisor  BLOB,
    digest   BLOB NOT NULL,
    body     BLOB
) STRICT;
CREATE INDEX entry_by_subject ON entry (subject, kind, at);
CREATE INDEX entry_by_contact ON entry (contact, kind, at);
CREATE INDEX entry_by_advisor ON entry (advisor, kind, at);
CREATE INDEX entry_by_kind ON entry (kind, at) WHERE body IS NOT NULL;
CREATE INDEX entry_by_decision ON entry (decision);
CREATE INDEX entry_grown ON entry (subject, decision);

CREATE TABLE amendment (
    seq      INTEGER PRIMARY KEY,
    entry    INTEGER NOT NULL REFERENCES entry (seq),
    subject  INTEGER NOT NULL REFERENCES subject (seq), -- of the entry
    decision INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    digest   BLOB NOT NULL,
    body     BLOB
) STRICT;
CREATE INDEX amendment_by_entry ON amendment (entry, at);
CREATE INDEX amendment_by_decision ON amendment (decision);
CREATE INDEX amendment_grown ON amendment (subject, decision);

-- Customers who are one and the same, from one moment until another.
CREATE TABLE joined (
    seq   INTEGER PRIMARY KEY,
    one   BLOB,                   -- NULL once erased
    other BLOB,
    since INTEGER NOT NULL,
    until INTEGER
) STRICT;
CREATE INDEX joined_by_one ON joined (one);
CREATE INDEX joined_by_other ON joined (other);

-- Open obligations, watched for their due time.
CREATE TABLE watch (
    entry  INTEGER PRIMARY KEY REFERENCES entry (seq),
    due    INTEGER NOT NULL,
    raised INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX watch_by_due ON watch (due) WHERE raised = 0;

-- Obligations not yet handed to the host.
CREATE TABLE outbox (
    entry   INTEGER PRIMARY KEY REFERENCES entry (seq),
    body    BLOB NOT NULL,
    tries   INTEGER NOT NULL DEFAULT 0,
    after   INTEGER NOT NULL DEFAULT 0, -- no attempt before; the clock of who delivers
    dead    INTEGER NOT NULL DEFAULT 0, -- waits for a person
    problem TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_by_turn ON outbox (dead, after, entry);

-- All chains at one moment, signed with a key of the host's.
CREATE TABLE checkpoint (
    seq       INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    decision  INTEGER NOT NULL,   -- the last one that it speaks of
    subjects  INTEGER NOT NULL,
    root      BLOB NOT NULL,
    signer    TEXT NOT NULL,
    signature BLOB NOT NULL
) STRICT;

-- The policies that decided, so that any record can be decided again.
CREATE TABLE policy (digest TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
