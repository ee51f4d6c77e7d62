"""Finished tiles in one SQLite file, shared by the processes of one machine.

SQLite and not diskcache: the standard library's is enough, claims need its transactions, and nothing that is
stored is ever unpickled. The file lies on a local disk; its write-ahead log does not work over a network.
"""

import fcntl
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import wraps
from pathlib import Path
from shutil import disk_usage
from typing import Any, Concatenate, ParamSpec, TypeVar

from jobs.store import LEASE, MOST_ATTEMPTS, Job, State, StoreError, StoreFullError, lost

P = ParamSpec("P")
R = TypeVar("R")

LIMIT = 256 << 20  # bytes
_RESERVE = 8 << 20  # bytes of the disk that stay free, for the write-ahead log too
_PATIENCE = 20.0  # seconds that a process waits for another's transaction
_REFRESH = 60.0  # seconds after which reading a job counts as using it again
_TABLES = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, spec TEXT NOT NULL, total INTEGER NOT NULL, state TEXT NOT NULL,
    error TEXT NOT NULL, added REAL NOT NULL, used REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS tiles (
    job TEXT NOT NULL, number INTEGER NOT NULL, owner TEXT, until REAL NOT NULL, attempts INTEGER NOT NULL,
    seconds REAL, data BLOB, PRIMARY KEY (job, number)
);
"""


def _guarded(
    method: Callable[Concatenate["DiskStore", P], R],
) -> Callable[Concatenate["DiskStore", P], R]:
    """Put SQLite's errors into words, and begin anew once when the file is damaged: it is only a cache."""

    @wraps(method)
    def guarded(store: "DiskStore", /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            try:
                return method(store, *args, **kwargs)
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                    raise
                store.rebuild()
                return method(store, *args, **kwargs)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                raise StoreFullError(
                    f"The disk of the store of finished work, {store.path}, is full."
                ) from error
            raise StoreError(f"The store of finished work, {store.path}, cannot be used: {error}.") from error
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"The store of finished work, {store.path}, cannot be used: {error}.") from error

    return guarded


class DiskStore:
    """A `Store` in a file.

    Parameters
    ----------
    path : Path
        Made with its directory when it is first used.
    limit : int
        Bytes that the tiles may take; the jobs used longest ago make room.
    """

    def __init__(self, path: Path, limit: int = LIMIT) -> None:
        self.path, self.limit = path, limit

    @contextmanager
    def _connection(self, write: bool = True) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction: nothing is shared between threads or survives a fork."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = NORMAL")
            if connection.execute("PRAGMA user_version").fetchone() == (0,):
                with self._alone():
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = 1; COMMIT;")
            connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes and threads from making or replacing the file meanwhile."""
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @_guarded
    def add(self, job: str, spec: str, total: int) -> None:
        """See `Store`."""
        now = time.time()
        with self._connection() as db:
            db.execute(
                "INSERT INTO jobs VALUES (?, ?, ?, 'wanted', '', ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "used = excluded.used, error = '', "
                "state = CASE state WHEN 'done' THEN 'done' ELSE 'wanted' END, "
                "added = CASE state WHEN 'wanted' THEN added ELSE excluded.added END",
                (job, spec, total, now, now),
            )
            db.execute(
                "UPDATE tiles SET attempts = 0 WHERE job = ? AND data IS NULL AND until < ?", (job, now)
            )

    @_guarded
    def job(self, job: str) -> Job | None:
        """See `Store`."""
        with self._connection(write=False) as db:
            row = db.execute("SELECT spec, total, state, error FROM jobs WHERE id = ?", (job,)).fetchone()
            counts = db.execute(
                "SELECT COUNT(seconds), TOTAL(data IS NULL AND until > ?), TOTAL(seconds) "
                "FROM tiles WHERE job = ?",
                (time.time(), job),
            ).fetchone()
        if row is None:
            return None
        (spec, total, state, error), (done, running, seconds) = row, counts
        return Job(spec, total, state, error, done, int(running), seconds / max(done, 1))

    @_guarded
    def tiles(self, job: str) -> dict[int, bytes]:
        """See `Store`."""
        now = time.time()
        with self._connection(write=False) as db:
            stale = db.execute(
                "SELECT 1 FROM jobs WHERE id = ? AND used < ?", (job, now - _REFRESH)
            ).fetchone()
            found = db.execute("SELECT number, data FROM tiles WHERE job = ? AND data NOT NULL", (job,))
            tiles = dict(found.fetchall())
        if stale:
            self.touch(job)
        return tiles

    @_guarded
    def claim(self, job: str, number: int, owner: str) -> bool:
        """See `Store`."""
        with self._connection() as db:
            return _claim(db, job, number, owner)

    @_guarded
    def take(self, owner: str) -> tuple[str, int] | None:
        """Claim a tile of the wanted job that the fewest work on, then of the least advanced; None if none.

        So several viewers' jobs advance side by side, whether there is one worker or many.
        """
        with self._connection(write=False) as db:
            if db.execute("SELECT 1 FROM jobs WHERE state = 'wanted' LIMIT 1").fetchone() is None:
                return None
        with self._connection() as db:
            now = time.time()
            wanted = db.execute(
                "SELECT id, total FROM jobs WHERE state = 'wanted' ORDER BY "
                "(SELECT COUNT(*) FROM tiles WHERE job = id AND data IS NULL AND until > ?), "
                "(SELECT COUNT(*) FROM tiles WHERE job = id AND data NOT NULL), added",
                (now,),
            ).fetchall()
            for job, total in wanted:
                rows = db.execute(
                    "SELECT number FROM tiles WHERE job = ? AND (data NOT NULL OR until > ?)", (job, now)
                )
                taken = {number for (number,) in rows}
                number = next((i for i in range(total) if i not in taken), None)
                if number is not None and _claim(db, job, number, owner):
                    return job, number
        return None

    @_guarded
    def renew(self, job: str, number: int, owner: str) -> bool:
        """See `Store`."""
        with self._connection() as db:
            db.execute(
                "UPDATE tiles SET until = ? WHERE job = ? AND number = ? AND owner = ? AND data IS NULL",
                (time.time() + LEASE, job, number, owner),
            )
            return _state(db, job) == "wanted"

    @_guarded
    def release(self, job: str, number: int, owner: str) -> None:
        """See `Store`."""
        with self._connection() as db:
            db.execute(
                "DELETE FROM tiles WHERE job = ? AND number = ? AND owner = ? AND data IS NULL",
                (job, number, owner),
            )

    @_guarded
    def give_back(self, owner: str) -> None:
        """Release every tile that somebody has claimed."""
        with self._connection() as db:
            db.execute("DELETE FROM tiles WHERE owner = ? AND data IS NULL", (owner,))

    @_guarded
    def put(self, job: str, number: int, data: bytes, seconds: float) -> None:
        """See `Store`."""
        with self._connection() as db:
            if _state(db, job) is None:  # it had to make room for others
                return
            self._make_room(db, job, len(data))
            db.execute(
                "INSERT INTO tiles VALUES (?, ?, NULL, 0, 0, ?, ?) ON CONFLICT (job, number) DO UPDATE SET "
                "owner = NULL, seconds = excluded.seconds, data = excluded.data WHERE data IS NULL",
                (job, number, seconds, data),
            )
            db.execute(
                "UPDATE jobs SET state = 'done' WHERE id = ? AND total = "
                "(SELECT COUNT(*) FROM tiles WHERE job = id AND data NOT NULL)",
                (job,),
            )

    def _make_room(self, db: sqlite3.Connection, job: str, size: int) -> None:
        """Forget the jobs used longest ago until so many bytes fit; the file keeps the pages for others."""
        while True:
            pages, free, page = (
                db.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
            on_disk = free * page + disk_usage(self.path.parent).free
            if (pages - free) * page + size <= self.limit and size + _RESERVE <= on_disk:
                return
            oldest = db.execute("SELECT id FROM jobs WHERE id <> ? ORDER BY used LIMIT 1", (job,)).fetchone()
            if oldest is None:
                raise StoreFullError(
                    f"The store of finished work, {self.path}, is full: there is no room for this job alone, "
                    f"with {on_disk >> 20} MiB free and {self.limit >> 20} MiB allowed."
                )
            db.execute("DELETE FROM tiles WHERE job = ?", oldest)
            db.execute("DELETE FROM jobs WHERE id = ?", oldest)

    @_guarded
    def cancel(self, job: str) -> None:
        """See `Store`."""
        with self._connection() as db:
            db.execute("UPDATE jobs SET state = 'cancelled' WHERE id = ? AND state = 'wanted'", (job,))

    @_guarded
    def fail(self, job: str, error: str) -> None:
        """See `Store`."""
        with self._connection() as db:
            _fail(db, job, error)

    @_guarded
    def check(self) -> None:
        """See `Store`."""
        with self._connection() as db:
            db.execute("PRAGMA user_version = 1")  # writes what stands there

    @_guarded
    def tally(self) -> tuple[int, int]:
        """See `Store`."""
        if not self.path.exists():
            return 0, 0
        with self._connection(write=False) as db:
            busy = "EXISTS (SELECT 1 FROM tiles WHERE job = id AND data IS NULL AND until > ?)"
            running, wanted = db.execute(
                f"SELECT TOTAL({busy}), COUNT(*) FROM jobs WHERE state = 'wanted'", (time.time(),)
            ).fetchone()
        return int(running), wanted - int(running)

    @_guarded
    def keep(self, name: str, content: bytes) -> None:
        """See `Store`; it lies beside the jobs as one of a single tile, so that all make room alike."""
        now = time.time()
        with self._connection() as db:
            self._make_room(db, name, len(content))
            db.execute("INSERT OR REPLACE INTO jobs VALUES (?, '', 1, 'done', '', ?, ?)", (name, now, now))
            db.execute("INSERT OR REPLACE INTO tiles VALUES (?, 0, NULL, 0, 0, 0, ?)", (name, content))

    def kept(self, name: str) -> bytes | None:
        """See `Store`."""
        return self.tiles(name).get(0)

    @_guarded
    def touch(self, name: str) -> None:
        """See `Store`; of a job, too."""
        with self._connection() as db:
            db.execute("UPDATE jobs SET used = ? WHERE id = ?", (time.time(), name))

    def rebuild(self) -> None:
        """Put a damaged file away and begin a new one, once however many processes find it damaged."""
        with self._alone():
            try:
                with closing(sqlite3.connect(self.path, timeout=_PATIENCE)) as db:
                    (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
            except sqlite3.DatabaseError:
                found = "damaged"
            if found != "ok":
                for suffix in ("-wal", "-shm", ""):
                    Path(f"{self.path}{suffix}").unlink(missing_ok=True)


def _state(db: sqlite3.Connection, job: str) -> State | None:
    row: Any = db.execute("SELECT state FROM jobs WHERE id = ?", (job,)).fetchone()
    return None if row is None else row[0]


def _claim(db: sqlite3.Connection, job: str, number: int, owner: str) -> bool:
    now = time.time()
    if _state(db, job) != "wanted":
        return False
    row = db.execute(
        "SELECT attempts, data NOT NULL OR until > ? FROM tiles WHERE job = ? AND number = ?",
        (now, job, number),
    ).fetchone()
    attempts, taken = row or (0, False)
    if taken:
        return False
    if attempts >= MOST_ATTEMPTS:
        _fail(db, job, lost(number))
        return False
    db.execute(
        "INSERT INTO tiles VALUES (?, ?, ?, ?, 1, NULL, NULL) ON CONFLICT (job, number) DO UPDATE SET "
        "owner = excluded.owner, until = excluded.until, attempts = attempts + 1",
        (job, number, owner, now + LEASE),
    )
    return True


def _fail(db: sqlite3.Connection, job: str, error: str) -> None:
    db.execute("UPDATE jobs SET state = 'failed', error = ? WHERE id = ? AND state = 'wanted'", (error, job))
