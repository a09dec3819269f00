"""What `deploy/` promises: loopback only, no secrets, and the names and versions that stand elsewhere too."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_project.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
UNITS = sorted((DEPLOY / "systemd").rglob("*.service"))
# Settings that stand for a secret, or may hold one.
_SECRET = re.compile(r"KEY|PASSWORD|SECRET(?!S_DIR)|TOKEN|WEBHOOK", re.IGNORECASE)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def containerfile() -> list[list[str]]:
    """Its instructions, each as its name and the rest."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]


def _ours(compose: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from ((name, service) for name, service in compose["services"].items() if name != "postgres")


def test_every_port_is_bound_to_loopback(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert len(ports) == 3
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert [name for name, service in compose["services"].items() if "network_mode" in service] == []


def test_every_setting_that_is_named_exists() -> None:
    """A name that no code reads would be a setting that does nothing."""
    known = set(re.findall(r"NEDSLAG_[A-Z_]+[A-Z]", (ROOT / "dagster_project/settings.py").read_text(encoding="utf-8")))
    for path in FILES:
        named = set(re.findall(r"\bNEDSLAG_[A-Z_]+[A-Z]\b", path.read_text(encoding="utf-8")))
        assert named <= known, path


def test_no_file_holds_a_secret(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        given = service.get("environment", {})
        assert [name for name, value in given.items() if _SECRET.search(name) and not value.startswith("/")] == []
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"\w://[^/\s:@]+:[^/\s@]+@", text) == [], path
        assert re.findall(r"(?:_KEY|PASSWORD)=\S", text) == [], path
    assert {Path(secret["file"]).parts[:3] for secret in compose["secrets"].values()} == {("/", "etc", "nedslag")}


def test_the_settings_file_can_be_read_with_every_line_switched_on() -> None:
    text = (DEPLOY / "nedslag.env").read_text(encoding="utf-8")
    lines = re.findall(r"^(?:# )?(NEDSLAG_[A-Z_]+)=(.*)$", text, flags=re.MULTILINE)
    assert len(lines) > 5
    assert not [name for name, _ in lines if _SECRET.search(name)]
    assert Settings.from_environment(dict(lines)).retention_days == 30


def test_containers_are_confined(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["deploy"]["resources"]["limits"]["memory"], name
        assert service["restart"] == "unless-stopped", name
    for name, service in _ours(compose):
        assert service["read_only"], name
        assert service["init"], name


def test_only_what_runs_nights_is_given_the_key(compose: dict[str, Any]) -> None:
    given = {name: service.get("secrets", []) for name, service in _ours(compose)}
    assert given == {
        "webserver": [],
        "health": [],
        "daemon": [{"source": "pseudonym-key", "target": "NEDSLAG_PSEUDONYM_KEY"}],
    }
    credentials = {path.stem for path in UNITS if "LoadCredential=" in path.read_text(encoding="utf-8")}
    assert credentials == {"nedslag-daemon", "nedslag-nightly"}


def test_the_ui_and_the_daemon_share_what_they_must(compose: dict[str, Any]) -> None:
    webserver, daemon = (compose["services"][name] for name in ("webserver", "daemon"))
    assert webserver["volumes"] == daemon["volumes"]
    assert {volume.split(":")[1] for volume in daemon["volumes"]} == {"/data", "/tmp", "/var/run/postgresql"}
    assert {volume.split(":")[0] for volume in daemon["volumes"]} <= set(compose["volumes"])


def test_versions_agree(compose: dict[str, Any], containerfile: list[list[str]]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {service["image"] for _, service in _ours(compose)} == {f"nedslag:{project['version']}"}
    base = next(rest for name, rest in containerfile if name == "FROM")
    least = re.search(r"python:(\d+\.\d+)-slim-", base)
    assert least
    assert f">={least[1]}" == project["requires-python"]
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements/run.txt").read_text(), flags=re.MULTILINE))
    assert locked["dagster-postgres"] == locked["dagster-dbt"]
    assert compose["services"]["postgres"]["image"].startswith("docker.io/library/postgres:18-")


def test_the_image_is_made_of_the_lock_and_runs_as_nobody_in_particular(containerfile: list[list[str]]) -> None:
    installs = [rest for name, rest in containerfile if name == "RUN" and "pip install" in rest]
    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert "requirements/run.txt" in installs[0]
    names = [name for name, _ in containerfile]
    assert [rest for name, rest in containerfile if name == "USER"] == ["10001:10001"]
    assert names.index("USER") > max(number for number, name in enumerate(names) if name == "RUN")
    assert not {"ADD", "ARG"} & set(names)
    assert '"dagster_project", "health"' in next(rest for name, rest in containerfile if name == "HEALTHCHECK")


def test_the_image_is_made_of_files_that_the_build_is_shown(containerfile: list[list[str]]) -> None:
    shown = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {source for name, rest in containerfile if name == "COPY" for source in rest.split()[:-1]}
    assert copied == shown
    assert [source for source in copied if not (ROOT / source).exists()] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_units_start_a_command_that_exists_on_loopback(unit: Path) -> None:
    # Keys may stand several times in a unit; the last is enough here.
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read(unit, encoding="utf-8")
    program, *arguments = parser["Service"]["ExecStart"].split()
    assert program == "/opt/nedslag/.venv/bin/python"
    assert arguments[:2] == ["-m", "dagster_project"]
    assert "NEDSLAG_UI_HOST" not in unit.read_text(encoding="utf-8")
    assert f'"{arguments[2]}"' in (ROOT / "dagster_project/__main__.py").read_text(encoding="utf-8")
