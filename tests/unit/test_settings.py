"""Settings from the environment, and which key makes the pseudonyms."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from dagster_project.demonstration import lay_out
from dagster_project.keys import pseudonym_key
from dagster_project.settings import Settings, SettingsError


def test_defaults_point_at_data_in_the_working_folder() -> None:
    settings = Settings.from_environment({})
    assert settings.data_dir == Path.cwd() / "data"
    assert settings.fixed_as_of is None
    assert settings.pseudonym_key is None


def test_the_key_is_never_shown() -> None:
    settings = Settings.from_environment({"NEDSLAG_PSEUDONYM_KEY": "very secret"})
    assert "very secret" not in repr(settings)
    assert "very secret" not in repr(pseudonym_key(settings))


def test_the_as_of_date_is_iso() -> None:
    assert Settings.from_environment({"NEDSLAG_AS_OF": "2021-08-31"}).as_of() == date(2021, 8, 31)
    with pytest.raises(SettingsError, match="YYYY-MM-DD"):
        Settings.from_environment({"NEDSLAG_AS_OF": "31-08-2021"})


def test_a_comma_in_the_folder_is_told_at_once() -> None:
    with pytest.raises(SettingsError, match="comma"):
        Settings.from_environment({"NEDSLAG_DATA_DIR": "/tmp/a, b"})


def test_secrets_may_be_files_named_like_settings(tmp_path: Path) -> None:
    (tmp_path / "NEDSLAG_PSEUDONYM_KEY").write_text("very secret\n")
    (tmp_path / "NEDSLAG_ALERT_SMTP_PASSWORD").write_text("also secret")
    (tmp_path / "..data").mkdir()
    settings = Settings.from_environment({"NEDSLAG_SECRETS_DIR": str(tmp_path), "NEDSLAG_PSEUDONYM_KEY": ""})
    assert settings.pseudonym_key == "very secret"
    assert settings.alerting.smtp_password == "also secret"
    with pytest.raises(SettingsError, match="NEDSLAG_PSEUDONYM_KEY: set in the environment and in") as told:
        Settings.from_environment({"NEDSLAG_SECRETS_DIR": str(tmp_path), "NEDSLAG_PSEUDONYM_KEY": "another"})
    assert "very secret" not in str(told.value)
    with pytest.raises(SettingsError, match="NEDSLAG_SECRETS_DIR cannot be read"):
        Settings.from_environment({"NEDSLAG_SECRETS_DIR": str(tmp_path / "none")})


def test_the_ui_is_on_loopback_unless_told_otherwise() -> None:
    assert Settings.from_environment({}).ui_host == "127.0.0.1"
    assert Settings.from_environment({"NEDSLAG_UI_HOST": "0.0.0.0"}).ui_host == "0.0.0.0"


def test_limits_are_settable() -> None:
    settings = Settings.from_environment({"NEDSLAG_MAX_REJECTED_PCT": "10", "NEDSLAG_MIN_REJECTED_ROWS": "7"})
    assert settings.limits.max_rejected_share == pytest.approx(0.1)
    assert settings.limits.min_rejected_rows == 7
    with pytest.raises(SettingsError, match="NEDSLAG_MAX_REJECTED_PCT"):
        Settings.from_environment({"NEDSLAG_MAX_REJECTED_PCT": "ten"})


def test_bounds_and_retention_are_settable_and_never_negative() -> None:
    usual = Settings.from_environment({})
    assert usual.retention_days is None
    assert usual.read_memory > 0
    told = {
        "NEDSLAG_MAX_UNPACKED_MB": "10",
        "NEDSLAG_MAX_COLUMNS": "20",
        "NEDSLAG_MAX_CELL_CHARACTERS": "30",
        "NEDSLAG_MAX_READ_MEMORY_MB": "40",
        "NEDSLAG_MAX_READ_SECONDS": "50",
        "NEDSLAG_LANDING_RETENTION_DAYS": "0",
    }
    settings = Settings.from_environment(told)
    limits = settings.limits
    assert (limits.unpacked_bytes, limits.columns, limits.cell_characters) == (10 * 1024**2, 20, 30)
    assert (settings.read_memory, settings.read_seconds, settings.retention_days) == (40 * 1024**2, 50, 0)
    for name in told:
        with pytest.raises(SettingsError, match=name):
            Settings.from_environment({name: "-1"})


def _demonstration(folder: Path) -> Settings:
    settings = Settings(data_dir=folder)
    (settings.landing / "results").mkdir(parents=True)
    file = settings.landing / "results" / "resultater_2021-08-31.csv"
    file.write_bytes(b"made up")
    written = {"results/resultater_2021-08-31.csv": sha256(b"made up").hexdigest()}
    (folder / "demonstration.json").write_text(json.dumps(written))
    return settings


def test_the_demonstration_brings_its_own_key(tmp_path: Path) -> None:
    settings = _demonstration(tmp_path)
    assert pseudonym_key(settings).demonstration
    assert lay_out(settings) is False


@pytest.mark.parametrize("change", ["another file", "other bytes", "nothing at all"])
def test_other_data_stops_without_a_key(tmp_path: Path, change: str) -> None:
    settings = _demonstration(tmp_path)
    file = settings.landing / "results" / "resultater_2021-08-31.csv"
    if change == "another file":
        (settings.landing / "results" / "resultater_2021-09-30.csv").write_bytes(b"real")
    elif change == "other bytes":
        file.write_bytes(b"real")
    else:
        file.unlink()
    with pytest.raises(SettingsError, match="NEDSLAG_PSEUDONYM_KEY"):
        pseudonym_key(settings)


def test_the_demonstration_never_mixes_with_other_deliveries(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    settings.landing.mkdir()
    (settings.landing / "something_2021-01-01.csv").write_bytes(b"real")
    with pytest.raises(SettingsError, match="not the demonstration"):
        lay_out(settings)
