"""What a person is told of a night: by e-mail and webhook, once per run, in words that say what to do.

Belongs here: the message and its way out. Does not belong here: what happened (`story`), when it is told (`night`,
`sensors`). A message that cannot be sent never changes how a night ended.
"""

from __future__ import annotations

import json
import re
import smtplib
import ssl
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dagster_project.integrity import masked
from dagster_project.settings import Alerting, Settings
from dagster_project.story import Story

_SECONDS = 20
_TOLD = "told"
# A number by itself, not the digits of a project's code.
_FIGURE = re.compile(r"(?<![\w-])\d+(\.\d+)?(?![\w-])")


@dataclass(frozen=True)
class Message:
    """One night in words; `trouble`: it published nothing, or warns of what the night before did not warn of."""

    subject: str
    body: str
    trouble: bool


def message(story: Story, settings: Settings, before: frozenset[str]) -> Message:
    """The digest of a night; what was not among the warnings `before`, whatever their figures, comes first, as new."""
    known_before = {_without_figures(warning) for warning in before}
    fresh = [warning for warning in story.warnings if _without_figures(warning) not in known_before]
    known = [warning for warning in story.warnings if _without_figures(warning) in known_before]
    outcome = "published" if story.published else "NOTHING PUBLISHED"
    counts = [
        *([f"{len(story.errors)} error{'s' * (len(story.errors) != 1)}"] if story.errors else []),
        *([f"{len(fresh)} new warning{'s' * (len(fresh) != 1)}"] if fresh else []),
    ]
    lines = [
        f"Run {story.run_id} for {story.as_of or 'a day that is not known'}: {outcome}, after {story.seconds:.0f} s.",
        *([f"Nothing is new: the set that run {story.repeats} computed was published again."] if story.repeats else []),
        *_section("What stopped it" if not story.published else "Errors", story.errors),
        *_section("New warnings", fresh),
        *_section("Warnings that stood before", known),
    ]
    if not story.published:
        lines += ["", "The last published set stands. Mend what is named above and run `make nightly`, or wait."]
    lines += ["", f"Data folder: {settings.data_dir}", "Details: `make ui`, then http://127.0.0.1:3000."]
    # What the gates let through by mistake must not leave by mail.
    return Message(
        masked(f"Nedslag {', '.join([outcome, *counts])}"),
        masked("\n".join(lines)),
        trouble=not story.published or bool(fresh),
    )


def tell(story: Story, settings: Settings) -> list[str]:
    """Send the night's message on every channel that is set, unless the run has been told of.

    Returns:
        What could not be sent, in words for the log.
    """
    alerting = settings.alerting
    mark = settings.lake / "records" / _TOLD / f"{story.run_id}.json"
    if not (alerting.smtp_url or alerting.webhook_url) or not _first(mark):
        return []
    before = _warnings_before(mark)
    with suppress(OSError):
        mark.write_text(json.dumps({"warnings": story.warnings}, ensure_ascii=False), encoding="utf-8")
    words = message(story, settings, before)
    if alerting.only_trouble and not words.trouble:
        return []
    failed = []
    channels: list[tuple[str, str | None, Callable[[Alerting, Message], None]]] = [
        ("e-mail", alerting.smtp_url, _mail),
        ("webhook", alerting.webhook_url, _post),
    ]
    for name, address, send in channels:
        if address:
            try:
                send(alerting, words)
            except (OSError, smtplib.SMTPException, ValueError) as error:
                failed.append(
                    f"The {name} about this night could not be sent ({type(error).__name__}). Look at the settings "
                    "NEDSLAG_ALERT_… and at the server that they name."
                )
    return failed


def _without_figures(warning: str) -> str:
    return _FIGURE.sub("#", warning)


def _section(heading: str, sentences: Sequence[str]) -> list[str]:
    return ["", f"{heading}:", *(f"- {sentence}" for sentence in sentences)] if sentences else []


def _first(mark: Path) -> bool:
    """Whether nobody has told of this run; from now on somebody has."""
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    except OSError:
        # A full disk, for instance, which is what somebody must be told of.
        return True
    return True


def _warnings_before(mark: Path) -> frozenset[str]:
    others = sorted(
        (path for path in mark.parent.glob("*.json") if path != mark), key=lambda path: path.stat().st_mtime_ns
    )
    if not others:
        return frozenset()
    try:
        return frozenset(json.loads(others[-1].read_text(encoding="utf-8"))["warnings"])
    except (ValueError, KeyError, TypeError):
        return frozenset()


def _mail(alerting: Alerting, words: Message) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = words.subject, alerting.sender, ", ".join(alerting.recipients)
    mail.set_content(words.body)
    with _server(alerting) as server:
        server.send_message(mail)


@contextmanager
def _server(alerting: Alerting) -> Iterator[smtplib.SMTP]:
    where = urlsplit(alerting.smtp_url or "")
    host, trusted = where.hostname or "", ssl.create_default_context()
    encrypted = where.scheme == "smtps"
    with (
        smtplib.SMTP_SSL(host, where.port or 465, timeout=_SECONDS, context=trusted)
        if encrypted
        else smtplib.SMTP(host, where.port or 25, timeout=_SECONDS)
    ) as server:
        server.ehlo()
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=trusted)
            server.ehlo()
            encrypted = True
        if where.username:
            if not encrypted:
                raise smtplib.SMTPNotSupportedError("the server takes a password without encryption only")
            server.login(unquote(where.username), alerting.smtp_password or unquote(where.password or ""))
        yield server


def _post(alerting: Alerting, words: Message) -> None:
    body = json.dumps({"text": f"{words.subject}\n{words.body}"}, ensure_ascii=False).encode()
    request = urllib.request.Request(
        alerting.webhook_url or "", data=body, headers={"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=_SECONDS):
        pass
