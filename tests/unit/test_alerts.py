"""What a person is told of a night, through a real mail server and a real web server on loopback."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from dagster_project.alerts import tell
from dagster_project.settings import Alerting, Settings, SettingsError
from dagster_project.story import Story
from tests.support.receivers import mail_server, web_server

DAY = date(2026, 11, 27)


Mails = tuple[list[EmailMessage], str]
Posts = tuple[list[dict[str, str]], str]


@pytest.fixture
def inbox() -> Iterator[Mails]:
    with mail_server() as server:
        yield server


@pytest.fixture
def webhook() -> Iterator[Posts]:
    with web_server() as server:
        yield server


def _story(run: str = "one", *, errors: tuple[str, ...] = (), warnings: tuple[str, ...] = ()) -> Story:
    return Story(run, published=not errors, as_of=DAY, seconds=61.4, errors=errors, warnings=warnings)


def _settings(
    folder: Path, *, smtp_url: str | None = None, webhook_url: str | None = None, only_trouble: bool = False
) -> Settings:
    return Settings(
        folder,
        alerting=Alerting(
            smtp_url=smtp_url,
            sender="nedslag@x.dk",
            recipients=("a@x.dk", "b@x.dk"),
            webhook_url=webhook_url,
            only_trouble=only_trouble,
        ),
    )


def test_a_failure_says_what_stopped_it_and_what_to_do(inbox: Mails, tmp_path: Path) -> None:
    mails, url = inbox
    assert (
        tell(_story(errors=("warehouse: test x found 2 rows that must not be",)), _settings(tmp_path, smtp_url=url))
        == []
    )
    (mail,) = mails
    assert mail["Subject"] == "Nedslag NOTHING PUBLISHED, 1 error"
    assert (mail["From"], mail["To"]) == ("nedslag@x.dk", "a@x.dk, b@x.dk")
    text = mail.get_content()
    assert "What stopped it:\n- warehouse: test x found 2 rows that must not be" in text
    assert "The last published set stands." in text
    assert "`make nightly`" in text


def test_every_channel_that_is_set_is_used(inbox: Mails, webhook: Posts, tmp_path: Path) -> None:
    tell(_story(), _settings(tmp_path, smtp_url=inbox[1], webhook_url=webhook[1]))
    assert len(inbox[0]) == len(webhook[0]) == 1
    assert webhook[0][0]["text"].startswith("Nedslag published\nRun one for 2026-11-27: published, after 61 s.")


def test_a_run_is_told_of_once(inbox: Mails, tmp_path: Path) -> None:
    for _ in range(2):
        tell(_story(), _settings(tmp_path, smtp_url=inbox[1]))
    assert len(inbox[0]) == 1


def test_new_warnings_stand_before_those_of_the_night_before(inbox: Mails, tmp_path: Path) -> None:
    settings = _settings(tmp_path, smtp_url=inbox[1])
    tell(_story("one", warnings=("old",)), settings)
    tell(_story("two", warnings=("old", "new")), settings)
    assert inbox[0][1]["Subject"] == "Nedslag published, 1 new warning"
    assert "New warnings:\n- new\n\nWarnings that stood before:\n- old" in inbox[0][1].get_content()


def test_a_warning_with_another_figure_is_not_new_but_one_of_another_project_is(inbox: Mails, tmp_path: Path) -> None:
    settings = _settings(tmp_path, smtp_url=inbox[1])
    late = "deliveries__days_overdue: monitoring 3F-S: days overdue 4 is above 0"
    tell(_story("one", warnings=(late,)), settings)
    tell(_story("two", warnings=(late.replace("4", "5.5"),)), settings)
    tell(_story("three", warnings=(late.replace("3F-S", "3F-A"),)), settings)
    assert [mail["Subject"] for mail in inbox[0]] == [
        "Nedslag published, 1 new warning",
        "Nedslag published",
        "Nedslag published, 1 new warning",
    ]


def test_only_trouble_is_quiet_about_a_night_like_the_one_before(inbox: Mails, tmp_path: Path) -> None:
    settings = _settings(tmp_path, smtp_url=inbox[1], only_trouble=True)
    for run, warnings in (("one", ()), ("two", ("new",)), ("three", ("new",))):
        tell(_story(run, warnings=warnings), settings)
    tell(_story("four", errors=("broken",), warnings=("new",)), settings)
    assert [mail["Subject"] for mail in inbox[0]] == [
        "Nedslag published, 1 new warning",
        "Nedslag NOTHING PUBLISHED, 1 error",
    ]


def test_no_cpr_number_leaves_by_mail(inbox: Mails, tmp_path: Path) -> None:
    tell(_story(warnings=("row of 010190-1234 is odd", "0101901234")), _settings(tmp_path, smtp_url=inbox[1]))
    text = inbox[0][0].get_content()
    assert "row of [number removed] is odd" in text
    assert "1234" not in text


def test_what_cannot_be_sent_is_said_and_the_other_channel_is_used(webhook: Posts, tmp_path: Path) -> None:
    settings = _settings(tmp_path, smtp_url="smtp://127.0.0.1:1", webhook_url=webhook[1])
    (words,) = tell(_story(), settings)
    assert "The e-mail about this night could not be sent (ConnectionRefusedError)" in words
    assert "NEDSLAG_ALERT" in words
    assert len(webhook[0]) == 1
    (words,) = tell(_story("two"), _settings(tmp_path, webhook_url=webhook[1] + "/wrong"))
    assert "The webhook about this night could not be sent (HTTPError)" in words


def test_a_password_is_not_given_to_a_server_without_encryption(inbox: Mails, tmp_path: Path) -> None:
    url = inbox[1].replace("//", "//me:hemmelig@")
    (words,) = tell(_story(), _settings(tmp_path, smtp_url=url))
    assert smtplib.SMTPNotSupportedError.__name__ in words
    assert "hemmelig" not in words
    assert inbox[0] == []


def test_nobody_to_tell_leaves_no_trace(tmp_path: Path) -> None:
    assert tell(_story(), Settings(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_settings_are_read() -> None:
    alerting = Settings.from_environment(
        {
            "NEDSLAG_ALERT_SMTP_URL": "smtps://me@mail.x.dk",
            "NEDSLAG_ALERT_SMTP_PASSWORD": "hemmelig",
            "NEDSLAG_ALERT_TO": "a@x.dk, b@x.dk",
            "NEDSLAG_ALERT_WEBHOOK_URL": "https://chat.x.dk/1",
            "NEDSLAG_ALERT_WHEN": "trouble",
        }
    ).alerting
    assert alerting.recipients == ("a@x.dk", "b@x.dk")
    assert alerting.sender == "a@x.dk"
    assert alerting.only_trouble
    assert "hemmelig" not in repr(alerting)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("NEDSLAG_ALERT_SMTP_URL", "smtp://mail.x.dk", "belong together"),
        ("NEDSLAG_ALERT_TO", "a@x.dk", "belong together"),
        ("NEDSLAG_ALERT_SMTP_URL", "mail.x.dk:25", "is not an address: write it like smtp://"),
        ("NEDSLAG_ALERT_WEBHOOK_URL", "file:///etc/passwd", "is not an address: write it like https://"),
        ("NEDSLAG_ALERT_WEBHOOK_URL", "https://x:none/1", "is not an address"),
        ("NEDSLAG_ALERT_WHEN", "sometimes", "always .* or trouble"),
    ],
)
def test_a_setting_that_cannot_be_understood_says_what_to_write(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        Settings.from_environment({name: value})
