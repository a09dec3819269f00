"""A Superset on this machine with the dashboards of `docs/bi/superset/`, reading the published set.

`make superset` runs it in Superset's own environment. What Superset keeps lies in `<data folder>/superset`, for the
user alone; the dashboards are imported anew at every start.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BUNDLE = HERE / "superset"
USER = "admin"


def main() -> None:
    """Prepare what is missing, import the dashboards and serve them until stopped."""
    data = Path(os.environ.get("NEDSLAG_DATA_DIR", HERE.parents[1] / "data")).resolve()
    home = data / "superset"
    database = os.environ.get("NEDSLAG_SUPERSET_DATABASE") or _published_file(data)
    port = int(os.environ.get("NEDSLAG_SUPERSET_PORT", "8088"))
    home.mkdir(mode=0o700, exist_ok=True)
    os.environ.update(
        SUPERSET_HOME=str(home),
        SUPERSET_CONFIG_PATH=str(HERE / "superset_config.py"),
        SUPERSET_SECRET_KEY=_secret(home / "secret_key"),
        SCARF_ANALYTICS="false",
    )
    password = _secret(home / "password")
    print("Superset is being prepared; the first time takes a minute or two.", flush=True)

    from superset.app import create_app  # reads the environment that was just set

    app = create_app()
    with app.app_context():
        _prepare(password)
        _import_bundle(database)
    print(f"\nhttp://127.0.0.1:{port}/superset/dashboard/nedslag-figur-5/", flush=True)
    print(f"User {USER}, password {password} (it is kept in {home / 'password'})\n", flush=True)
    app.run(host="127.0.0.1", port=port, threaded=True)


def _published_file(data: Path) -> str:
    file = data / "marts" / "nedslag.duckdb"
    if not file.exists():
        sys.exit(f"{file} is not there: `make run` makes it, or set NEDSLAG_DATA_DIR or NEDSLAG_SUPERSET_DATABASE.")
    return f"duckdb:///{file}"


def _secret(path: Path) -> str:
    """What the file says; made up at the first start, readable for its owner alone."""
    if not path.exists():
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii")


def _prepare(password: str) -> None:
    """Superset's own tables, roles and the one user."""
    from flask_migrate import upgrade
    from superset import appbuilder, security_manager

    upgrade()
    if security_manager.find_user(USER) is None:
        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        role = security_manager.find_role("Admin")
        security_manager.add_user(USER, "Nedslag", "Nedslag", "nedslag@localhost", role, password)


def _import_bundle(database: str) -> None:
    from flask import g
    from superset import security_manager
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    g.user = security_manager.find_user(USER)
    contents = {
        str(path.relative_to(BUNDLE)): path.read_text(encoding="utf-8") for path in sorted(BUNDLE.rglob("*.yaml"))
    }
    contents["databases/Nedslag.yaml"] = _pointed_at(database, contents["databases/Nedslag.yaml"])
    # As assets everything is overwritten; an import of dashboards leaves charts and connections as they were.
    contents["metadata.yaml"] = "version: 1.0.0\ntype: assets\n"
    ImportAssetsCommand(contents).run()


def _pointed_at(database: str, text: str) -> str:
    """The bundle's connection with another address, read-only in either engine."""
    import yaml

    connection: dict[str, Any] = yaml.safe_load(text)
    connection["sqlalchemy_uri"] = database
    if database.startswith("postgresql"):
        connection["extra"]["engine_params"] = {"connect_args": {"options": "-c default_transaction_read_only=on"}}
    return str(yaml.safe_dump(connection))


if __name__ == "__main__":
    main()
