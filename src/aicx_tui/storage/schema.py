"""The mirror's tables, and the steps from each version of them to the next.

`place` orders humans by their latest update, with gaps of `GAP` for who comes in between: so the
order in which a console opens, and in which the full-text index answers, needs no sorting.
"""

from __future__ import annotations

GAP = 16
"""Between the places of two neighbours when they are first read."""

COLUMNS = ("name", "email", "phone", "uid", "id", "codes")
"""What can be searched by words, folded; `codes` stand for tags and their values."""

VERSIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE humans (place INTEGER PRIMARY KEY, id TEXT NOT NULL, document TEXT);
    CREATE TABLE search (
        place INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        email TEXT NOT NULL,
        phone TEXT NOT NULL,
        uid TEXT NOT NULL,
        id TEXT NOT NULL,
        codes TEXT NOT NULL,
        created INTEGER NOT NULL,
        updated INTEGER NOT NULL
    );
    CREATE TABLE tag_codes (
        number INTEGER PRIMARY KEY,
        tag_id TEXT NOT NULL,
        folded TEXT NOT NULL,
        value TEXT NOT NULL,
        UNIQUE (tag_id, folded)
    );
    CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE reads (id TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
    CREATE TABLE trigrams (term TEXT PRIMARY KEY, humans INTEGER NOT NULL) WITHOUT ROWID;
    """,
    # uids in an alphabet of their own, and so the text index anew
    """
    UPDATE search SET uid = uid_key(id_key(uid)) WHERE uid <> '';
    DROP TABLE IF EXISTS words;
    DELETE FROM meta WHERE name = 'words_until';
    UPDATE meta SET value = '2 in order' WHERE name = 'built' AND value > '2 in order';
    """,
    # changes on their way, what they were made upon, what became of them, and unsaved input
    """
    CREATE TABLE changes (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        human_id TEXT NOT NULL,
        name TEXT NOT NULL,
        body TEXT NOT NULL,
        before TEXT,
        state TEXT NOT NULL,
        who TEXT NOT NULL,
        made_at REAL NOT NULL,
        sent_at REAL,
        ended_at REAL,
        attempts INTEGER NOT NULL DEFAULT 0,
        problem TEXT,
        outcome_of TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX changes_by_human ON changes (human_id);
    CREATE INDEX changes_by_state ON changes (state);
    CREATE TABLE originals (human_id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE drafts (human_id TEXT PRIMARY KEY, fields TEXT NOT NULL, at REAL NOT NULL);
    CREATE TABLE audit (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        who TEXT NOT NULL,
        human_id TEXT NOT NULL,
        name TEXT NOT NULL,
        change_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        differences TEXT NOT NULL,
        outcome TEXT NOT NULL,
        request_id TEXT NOT NULL,
        said TEXT NOT NULL
    );
    CREATE INDEX audit_by_human ON audit (human_id);
    CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the history is only added to'); END;
    CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the history is only added to'); END;
    """,
    # what can be taken back
    """
    CREATE TABLE steps (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        undone_by TEXT
    );
    """,
    # one change for many humans
    """
    CREATE TABLE bulks (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        who TEXT NOT NULL,
        made_at REAL NOT NULL,
        ended_at REAL,
        state TEXT NOT NULL,
        problem TEXT NOT NULL DEFAULT '',
        total INTEGER NOT NULL DEFAULT 0,
        undo_of TEXT NOT NULL DEFAULT '',
        is_guarded INTEGER NOT NULL DEFAULT 0,
        is_indexed INTEGER NOT NULL DEFAULT 1
    );
    CREATE TABLE bulk_items (
        bulk INTEGER NOT NULL,
        position INTEGER NOT NULL,
        human_id TEXT NOT NULL,
        name TEXT NOT NULL,
        before TEXT,
        after TEXT NOT NULL,
        state TEXT NOT NULL,
        said TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (bulk, position)
    ) WITHOUT ROWID;
    CREATE INDEX bulk_items_by_state ON bulk_items (bulk, state, position);
    """,
    # the history of a bulk is written once it rests
    """
    ALTER TABLE bulks RENAME COLUMN is_indexed TO is_told;
    ALTER TABLE bulks ADD COLUMN is_fresh INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE bulk_items ADD COLUMN at REAL;
    ALTER TABLE bulk_items ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
    ALTER TABLE bulk_items ADD COLUMN is_told INTEGER NOT NULL DEFAULT 1;
    CREATE INDEX audit_by_moment ON audit (at);
    """,
)
"""What makes version n of version n - 1, each in one transaction."""

WORDS = """
    CREATE VIRTUAL TABLE words USING fts5(
        name, email, phone, uid, id, codes,
        content = 'search', content_rowid = 'place',
        tokenize = 'trigram case_sensitive 1', columnsize = 0
    )
"""
"""Made when everything was read: filling it row by row would take six times as long."""

INDEXES = (
    "CREATE INDEX search_by_name ON search (name, place, email, phone, uid, id, codes)",
    "CREATE INDEX search_by_name_only ON search (name)",
    "CREATE INDEX search_by_updated ON search (updated)",
    "CREATE INDEX search_by_created ON search (created)",
)
"""Made when everything was read, while `words` is filled.

One letter is looked for while going through the first; who is known already is put in order by
going through the others, which are a tenth of its size.
"""

BY_ID = "CREATE UNIQUE INDEX humans_by_id ON humans (id)"
"""Made first, when everything was read: a human may have come twice while it changed."""
