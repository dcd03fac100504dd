"""The tables of the tracker's file, step by step; a step that was released stays.

Moments are microseconds since 1970 in UTC, NULL where no date is known. An item is
found by its keys; each key leads to one item.
"""

from typing import Final

_FIRST: Final = (
    """
    CREATE TABLE item (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        ids TEXT NOT NULL,
        title TEXT NOT NULL,
        year INTEGER,
        show TEXT,
        season INTEGER,
        number INTEGER
    ) STRICT
    """,
    """
    CREATE TABLE item_key (
        key TEXT PRIMARY KEY,
        item INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX item_key_item ON item_key (item)",
    """
    CREATE TABLE listed (
        item INTEGER PRIMARY KEY REFERENCES item (id),
        at INTEGER
    ) STRICT
    """,
    """
    CREATE TABLE play (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        item INTEGER NOT NULL REFERENCES item (id),
        at INTEGER
    ) STRICT
    """,
    "CREATE UNIQUE INDEX play_once ON play (item, at)",
    "CREATE UNIQUE INDEX play_undated ON play (item) WHERE at IS NULL",
    """
    CREATE TABLE rated (
        item INTEGER PRIMARY KEY REFERENCES item (id),
        rating REAL NOT NULL,
        at INTEGER
    ) STRICT
    """,
    """
    CREATE TABLE progress (
        item INTEGER PRIMARY KEY REFERENCES item (id),
        position_ms INTEGER,
        duration_ms INTEGER,
        percent REAL,
        at INTEGER
    ) STRICT
    """,
    # The token tells apart two files that count alike, such as one and its backup.
    """
    CREATE TABLE change (
        feature TEXT PRIMARY KEY,
        counter INTEGER NOT NULL,
        token TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO change (feature, counter, token)
    SELECT value, 0, lower(hex(randomblob(8)))
    FROM json_each('["watchlist", "history", "ratings", "progress"]')
    """,
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST,)
