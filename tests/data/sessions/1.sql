PRAGMA application_id = 1869833587;
CREATE TABLE releases (version INTEGER PRIMARY KEY, first TEXT NOT NULL) STRICT;
INSERT INTO releases VALUES (1, '0.1.0');
CREATE TABLE upkeep (task TEXT PRIMARY KEY) STRICT;

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
    ) STRICT;
CREATE INDEX sessions_by_use ON sessions (updated_at);

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
    ) STRICT;

    CREATE INDEX messages_by_session
    ON messages (session, parent, bytes, prompt_tokens, completion_tokens);
CREATE INDEX messages_by_parent ON messages (parent);

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
    ) STRICT;

    CREATE TABLE blobs (
      sha256 TEXT PRIMARY KEY,
      size INTEGER NOT NULL,
      data BLOB NOT NULL
    ) STRICT;

    CREATE TABLE attachments (
      message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
      position INTEGER NOT NULL,
      sha256 TEXT NOT NULL REFERENCES blobs,
      name TEXT NOT NULL,
      media_type TEXT NOT NULL,
      PRIMARY KEY (message, position)
    ) STRICT, WITHOUT ROWID;
CREATE INDEX attachments_by_blob ON attachments (sha256);

    CREATE VIRTUAL TABLE search USING fts5 (
      content, content = 'messages', content_rowid = 'id',
      tokenize = 'unicode61 remove_diacritics 2'
    );

    CREATE TRIGGER message_added AFTER INSERT ON messages BEGIN
      INSERT INTO search (rowid, content) VALUES (new.id, new.content);
    END;

    CREATE TRIGGER message_removed AFTER DELETE ON messages BEGIN
      INSERT INTO search (search, rowid, content) VALUES ('delete', old.id, old.content);
    END;

    CREATE TRIGGER message_changed AFTER UPDATE OF id, content ON messages BEGIN
      INSERT INTO search (search, rowid, content) VALUES ('delete', old.id, old.content);
      INSERT INTO search (rowid, content) VALUES (new.id, new.content);
    END;
INSERT INTO sessions VALUES ('0a1b2c3d4e5f', 'sky', '2026-11-29T10:00:00.000Z', '2026-11-29T10:00:01.000Z', 2, 'm', 'be brief', '{"seed": 1}', NULL, NULL, NULL);
INSERT INTO blobs VALUES ('8f8cbb7dcf46e0bc7d53265749a6c17d116093a6ba95e442764060c76fd4a86c', 3, x'706e67');
INSERT INTO messages VALUES (1, '0a1b2c3d4e5f', NULL, 'user', 'done', '2026-11-29T10:00:00.000Z', NULL, '{}', '[]', NULL, NULL, '{"total": null, "load": null, "prompt": null, "completion": null}', 23, 'Why is the sky blue?', '');
INSERT INTO attachments VALUES (1, 0, '8f8cbb7dcf46e0bc7d53265749a6c17d116093a6ba95e442764060c76fd4a86c', 'a.png', 'image/png');
INSERT INTO messages VALUES (2, '0a1b2c3d4e5f', 1, 'assistant', 'interrupted', '2026-11-29T10:00:01.000Z', 'm', '{"seed": 1}', '[{"name": "f", "arguments": {}}]', 5, 3, '{"total": 1.5, "load": null, "prompt": 0.5, "completion": 1.0}', 14, 'It scatters.', 'hm');
PRAGMA user_version = 1;
