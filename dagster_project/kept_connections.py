"""Dagster's event log in SQLite with connections that are kept while a night lasts.

Dagster makes an engine and opens the file anew for every event, some 900 times a night, each time compiling the same
statements again and waiting for the disk. Does not belong here: a history in PostgreSQL, whose connections Dagster
keeps itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from dagster import DagsterInstance
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event

_BUSY_SECONDS = 30


@contextmanager
def kept_connections(instance: DagsterInstance) -> Iterator[None]:
    """Let the instance's event log keep one engine per file while the block lasts."""
    storage = instance.event_log_storage
    # Inside another such block there is nothing to do.
    if not isinstance(storage, SqliteEventLogStorage) or "_connect" in vars(storage):
        yield
        return
    engines: dict[str, Engine] = {}

    @contextmanager
    def connect(shard: str) -> Iterator[Connection]:
        if shard not in engines:
            # The first connection is Dagster's own: it makes the tables where there are none.
            with SqliteEventLogStorage._connect(storage, shard):
                pass
            place = storage.conn_string_for_shard(shard)
            engines[shard] = create_engine(place, connect_args={"timeout": _BUSY_SECONDS})
            event.listen(engines[shard], "connect", _wait_less)
            opened.callback(engines[shard].dispose)
        with storage._db_lock, engines[shard].begin() as connection:
            yield connection

    with ExitStack() as opened:
        vars(storage)["_connect"] = connect
        opened.callback(vars(storage).pop, "_connect")
        yield


def _wait_less(connection: sqlite3.Connection, _: object) -> None:
    # The file is whole after a power cut all the same; it may lack the last events of a run that died of it.
    connection.execute("PRAGMA synchronous = NORMAL")
