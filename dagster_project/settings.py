"""One frozen settings object, read from the environment in one place.

Belongs here: where things lie, which day a run speaks for, which key makes pseudonyms. Does not belong here: what a
run does with them.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dagster_project.door.limits import Limits
from dagster_project.errors import NedslagError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
TIMEZONE = "Europe/Copenhagen"
# In a published set: which counts its open tables print and which not, for the disclosure control of the next.
RELEASE = "release.parquet"
LEAST_THRESHOLD = 3
ENGINES = ("duckdb", "spark")
SPARK_CONNECT = "sc://"
_SPARK_MASTER = re.compile(r"local(\[.+\])?|yarn|k8s://.+|(spark|sc)://[^/]*\w:\d+.*")
_MB = 1024**2


class SettingsError(NedslagError):
    """A setting that stops the run before anything is read; the text says what to set."""


@dataclass(frozen=True)
class Alerting:
    """Who is told of a night, and how; nobody is when neither address is set.

    Attributes:
        smtp_url: `smtp://user@host:587` (encrypted when the server can) or `smtps://user@host:465`.
        smtp_password: of that user.
        sender, recipients: e-mail addresses.
        webhook_url: is posted `{"text": …}`, which chat services understand.
        only_trouble: keep quiet after a night that published and has no new warning.
    """

    smtp_url: str | None = field(default=None, repr=False)
    smtp_password: str | None = field(default=None, repr=False)
    sender: str = ""
    recipients: tuple[str, ...] = ()
    webhook_url: str | None = field(default=None, repr=False)
    only_trouble: bool = False


@dataclass(frozen=True)
class Spark:
    """Where Spark works, when it is what runs dbt's models.

    Attributes:
        master: the cluster, as Spark takes it (`local[*]` is this machine alone), or a Spark Connect server's address.
        tables: a folder, or the address of one in an object storage, where it writes; None for one in the data folder.
        lake: under which folder or address it finds the lake; None where that is as it is here.
        driver_host: the address under which the cluster reaches this machine, and on which dbt's process listens.
    """

    master: str = field(default="local[*]", repr=False)
    tables: str | None = None
    lake: str | None = None
    driver_host: str = "127.0.0.1"

    @property
    def connects(self) -> bool:
        """Whether the session is another process's: then no Java is needed here."""
        return self.master.startswith(SPARK_CONNECT)

    @property
    def place(self) -> str:
        """The master without what may be secret."""
        return self.master.partition(";")[0]


@dataclass(frozen=True)
class Settings:
    """Where a run reads and writes, and for which day.

    Attributes:
        data_dir: the folder with `landing/` in it; everything the product writes lies here too.
        fixed_as_of: the day the run speaks for, or None for today in Denmark.
        pseudonym_key: the secret of the pseudonym, or None when it was not given.
        limits: how large and how faulty a file may be before it is refused.
        postgres_url: a PostgreSQL, as libpq takes it, that is given the published tables too; None for none.
        postgres_patience: for how many seconds a night waits for that server to come back.
        dagster_postgres_url: a PostgreSQL, as libpq takes it, where Dagster keeps its history; None for files.
        ui_host: the address that the UI and the health endpoint listen on.
        expectations_dir: another folder of suites and thresholds than the project's own.
        retention_days: how many days after it was read a file may lie in landing; None keeps all.
        disclosure_threshold: cells of fewer persons than this are not in the open tables; 3 at least.
        night_seconds: how long a run may take before it is ended.
        history_days: how long logs and the history in the UI are kept; the records of runs stay.
        read_memory, read_seconds: how many bytes, and how long, reading one file may take.
        alerting: who is told of a night.
        engine: what runs dbt's models, one of `ENGINES`.
        spark: where Spark works, when that is the engine.
    """

    data_dir: Path
    fixed_as_of: date | None = None
    pseudonym_key: str | None = field(default=None, repr=False)
    limits: Limits = field(default_factory=Limits)
    postgres_url: str | None = field(default=None, repr=False)
    postgres_patience: float = 300.0
    dagster_postgres_url: str | None = field(default=None, repr=False)
    ui_host: str = "127.0.0.1"
    expectations_dir: Path | None = None
    retention_days: int | None = None
    disclosure_threshold: int = 5
    read_memory: int = field(default_factory=lambda: _physical_memory() * 3 // 4)
    read_seconds: float = 1800.0
    night_seconds: float = 4 * 3600.0
    history_days: int = 400
    alerting: Alerting = field(default_factory=Alerting)
    engine: str = "duckdb"
    spark: Spark = field(default_factory=Spark)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read NEDSLAG_DATA_DIR, NEDSLAG_AS_OF and NEDSLAG_PSEUDONYM_KEY, and the limits.

        What is not in the environment may be a file of that name in the folder NEDSLAG_SECRETS_DIR.

        Raises:
            SettingsError: when a variable cannot be understood.
        """
        environ = _with_secrets(environ)
        defaults = Limits()
        data_dir = Path(environ.get("NEDSLAG_DATA_DIR") or "data").expanduser().absolute()
        if "," in str(data_dir):
            # DuckDB takes its search path, where the lake lies, as a list.
            raise SettingsError(f"NEDSLAG_DATA_DIR may not hold a comma: {data_dir}. Choose another folder name.")
        return cls(
            data_dir=data_dir,
            fixed_as_of=_iso_date(environ, "NEDSLAG_AS_OF"),
            pseudonym_key=environ.get("NEDSLAG_PSEUDONYM_KEY") or None,
            postgres_url=environ.get("NEDSLAG_POSTGRES_URL") or None,
            postgres_patience=_number(environ, "NEDSLAG_POSTGRES_PATIENCE_SECONDS", 300),
            dagster_postgres_url=environ.get("NEDSLAG_DAGSTER_POSTGRES_URL") or None,
            ui_host=environ.get("NEDSLAG_UI_HOST") or "127.0.0.1",
            expectations_dir=Path(environ["NEDSLAG_EXPECTATIONS_DIR"]).expanduser().absolute()
            if environ.get("NEDSLAG_EXPECTATIONS_DIR")
            else None,
            limits=Limits(
                max_rejected_share=_number(environ, "NEDSLAG_MAX_REJECTED_PCT", defaults.max_rejected_share * 100)
                / 100,
                min_rejected_rows=int(_number(environ, "NEDSLAG_MIN_REJECTED_ROWS", defaults.min_rejected_rows)),
                unpacked_bytes=int(_number(environ, "NEDSLAG_MAX_UNPACKED_MB", defaults.unpacked_bytes / _MB) * _MB),
                pull_bytes=int(_number(environ, "NEDSLAG_MAX_PULL_MB", defaults.pull_bytes / _MB) * _MB),
                columns=int(_number(environ, "NEDSLAG_MAX_COLUMNS", defaults.columns)),
                cell_characters=int(_number(environ, "NEDSLAG_MAX_CELL_CHARACTERS", defaults.cell_characters)),
            ),
            retention_days=int(_number(environ, "NEDSLAG_LANDING_RETENTION_DAYS", 0))
            if environ.get("NEDSLAG_LANDING_RETENTION_DAYS")
            else None,
            disclosure_threshold=_threshold(environ),
            read_memory=int(_number(environ, "NEDSLAG_MAX_READ_MEMORY_MB", _physical_memory() * 3 / 4 / _MB) * _MB),
            read_seconds=_number(environ, "NEDSLAG_MAX_READ_SECONDS", 1800),
            night_seconds=_number(environ, "NEDSLAG_MAX_NIGHT_MINUTES", 240) * 60,
            history_days=int(_number(environ, "NEDSLAG_HISTORY_DAYS", 400)),
            alerting=_alerting(environ),
            engine=_engine(environ),
            spark=_spark(environ),
        )

    def as_of(self) -> date:
        """The day this run speaks for: later deliveries and later consent events are not seen."""
        return self.fixed_as_of or datetime.now(ZoneInfo(TIMEZONE)).date()

    @property
    def landing(self) -> Path:
        return self.data_dir / "landing"

    @property
    def lake(self) -> Path:
        return self.data_dir / "lake"

    @property
    def warehouse(self) -> Path:
        """dbt's working file: thrown away and rebuilt every night, opened by nobody else."""
        return self.data_dir / "warehouse" / "working.duckdb"

    @property
    def spark_tables(self) -> str:
        """Where Spark writes: `<schema>.db/<table>/*.parquet`; a folder of its own, which every build empties first."""
        return f"{self.spark.tables or self.data_dir / 'warehouse'}/spark"

    @property
    def spark_tables_here(self) -> Path:
        """Where this machine reads them: there too, unless that is an address."""
        return self.data_dir / "warehouse" / "spark" if "://" in self.spark_tables else Path(self.spark_tables)

    @property
    def spark_scratch(self) -> Path:
        """Where Spark's part in this machine keeps what it cannot hold in memory: not outside the data folder."""
        return self.data_dir / "warehouse" / "spark_scratch"

    @property
    def spark_lake(self) -> str:
        """The lake as Spark's machines name it."""
        return self.spark.lake or str(self.lake)

    @property
    def pages(self) -> Path:
        """The evaluation's pages before they are part of a published set."""
        return self.data_dir / "warehouse" / "report"

    @property
    def dbt_target(self) -> Path:
        return self.data_dir / "warehouse" / "dbt"

    @property
    def published(self) -> Path:
        """One folder per published set; `marts` points at the one in force."""
        return self.data_dir / "published"

    @property
    def marts(self) -> Path:
        return self.data_dir / "marts"

    @property
    def data_docs(self) -> Path:
        return self.data_dir / "data_docs"

    @property
    def dagster_home(self) -> Path:
        return self.data_dir / "dagster"

    @property
    def expectations(self) -> Path:
        return self.expectations_dir or PROJECT_ROOT / "expectations"

    @property
    def dbt_project(self) -> Path:
        return PROJECT_ROOT / "dbt"

    def dbt_environment(self) -> dict[str, str]:
        """The variables that dbt's profile and this project's dbt files read."""
        return {
            "NEDSLAG_LAKE": str(self.lake),
            "NEDSLAG_WAREHOUSE": str(self.warehouse),
            "NEDSLAG_CODE": str(PROJECT_ROOT),
            "NEDSLAG_LATEST_RELEASE": str(self.marts / RELEASE),
            "NEDSLAG_DISCLOSURE_THRESHOLD": str(self.disclosure_threshold),
            "NEDSLAG_ENGINE": self.engine,
            **(self._spark_environment() if self.engine == "spark" else {}),
            "DBT_TARGET_PATH": str(self.dbt_target),
            "DBT_LOG_PATH": str(self.dbt_target),
            "DBT_PROFILES_DIR": str(self.dbt_project),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DO_NOT_TRACK": "1",
        }

    def _spark_environment(self) -> dict[str, str]:
        return {
            "NEDSLAG_SPARK_MASTER": self.spark.master,
            "NEDSLAG_SPARK_WAREHOUSE": self.spark_tables,
            "NEDSLAG_SPARK_SCRATCH": str(self.spark_scratch),
            "NEDSLAG_SPARK_LAKE": self.spark_lake,
            "NEDSLAG_SPARK_DRIVER_HOST": self.spark.driver_host,
            # PySpark's own: it decides which kind of session every builder makes.
            **({"SPARK_REMOTE": self.spark.master} if self.spark.connects else {}),
        }


def _with_secrets(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment, and what the files in NEDSLAG_SECRETS_DIR add to it."""
    folder = environ.get("NEDSLAG_SECRETS_DIR")
    if not folder:
        return environ
    try:
        secrets = {
            file.name: file.read_text(encoding="utf-8").strip()
            for file in Path(folder).iterdir()
            if file.name.startswith("NEDSLAG_")
        }
    except (OSError, UnicodeDecodeError) as error:
        where = getattr(error, "filename", None) or folder
        raise SettingsError(
            f"NEDSLAG_SECRETS_DIR cannot be read ({type(error).__name__}: {where}): it is a folder of text files, each "
            "named like a setting and readable for this user."
        ) from None
    twice = sorted(name for name in secrets if environ.get(name))
    if twice:
        raise SettingsError(
            f"{', '.join(twice)}: set in the environment and in NEDSLAG_SECRETS_DIR. Keep one of the two."
        )
    return {**environ, **secrets}


def _iso_date(environ: Mapping[str, str], name: str) -> date | None:
    text = environ.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{name} is not a date: write it as YYYY-MM-DD, for instance 2021-08-31.") from None


def _number(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name)
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise SettingsError(f"{name} is not a number of 0 or more: write it with digits, for instance 5.")
    return number


def _alerting(environ: Mapping[str, str]) -> Alerting:
    recipients = tuple(name.strip() for name in environ.get("NEDSLAG_ALERT_TO", "").split(",") if name.strip())
    smtp_url = _address(environ, "NEDSLAG_ALERT_SMTP_URL", ("smtp", "smtps"), "smtp://user@mail.example.org:587")
    if bool(smtp_url) != bool(recipients):
        raise SettingsError("NEDSLAG_ALERT_SMTP_URL and NEDSLAG_ALERT_TO belong together: set both, or neither.")
    when = environ.get("NEDSLAG_ALERT_WHEN") or "always"
    if when not in ("always", "trouble"):
        raise SettingsError("NEDSLAG_ALERT_WHEN is always (a digest every night) or trouble (failures, new warnings).")
    return Alerting(
        smtp_url=smtp_url,
        smtp_password=environ.get("NEDSLAG_ALERT_SMTP_PASSWORD") or None,
        sender=environ.get("NEDSLAG_ALERT_FROM") or (recipients[0] if recipients else ""),
        recipients=recipients,
        webhook_url=_address(
            environ, "NEDSLAG_ALERT_WEBHOOK_URL", ("http", "https"), "https://chat.example.org/hook/1"
        ),
        only_trouble=when == "trouble",
    )


def _address(environ: Mapping[str, str], name: str, schemes: tuple[str, ...], example: str) -> str | None:
    text = environ.get(name)
    if not text:
        return None
    try:
        parts = urlsplit(text)
        understood = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        understood = False
    if not understood:
        raise SettingsError(f"{name} is not an address: write it like {example}.")
    return text


def _threshold(environ: Mapping[str, str]) -> int:
    threshold = _number(environ, "NEDSLAG_DISCLOSURE_THRESHOLD", 5)
    if threshold < LEAST_THRESHOLD or threshold != int(threshold):
        raise SettingsError(
            f"NEDSLAG_DISCLOSURE_THRESHOLD must be a whole number of {LEAST_THRESHOLD} or more: cells of fewer persons "
            "than that are not in the open tables."
        )
    return int(threshold)


def _engine(environ: Mapping[str, str]) -> str:
    engine = environ.get("NEDSLAG_ENGINE") or ENGINES[0]
    if engine not in ENGINES:
        raise SettingsError(f"NEDSLAG_ENGINE is one of {', '.join(ENGINES)}.")
    if engine == "spark":
        if any(importlib.util.find_spec(name) is None for name in ("pyspark", "dbt.adapters.spark")):
            raise SettingsError(
                "NEDSLAG_ENGINE=spark needs what requirements/spark.txt lists: "
                "`pip install --no-deps --require-hashes -r requirements/spark.txt`."
            )
        java_home = environ.get("JAVA_HOME")
        java = shutil.which(f"{java_home}/bin/java" if java_home else "java")
        if not java and not _spark(environ).connects:
            raise SettingsError(
                "NEDSLAG_ENGINE=spark needs Java 17 or newer on this machine (Debian: `apt-get install "
                "openjdk-17-jre-headless`); set JAVA_HOME where it is not in the path."
            )
    return engine


def _spark(environ: Mapping[str, str]) -> Spark:
    found = Spark(
        master=environ.get("NEDSLAG_SPARK_MASTER") or Spark().master,
        tables=_folder_or_address(environ, "NEDSLAG_SPARK_TABLES"),
        lake=_folder_or_address(environ, "NEDSLAG_SPARK_LAKE"),
        driver_host=environ.get("NEDSLAG_SPARK_DRIVER_HOST") or Spark().driver_host,
    )
    if not _SPARK_MASTER.fullmatch(found.master):
        raise SettingsError(
            "NEDSLAG_SPARK_MASTER must read local[*], spark://<host>:<port>, yarn, k8s://<address>, or "
            "sc://<host>:<port> for a Spark Connect server."
        )
    return found


def _folder_or_address(environ: Mapping[str, str], name: str) -> str | None:
    text = (environ.get(name) or "").rstrip("/")
    return (text or None) if not text or "://" in text else str(Path(text).expanduser().absolute())


def _physical_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
