"""What each source delivers, as data: tables, columns, synonyms, types, closed lists.

What belongs here: everything about a source that is not a rule. A new source is one more entry in `SOURCES`. What does
not: how a heading is found or a cell is read (`checking`, `cells`). Headings and words are spelled as the deliveries
spell them; the values they become are the English words of the marts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

import polars as pl

Value = str | bool

# What a register pull in text may be packed with, by the ending of its name.
COMPRESSIONS: Final = ("gz", "bz2", "xz", "zst")


class Kind(Enum):
    """How a cell is read."""

    PERSON = "person"
    PROJECT = "project"
    RESPONDENT = "respondent"
    TEXT = "text"
    VARIABLE = "variable"
    WORD = "word"
    SWITCH = "switch"
    DATE = "date"
    NUMBER = "number"
    INTEGER = "integer"

    @property
    def lake_type(self) -> pl.DataType:
        """The type of the lake column that the cells become."""
        return _LAKE_TYPES.get(self, pl.String())


_LAKE_TYPES: Final[Mapping[Kind, pl.DataType]] = {
    Kind.SWITCH: pl.Boolean(),
    Kind.DATE: pl.Date(),
    Kind.NUMBER: pl.Float64(),
    Kind.INTEGER: pl.Int32(),
}


class Shape(Enum):
    """ROWS: one lake row per file row. ANSWERS and PULL have further columns whose names are data."""

    ROWS = "rows"
    ANSWERS = "answers"
    PULL = "pull"


@dataclass(frozen=True)
class Column:
    """One column of a delivery.

    Attributes:
        heading: as the contract spells it; `synonyms` are equal to it.
        field: the lake column it becomes. Two columns may read the same heading.
        words: for WORD and SWITCH, the closed list, keyed in lower case.
        may_be_absent: the column may be missing from the file. may_be_blank: its cells may be blank.
        blank: the value of a blank cell where blanks are allowed.
        exact: the heading matches without regard to case and surrounding blanks only, punctuation counts.
    """

    heading: str
    field: str
    kind: Kind
    synonyms: tuple[str, ...] = ()
    words: Mapping[str, Value] = dataclasses.field(default_factory=dict)
    may_be_absent: bool = False
    may_be_blank: bool = False
    blank: Value | None = None
    exact: bool = False


@dataclass(frozen=True)
class Table:
    """One table of a source.

    Attributes:
        group: the ledger's word for it.
        lake_table: where its rows land.
        mark: the word in a file name that tells it from the source's other tables; None when it is the only one.
        sheet: its sheet, in a source whose workbooks hold one sheet per table.
        may_be_empty: a workbook may hold this sheet without rows.
        unique: lake fields that may stand together only once in a file.
    """

    group: str
    lake_table: str
    columns: tuple[Column, ...]
    mark: str | None = None
    sheet: str | None = None
    may_be_empty: bool = False
    unique: tuple[str, ...] = ()
    shape: Shape = Shape.ROWS

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """The lake table's columns in order."""
        keys: dict[str, pl.DataType] = {"delivery_id": pl.String(), "row_number": pl.Int32()}
        return keys | {column.field: column.kind.lake_type for column in self.columns}


@dataclass(frozen=True)
class Source:
    """What one landing folder holds. `further` are lake tables whose columns do not come from a contract column."""

    name: str
    tables: tuple[Table, ...]
    formats: tuple[str, ...] = ("xlsx", "csv", "parquet")
    further: Mapping[str, Mapping[str, pl.DataType]] = dataclasses.field(default_factory=dict)

    @property
    def has_workbooks(self) -> bool:
        """Whether an .xlsx file of this source is a workbook with one sheet per table."""
        return any(table.sheet for table in self.tables)

    @property
    def lake_tables(self) -> dict[str, Mapping[str, pl.DataType]]:
        """Every lake table of the source with its columns."""
        return {table.lake_table: table.schema for table in self.tables} | dict(self.further)


def _words(**words: Value) -> Mapping[str, Value]:
    return MappingProxyType({word.replace("_", " "): value for word, value in words.items()})


_CPR_SYNONYMS: Final = ("CPR", "CPR-nummer", "cprnr", "PNR")
_PERSON: Final = Column("CPR-nr.", "participant_id", Kind.PERSON, _CPR_SYNONYMS)
_PROJECT: Final = Column("Projekt", "project_code", Kind.PROJECT)
_RESPONDENT: Final = Column("Respondent", "respondent_id", Kind.RESPONDENT)

PARTICIPANTS: Final = Table(
    group="participants",
    lake_table="monitoring_participants",
    mark="deltagere",
    sheet="Deltagere",
    unique=("participant_id", "project_code", "start_date"),
    columns=(
        _PERSON,
        _PROJECT,
        Column("A-kasse", "unemployment_fund", Kind.TEXT),
        Column("Hold", "course_round", Kind.TEXT),
        Column("Startdato", "start_date", Kind.DATE),
        Column("Slutdato", "end_date", Kind.DATE, may_be_blank=True),
        Column(
            "Rekruttering",
            "recruitment_method",
            Kind.WORD,
            words=_words(selvrekruttering="self_recruited", invitation="invitation", obligatorisk="mandatory"),
            may_be_absent=True,
            may_be_blank=True,
        ),
    ),
)

ACTIVITIES: Final = Table(
    group="activities",
    lake_table="monitoring_activities",
    mark="aktiviteter",
    sheet="Aktiviteter",
    may_be_empty=True,
    columns=(
        _PERSON,
        _PROJECT,
        Column("Aktivitet", "activity_name", Kind.TEXT),
        Column("Dato", "activity_date", Kind.DATE),
        Column("Timer", "hours", Kind.NUMBER, may_be_absent=True, may_be_blank=True),
        Column("Form", "mode", Kind.WORD, words=_words(fysisk="in_person", online="online", telefon="phone")),
        Column(
            "Status",
            "activity_status",
            Kind.WORD,
            words=_words(gennemført="completed", aflyst="cancelled", udsat="postponed"),
        ),
    ),
)

JOB_STATUSES: Final = Table(
    group="job_statuses",
    lake_table="monitoring_job_statuses",
    mark="jobstatus",
    sheet="Jobstatus",
    may_be_empty=True,
    columns=(
        _PERSON,
        _PROJECT,
        Column("Dato", "recorded_date", Kind.DATE),
        Column(
            "Jobstatus",
            "job_status",
            Kind.WORD,
            words=_words(
                i_job="in_job",
                løntilskud="wage_subsidy",
                virksomhedspraktik="work_placement",
                uddannelse="education",
                ledig="unemployed",
                andet="other",
            ),
        ),
    ),
)

DECLARATIONS: Final = Table(
    group="declarations",
    lake_table="consent_declarations",
    columns=(
        _PERSON,
        _PROJECT,
        Column("Afgivet", "given_date", Kind.DATE),
        Column("Tilbagekaldt", "withdrawn_date", Kind.DATE, may_be_blank=True),
        Column(
            "Omfang",
            "covers_survey",
            Kind.SWITCH,
            words=_words(survey=True, register=False, survey_og_register=True),
            may_be_blank=True,
            blank=True,
        ),
        Column(
            "Omfang",
            "covers_register",
            Kind.SWITCH,
            words=_words(survey=False, register=True, survey_og_register=True),
            may_be_blank=True,
            blank=True,
        ),
    ),
)

INVITATIONS: Final = Table(
    group="invitations",
    lake_table="survey_invitations",
    mark="invitationer",
    unique=("respondent_id",),
    columns=(
        _RESPONDENT,
        _PERSON,
        _PROJECT,
        Column("Udsendt", "sent_date", Kind.DATE),
        Column(
            "Status",
            "disposition",
            Kind.WORD,
            words=_words(
                besvaret="complete",
                delvist_besvaret="partial",
                ikke_besvaret="no_response",
                afvist="undeliverable",
                frabedt="refused",
            ),
        ),
    ),
)

# A respondent's second row is rejected too, but each night: the first may fall by the codebook in force.
ANSWERS: Final = Table(
    group="answers",
    lake_table="survey_answer_rows",
    mark="besvarelser",
    shape=Shape.ANSWERS,
    columns=(_RESPONDENT, Column("Besvaret", "answered_date", Kind.DATE)),
)

CODEBOOK: Final = Table(
    group="codebook",
    lake_table="survey_codebook",
    mark="kodebog",
    unique=("variable", "code"),
    columns=(
        Column("Variabel", "variable", Kind.VARIABLE),
        Column("Spørgsmål", "question", Kind.TEXT),
        Column("Udsagn", "item", Kind.TEXT, may_be_blank=True),
        Column(
            "Type",
            "type",
            Kind.WORD,
            words=_words(enkelt="single", multi="multiple", skala="scale", fritekst="free_text"),
        ),
        Column("Kode", "code", Kind.INTEGER, may_be_blank=True),
        Column("Label", "label", Kind.TEXT, may_be_blank=True),
        Column("Betingelse", "condition", Kind.TEXT, may_be_blank=True),
    ),
)

PULL: Final = Table(
    group="pull",
    lake_table="register_persons",
    unique=("participant_id",),
    shape=Shape.PULL,
    columns=(
        Column("PNR", "participant_id", Kind.PERSON, ("CPR-nr.", *_CPR_SYNONYMS)),
        Column(
            "koen",
            "sex",
            Kind.WORD,
            words=MappingProxyType({"1": "male", "2": "female", "m": "male", "k": "female"}),
            may_be_blank=True,
            exact=True,
        ),
        Column("foed_dag", "birth_date", Kind.DATE, may_be_blank=True, exact=True),
        Column(
            "ie_type",
            "origin",
            Kind.WORD,
            words=MappingProxyType({"1": "danish", "2": "other", "3": "other"}),
            may_be_blank=True,
            exact=True,
        ),
    ),
)

# A yearly cut of the register may leave the background to the other years' files of the same day.
YEARLY_CUT: Final = dataclasses.replace(
    PULL,
    columns=tuple(
        column if column.kind is Kind.PERSON else dataclasses.replace(column, may_be_absent=True)
        for column in PULL.columns
    ),
)

INDICATORS: Final = Table(
    group="indicators",
    lake_table="results_indicators",
    columns=(
        _PROJECT,
        Column("Indikator", "indicator", Kind.TEXT),
        Column("Mål", "target", Kind.NUMBER, may_be_blank=True),
        Column("Resultat", "result", Kind.NUMBER, may_be_blank=True),
        Column("Enhed", "unit", Kind.WORD, words=_words(antal="count", pct="percent")),
        Column("Opgjort", "recorded_date", Kind.DATE, may_be_blank=True),
        Column("Kilde", "result_source", Kind.TEXT, may_be_blank=True),
    ),
)

_ANSWER_CELLS: Final[Mapping[str, pl.DataType]] = {
    "delivery_id": pl.String(),
    "row_number": pl.Int32(),
    "variable": pl.String(),
    "raw_value": pl.String(),
}
_BENEFIT_SPELLS: Final[Mapping[str, pl.DataType]] = {
    "delivery_id": pl.String(),
    "participant_id": pl.String(),
    "benefit_code": pl.String(),
    "first_week": pl.Int32(),
    "last_week": pl.Int32(),
}
_INDUSTRY_SPELLS: Final[Mapping[str, pl.DataType]] = {
    "delivery_id": pl.String(),
    "participant_id": pl.String(),
    "industry_code": pl.String(),
    "first_month": pl.Int32(),
    "last_month": pl.Int32(),
}

SOURCES: Final[Mapping[str, Source]] = {
    source.name: source
    for source in (
        Source("monitoring", (PARTICIPANTS, ACTIVITIES, JOB_STATUSES)),
        Source("consent", (DECLARATIONS,)),
        Source(
            "survey",
            (INVITATIONS, ANSWERS, CODEBOOK),
            further=MappingProxyType({"survey_answers": _ANSWER_CELLS}),
        ),
        Source(
            "register",
            (PULL,),
            formats=("xlsx", "csv", *(f"csv.{packed}" for packed in COMPRESSIONS), "parquet", "sas7bdat", "dta"),
            further=MappingProxyType(
                {
                    "register_benefit_spells": _BENEFIT_SPELLS,
                    "register_industry_spells": _INDUSTRY_SPELLS,
                    "register_weeks": {"delivery_id": pl.String(), "week": pl.Int32()},
                    "register_months": {"delivery_id": pl.String(), "month": pl.Int32()},
                }
            ),
        ),
        Source("results", (INDICATORS,)),
    )
}
