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
    "CREATE TABLE drafts (human_id TEXT PRIMARY KEY, fields TEXT NOT NULL, at REAL NOT NULL)",
)
"""What makes version n of version n - 1, each in one transaction; `;` ends statements only."""

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
"""Made after `words`, which would otherwise be filled in the order of one of them.

One letter is looked for while going through the first; who is known already is put in order by
going through the others, which are a tenth of its size.
"""

BY_ID = "CREATE UNIQUE INDEX humans_by_id ON humans (id)"
"""Made first, when everything was read: a human may have come twice while it changed."""
