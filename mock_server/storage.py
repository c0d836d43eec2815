"""The mock's state, in SQLite: in memory, or in a file. A file survives a restart, and several workers can share it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from mock_server.seed import Seed
from mock_server.validation import set_properties

IN_MEMORY = ":memory:"

_TABLES = """
CREATE TABLE IF NOT EXISTS extension (id TEXT PRIMARY KEY, properties TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token (sha256 BLOB PRIMARY KEY, client_id TEXT NOT NULL, expires REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS budget (client TEXT PRIMARY KEY, hour INTEGER, spent INTEGER) WITHOUT ROWID;
"""


class Storage:
    """Stores tokens, the properties that are set on extensions, and request counts.

    Args:
        path: A file, or `:memory:`.

    Raises:
        sqlite3.Error: The file cannot be opened, or is not a database.
    """

    def __init__(self, path: str = IN_MEMORY) -> None:
        # The embedded mock opens the database in one thread and uses it in another, never in both at once.
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make reads and writes atomic, also for other processes: the transaction takes the write lock at its start."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def add_seed(self, seed: Seed) -> None:
        """Add the extensions that the state does not have yet, and replace all fixed tokens by those of the seed."""
        with self.transaction():
            self._add_seed(seed)

    def reset(self, seed: Seed) -> None:
        """Delete all properties, tokens and counts, then add the seed."""
        with self.transaction():
            for table in ("extension", "token", "budget"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 (the names are constants, one line above)
            self._add_seed(seed)

    def _add_seed(self, seed: Seed) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO extension VALUES (?, ?)",
            [(extension.id, json.dumps(set_properties(extension.properties))) for extension in seed.extensions],
        )
        self._db.execute("DELETE FROM token WHERE expires IS NULL")
        self._db.executemany(
            "INSERT OR REPLACE INTO token VALUES (?, ?, NULL)",
            [(_hash(a.token.get_secret_value()), a.client_id) for a in seed.applications if a.token],
        )

    def read(self, extension_id: str) -> dict[str, Any]:
        """Return the properties that are set on an extension."""
        (text,) = self._db.execute("SELECT properties FROM extension WHERE id = ?", (extension_id,)).fetchone()
        properties: dict[str, Any] = json.loads(text)
        return properties

    def write(self, extension_id: str, properties: dict[str, Any]) -> None:
        """Replace the properties that are set on an extension."""
        self._db.execute("UPDATE extension SET properties = ? WHERE id = ?", (json.dumps(properties), extension_id))

    def add_token(self, token: str, client_id: str, expires: float) -> None:
        """Store the hash of a token that is valid until `expires` (seconds since 1970)."""
        self._db.execute("INSERT INTO token VALUES (?, ?, ?)", (_hash(token), client_id, expires))

    def token_owner(self, token: str, now: float) -> str | None:
        """Return the client_id of a token's application, or None if the token is unknown or expired."""
        row = self._db.execute(
            "SELECT client_id FROM token WHERE sha256 = ? AND (expires IS NULL OR expires > ?)", (_hash(token), now)
        ).fetchone()
        return row and str(row[0])

    def spend(self, client: str, hour: int) -> int:
        """Count a request of a client; returns its number of requests in this hour (hours since 1970)."""
        (spent,) = self._db.execute(
            "INSERT INTO budget VALUES (?, ?, 1) ON CONFLICT (client) DO UPDATE SET"
            " spent = iif(hour = excluded.hour, spent + 1, 1), hour = excluded.hour RETURNING spent",
            (client, hour),
        ).fetchone()
        return int(spent)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
