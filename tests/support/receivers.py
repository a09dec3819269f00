"""A real mail server and a real web server on loopback, which keep what they are given."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class _Keeper:
    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        text = bytes(envelope.content or b"").replace(b"\r\n", b"\n")
        self.mails.append(message_from_bytes(text, policy=policy.default))
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[list[EmailMessage], str]]:
    """Its mails, and its address."""
    keeper = _Keeper()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield keeper.mails, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@contextmanager
def web_server() -> Iterator[tuple[list[dict[str, str]], str]]:
    """What was posted to `/hook`, and that address; other paths are answered with an error."""
    posted: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204 if self.path == "/hook" else 500)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield posted, f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        server.server_close()
