"""The tables of the store of sessions, version by version.

The messages of a session are a tree, `head` is its leaf in use. `drafts` are answers that are
being written; the index of texts does not hold them, which makes them cheap. Bytes of attachments
are kept once, by their SHA-256.
"""

from typing import Final

from ollama_cli.system.sqlite import Form

APPLICATION: Final = int.from_bytes(b"oses")
ERASE: Final = "erase"
HINT: Final = "salvage what can be read: `ollama-cli sessions repair`"
_FIRST: Final = (
    "CREATE TABLE releases (version INTEGER PRIMARY KEY, first TEXT NOT NULL) STRICT",
    "INSERT INTO releases VALUES (1, '0.1.0')",
    # What could not be done yet, as other processes used the file: ERASE what was deleted.
    "CREATE TABLE upkeep (task TEXT PRIMARY KEY) STRICT",
    """
    CREATE TABLE sessions (
      id TEXT PRIMARY KEY,
      title TEXT NOT NULL,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      head INTEGER,
      model TEXT,
      system TEXT,
      options TEXT NOT NULL,
      forked_from TEXT,
      source TEXT,
      source_id TEXT,
      UNIQUE (source, source_id)
    ) STRICT
    """,
    "CREATE INDEX sessions_by_use ON sessions (updated_at)",
    """
    CREATE TABLE messages (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
      parent INTEGER REFERENCES messages DEFERRABLE INITIALLY DEFERRED,
      role TEXT NOT NULL,
      state TEXT NOT NULL,
      created_at TEXT NOT NULL,
      model TEXT,
      options TEXT NOT NULL,
      tool_calls TEXT NOT NULL,
      prompt_tokens INTEGER,
      completion_tokens INTEGER,
      timings TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      content TEXT NOT NULL,
      thinking TEXT NOT NULL
    ) STRICT
    """,
    # All that a list of sessions tells, so that no text is read for it.
    """
    CREATE INDEX messages_by_session
    ON messages (session, parent, bytes, prompt_tokens, completion_tokens)
    """,
    "CREATE INDEX messages_by_parent ON messages (parent)",
    """
    CREATE TABLE drafts (
      parent INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
      pid INTEGER NOT NULL,
      born TEXT NOT NULL,
      session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
      created_at TEXT NOT NULL,
      model TEXT,
      options TEXT NOT NULL,
      content TEXT NOT NULL,
      thinking TEXT NOT NULL,
      PRIMARY KEY (parent, pid, born)
    ) STRICT
    """,
    """
    CREATE TABLE blobs (
      sha256 TEXT PRIMARY KEY,
      size INTEGER NOT NULL,
      data BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE attachments (
      message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
      position INTEGER NOT NULL,
      sha256 TEXT NOT NULL REFERENCES blobs,
      name TEXT NOT NULL,
      media_type TEXT NOT NULL,
      PRIMARY KEY (message, position)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX attachments_by_blob ON attachments (sha256)",
    """
    CREATE VIRTUAL TABLE search USING fts5 (
      content, content = 'messages', content_rowid = 'id',
      tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER message_added AFTER INSERT ON messages BEGIN
      INSERT INTO search (rowid, content) VALUES (new.id, new.content);
    END
    """,
    """
    CREATE TRIGGER message_removed AFTER DELETE ON messages BEGIN
      INSERT INTO search (search, rowid, content) VALUES ('delete', old.id, old.content);
    END
    """,
    """
    CREATE TRIGGER message_changed AFTER UPDATE OF id, content ON messages BEGIN
      INSERT INTO search (search, rowid, content) VALUES ('delete', old.id, old.content);
      INSERT INTO search (rowid, content) VALUES (new.id, new.content);
    END
    """,
)
# A new version is a further row, which names the release of ollama-cli that it comes with.
VERSIONS: Final = (_FIRST,)
FORM: Final = Form(
    "store of sessions",
    VERSIONS,
    HINT,
    is_ledger=True,
    application=APPLICATION,
    needs="SELECT first FROM releases ORDER BY version DESC LIMIT 1",
)
