"""Runs the product as a user does: as a process with an environment."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Product:
    """The product over one data folder."""

    data_dir: Path
    environment: tuple[tuple[str, str], ...] = ()

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "dagster_project", *arguments]

    def variables(self, **more: str) -> dict[str, str]:
        return {**os.environ, "NEDSLAG_DATA_DIR": str(self.data_dir), **dict(self.environment), **more}

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """One command to its end, its words captured."""
        return subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env=self.variables(**variables),
            capture_output=True,
            text=True,
            check=False,
        )

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the published database."""
        with duckdb.connect(str(self.data_dir / "marts" / "nedslag.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def tables(self, *schemas: str) -> dict[str, list[tuple[Any, ...]]]:
        """Every published table of the schemas, in a fixed order of rows."""
        names = self.query("select table_schema, table_name from information_schema.tables order by all")
        return {
            f"{schema}.{name}": self.query(f'from "{schema}"."{name}" order by all')
            for schema, name in names
            if schema in schemas
        }
