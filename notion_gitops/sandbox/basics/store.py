"""The SQLite file: tables, transactions, and the counters that make ids."""

from __future__ import annotations

import json
import secrets
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.identity import page_uuid, property_id, uuid_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FORMAT_VERSION = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS users(
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, name TEXT, email TEXT);
CREATE TABLE IF NOT EXISTS tokens(
  token TEXT PRIMARY KEY, bot TEXT NOT NULL, capabilities TEXT NOT NULL, shared TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS databases(
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS data_sources(
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, database_id TEXT NOT NULL, alias TEXT,
  doc TEXT NOT NULL, properties TEXT NOT NULL, last_number INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS pages(
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, source_id TEXT, parent TEXT NOT NULL,
  created TEXT NOT NULL, created_by TEXT NOT NULL, edited TEXT NOT NULL, edited_by TEXT NOT NULL,
  in_trash INTEGER NOT NULL DEFAULT 0, is_archived INTEGER NOT NULL DEFAULT 0,
  is_locked INTEGER NOT NULL DEFAULT 0, icon TEXT NOT NULL DEFAULT 'null',
  cover TEXT NOT NULL DEFAULT 'null', vals TEXT NOT NULL, label TEXT);
CREATE INDEX IF NOT EXISTS pages_by_source
  ON pages(source_id, in_trash, is_archived, created, seq);
CREATE TABLE IF NOT EXISTS links(
  seq INTEGER PRIMARY KEY, page TEXT NOT NULL, property TEXT NOT NULL, target TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS links_by_page ON links(page, property);
CREATE INDEX IF NOT EXISTS links_by_target ON links(target);
CREATE TABLE IF NOT EXISTS blocks(
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, parent TEXT NOT NULL, place REAL NOT NULL,
  type TEXT NOT NULL, content TEXT NOT NULL, created TEXT NOT NULL, created_by TEXT NOT NULL,
  edited TEXT NOT NULL, edited_by TEXT NOT NULL, in_trash INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS late(
  seq INTEGER PRIMARY KEY, index_name TEXT NOT NULL, key TEXT NOT NULL, old TEXT NOT NULL,
  until REAL NOT NULL, until_request INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS file_uploads(
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, bot TEXT NOT NULL, doc TEXT NOT NULL,
  content BLOB);
CREATE TABLE IF NOT EXISTS file_parts(
  upload TEXT NOT NULL, part INTEGER NOT NULL, content BLOB NOT NULL,
  PRIMARY KEY(upload, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS comments(
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, parent TEXT NOT NULL, discussion TEXT NOT NULL,
  created TEXT NOT NULL, created_by TEXT NOT NULL, edited TEXT NOT NULL, text TEXT NOT NULL,
  extras TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS templates(
  page TEXT PRIMARY KEY, is_default INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS async_tasks(
  id TEXT PRIMARY KEY, bot TEXT NOT NULL, asked INTEGER NOT NULL, doc TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blocks_by_parent ON blocks(parent, place);
"""

NO_TEMPLATE = "id NOT IN (SELECT page FROM templates)"
"""Of `pages`: those that are rows of their data source, and not patterns for new ones."""


class SandboxFileError(Exception):
    """A file that is no sandbox, or one of another version."""


class Store:
    """One SQLite file, opened once; the caller sees to it that one thread uses it at a time."""

    def __init__(self, path: str | Path, seed: str | None) -> None:
        try:
            self._db = _opened(path)
        except sqlite3.Error as error:
            raise SandboxFileError(f"{path} cannot be used as a sandbox: {error}") from error
        self._writes = 0
        self._numbering: tuple[str, str] | None = None
        with self.transaction():
            if self.meta("seed") is None:
                self.set_meta("seed", seed if seed is not None else secrets.token_hex(8))
                self.set_meta("format_version", str(FORMAT_VERSION))
        if self.meta("format_version") != str(FORMAT_VERSION):
            self.close()
            raise SandboxFileError(
                f"{path} was made by another version of the sandbox; delete it to start anew"
            )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __del__(self) -> None:
        # A sandbox in memory need not be closed, and says nothing about it.
        if hasattr(self, "_db"):
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; not to be nested."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            self._writes += 1  # what was cached inside the transaction is void
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def step(self) -> Iterator[None]:
        """All or nothing within a transaction."""
        self._db.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO step")
            self._writes += 1  # as above
            raise
        finally:
            self._db.execute("RELEASE step")

    def generation(self) -> tuple[int, int]:
        """Differs after every write to the contents, by this process or another."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        return int(version), self._writes

    def all(self, sql: str, arguments: Sequence[object] = ()) -> list[sqlite3.Row]:
        """The rows of a SELECT."""
        return self._db.execute(sql, arguments).fetchall()

    def one(self, sql: str, arguments: Sequence[object] = ()) -> sqlite3.Row | None:
        """The first row of a SELECT, if there is one."""
        row: sqlite3.Row | None = self._db.execute(sql, arguments).fetchone()
        return row

    def write(self, sql: str, arguments: Sequence[object] = ()) -> int:
        """Run an INSERT, UPDATE or DELETE; the number of rows that it touched."""
        self._writes += 1
        return self._db.execute(sql, arguments).rowcount

    def write_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run the same statement for each of `rows`."""
        self._writes += 1
        self._db.executemany(sql, rows)

    def meta(self, key: str) -> str | None:
        """A setting of the file."""
        row = self.one("SELECT value FROM meta WHERE key=?", (key,))
        return None if row is None else str(row["value"])

    def set_meta(self, key: str, value: str) -> None:
        """Keep a setting; not a write to the contents."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", (key, value))

    def forget_meta(self, beginning: str) -> None:
        """Drop the settings and counters whose names begin so."""
        end = beginning[:-1] + chr(ord(beginning[-1]) + 1)
        self._db.execute("DELETE FROM meta WHERE key>=? AND key<?", (beginning, end))

    def count(self, counter: str) -> int:
        """Add one to a persistent counter; its new value."""
        row = self.one(
            "INSERT INTO meta VALUES(?, 1) ON CONFLICT(key) DO UPDATE SET value=value+1"
            " RETURNING value",
            (counter,),
        )
        return int(row["value"]) if row else 0

    @contextmanager
    def numbered(self, family: str) -> Iterator[None]:
        """Within this, ids come from `family` alone, not from the file's seed."""
        self._numbering = (family, f"ids of {family}")
        try:
            yield
        finally:
            self._numbering = None

    def _next(self) -> tuple[object, object]:
        """What makes the next id: a seed and a number."""
        if self._numbering is not None:
            return self._numbering[0], self.count(self._numbering[1])
        return self.meta("seed"), self.count("ids")

    def new_uuid(self) -> str:
        """The next id of the file's seed, in the shape of a random uuid."""
        return uuid_of(*self._next())

    def new_page_uuid(self, family: str) -> str:
        """The next id for a row of the data source `family`."""
        return page_uuid(family, *self._next())

    def new_property_id(self) -> str:
        """The next property id: four printable characters."""
        return property_id(*self._next())


def _opened(path: str | Path) -> sqlite3.Connection:
    database = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False, timeout=30)
    database.row_factory = sqlite3.Row
    # No fsync: the file survives a crash of the process, which is all that a sandbox needs.
    database.execute("PRAGMA synchronous=OFF")
    database.executescript(_TABLES)
    return database


def dumps(value: Any) -> str:
    """JSON as it is kept in the file."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
