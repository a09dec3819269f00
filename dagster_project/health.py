"""Whether the published set is there and fresh, for a monitor that asks from outside."""

from __future__ import annotations

import json
import socket
from dataclasses import asdict, dataclass
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import duckdb

from dagster_project import records
from dagster_project.publishing import set_in_force
from dagster_project.settings import Settings


@dataclass(frozen=True)
class Health:
    """The set in force: its run, when it was published (UTC), how long ago; `words` say what is wrong, if anything."""

    run_id: str | None
    published_at: str | None
    hours: float | None
    words: str


def health(settings: Settings, *, now: datetime, most_hours: float) -> Health:
    """Look at the published set, as a reader would.

    Args:
        now: UTC without zone.
        most_hours: how old it may be.
    """
    found = _look(settings, now, most_hours)
    # A set that was put away between finding and opening it says nothing about the one in force.
    return found if found.run_id == set_in_force(settings.marts) else _look(settings, now, most_hours)


def health_server(settings: Settings, *, port: int, most_hours: float) -> ThreadingHTTPServer:
    """A server that answers `GET /health` with 200 when the published set is there and fresh, and 503 when not.

    The body is `Health` as JSON. It keeps nothing from one question to the next, and speaks of no person.

    Args:
        port: on the address `ui_host`; 0 for any that is free.
        most_hours: how old the set may be.

    Raises:
        OSError: the address cannot be listened on.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = 10
        server_version, sys_version = "Nedslag", ""

        def do_GET(self) -> None:
            if self.path.partition("?")[0] != "/health":
                self._answer(HTTPStatus.NOT_FOUND, {"words": "Only /health is here."})
                return
            found = health(settings, now=records.now(), most_hours=most_hours)
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE if found.words else HTTPStatus.OK, asdict(found))

        do_HEAD = do_GET

        def do_POST(self) -> None:
            self._answer(HTTPStatus.METHOD_NOT_ALLOWED, {"words": "GET and HEAD only."})

        do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST

        def _answer(self, status: HTTPStatus, content: dict[str, object]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            if status is HTTPStatus.METHOD_NOT_ALLOWED:
                self.send_header("Allow", "GET, HEAD")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet: a monitor asks every minute."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = socket.AF_INET6 if ":" in settings.ui_host else socket.AF_INET

    return Server((settings.ui_host, port), Handler)


def _look(settings: Settings, now: datetime, most_hours: float) -> Health:
    in_force = set_in_force(settings.marts)
    if in_force is None:
        return Health(None, None, None, f"Nothing is published in {settings.data_dir}. Run `make nightly`.")
    try:
        # By its own name: the link may have moved on.
        with duckdb.connect(str(settings.published / in_force / "nedslag.duckdb"), read_only=True) as connection:
            found = connection.execute("select finished_at from ops.runs where run_id = ?", [in_force]).fetchall()
    except duckdb.Error as error:
        return Health(
            in_force, None, None, f"The published set cannot be read ({type(error).__name__}): run `make nightly`."
        )
    if not found or found[0][0] is None:
        return Health(in_force, None, None, "The published set does not know its own run: run `make nightly`.")
    hours = (now - found[0][0]).total_seconds() / 3600
    stale = f"The published set is {hours:.0f} hours old. Look for the night that failed (`make ui`, data/logs/)."
    return Health(in_force, found[0][0].isoformat(), round(hours, 2), stale if hours > most_hours else "")
