"""What Spark has built, shown as the working database: the rest of the night reads it there, whichever engine built it.

Tables are views over Spark's Parquet files; the views that are read later on (staging, `ops`) are made from their
compiled SQL, which is the same on both engines. Other views of `intermediate` are nobody's business after the build.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
from pyarrow.fs import FileSystem, LocalFileSystem, copy_files

from dagster_project.settings import Settings, SettingsError
from dagster_project.warehouse_file import identifier, literal

_VIEWS_READ_LATER = ("staging", "ops")


def make_room(place: str) -> None:
    """Have an empty folder at a path or an address.

    Raises:
        SettingsError: it cannot be made or emptied.
    """
    try:
        files, folder = files_at(place)
        files.create_dir(folder)
        files.delete_dir_contents(folder)
    # The last is pyarrow's answer to an address whose storage this build of it does not know.
    except (OSError, ValueError, NotImplementedError) as error:
        raise SettingsError(
            f"{place} cannot be made or emptied: NEDSLAG_SPARK_TABLES must be a folder that the user of this run may "
            "write, or the address of one in an object storage that this machine has the rights to."
        ) from error


def files_at(place: str) -> tuple[FileSystem, str]:
    """The file system of a folder or an address, and the folder's path in it.

    Raises:
        ValueError, OSError: there is no such file system.
    """
    # Spark calls that storage by another name.
    files, folder = FileSystem.from_uri(re.sub("^s3[an]://", "s3://", place))
    return files, folder


def show_tables(settings: Settings, manifest: Mapping[str, Any]) -> None:
    """Make the working database over what stands in Spark's folder, as far as the build came.

    Raises:
        duckdb.Error, OSError: a file cannot be read.
    """
    _fetch(settings)
    with duckdb.connect(str(settings.warehouse)) as working:
        working.execute(f"SET file_search_path = {literal(str(settings.lake))}")
        working.execute("CREATE SCHEMA lake")
        for source in manifest["sources"].values():
            files = source["config"]["meta"]["files"].replace("{table}", source["name"])
            name = identifier(source["identifier"])
            working.execute(f"CREATE VIEW lake.{name} AS FROM read_parquet({literal(files)}, union_by_name = true)")
        for node in _in_order(manifest):
            query = _query(node, settings)
            if query:
                schema = identifier(node["schema"])
                working.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                working.execute(f"CREATE VIEW {schema}.{identifier(node['alias'])} AS {query}")


def _fetch(settings: Settings) -> None:
    """Copy what Spark has written at an address to where this machine reads it.

    Raises:
        OSError: it cannot be read.
    """
    if "://" in settings.spark_tables:
        files, folder = files_at(settings.spark_tables)
        here = settings.spark_tables_here
        shutil.rmtree(here, ignore_errors=True)
        here.mkdir(parents=True)
        copy_files(folder, str(here), source_filesystem=files, destination_filesystem=LocalFileSystem())


def _in_order(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Seeds and models, each after those it reads."""
    waiting = {
        unique_id: node for unique_id, node in manifest["nodes"].items() if node["resource_type"] in ("seed", "model")
    }
    while waiting:
        ready = [
            unique_id
            for unique_id, node in waiting.items()
            if waiting.keys().isdisjoint(node["depends_on"].get("nodes", ()))
        ]
        for unique_id in ready:
            yield waiting.pop(unique_id)


def _query(node: Mapping[str, Any], settings: Settings) -> str | None:
    if node["config"]["materialized"] == "view":
        if node["schema"] not in _VIEWS_READ_LATER:
            return None
        compiled = settings.dbt_target / "compiled" / node["package_name"] / node["original_file_path"]
        return compiled.read_text(encoding="utf-8") if compiled.exists() else None
    folder = settings.spark_tables_here / f"{node['schema']}.db" / node["alias"]
    return f"FROM read_parquet({literal(f'{folder}/*.parquet')})" if _has_rows_file(folder) else None


def _has_rows_file(folder: Path) -> bool:
    return next(folder.glob("*.parquet"), None) is not None
