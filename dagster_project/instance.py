"""Where Dagster keeps its history: files in the data folder, or a PostgreSQL database.

Belongs here: the instance's configuration and its database. Does not belong here: runs and what they do.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from dagster_project.settings import Settings, SettingsError

# Named in dagster_postgres.yaml; the address itself is never written to a file.
_STORAGE_URL = "DAGSTER_STORAGE_URL"
_CONNECT_SECONDS = 15
_WRITE_IT = "Write it as postgresql://user@host:5432/database."


def write_configuration(settings: Settings) -> None:
    """Lay Dagster's configuration into the instance's folder, in one rename: other processes may be reading it."""
    parts = ["dagster.yaml", *(["dagster_postgres.yaml"] if settings.dagster_postgres_url else [])]
    text = "\n".join(Path(__file__).with_name(part).read_text(encoding="utf-8") for part in parts)
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    descriptor, new = tempfile.mkstemp(dir=settings.dagster_home, prefix=".dagster.yaml.")
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(new, settings.dagster_home / "dagster.yaml")


def storage_variables(settings: Settings) -> dict[str, str]:
    """What the configuration reads from the environment, after a look at the database; nothing for files.

    Raises:
        SettingsError: the database cannot be reached, or takes no tables. The text shows no password.
    """
    if settings.dagster_postgres_url is None:
        return {}
    try:
        parts = conninfo_to_dict(settings.dagster_postgres_url)
    except psycopg.ProgrammingError:
        raise SettingsError(f"NEDSLAG_DAGSTER_POSTGRES_URL cannot be read. {_WRITE_IT}") from None
    where = f"{parts.get('host') or 'the local socket'}:{parts.get('port') or 5432}/{parts.get('dbname') or ''}"
    try:
        with psycopg.connect(settings.dagster_postgres_url, connect_timeout=_CONNECT_SECONDS) as server:
            may_create = server.execute("SELECT has_schema_privilege(current_schema(), 'CREATE')").fetchone()
    except psycopg.Error as error:
        words = error.diag.message_primary or " ".join(str(error).split())
        raise SettingsError(
            f"Dagster's history at {where} cannot be reached ({words}). Start the server or mend "
            "NEDSLAG_DAGSTER_POSTGRES_URL; unset the variable to keep the history in the data folder."
        ) from None
    if may_create != (True,):
        raise SettingsError(
            f"Dagster's history at {where}: this user may not create tables there. Let the database belong to the user "
            "(ALTER DATABASE … OWNER TO …)."
        )
    # Loaded where used: Dagster loads it anyhow, other commands need not.
    from sqlalchemy.engine import URL

    # Dagster means this driver, which SQLAlchemy 2.1 no longer takes by itself.
    address = URL.create("postgresql+psycopg2", query={name: str(value) for name, value in parts.items()})
    return {_STORAGE_URL: address.render_as_string(hide_password=False)}
