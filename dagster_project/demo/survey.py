"""The participant survey: invitations, answers and codebook, with the printed shares as exact counts.

`codebook.csv` holds the 21 questions. Free text is put together from harmless sentences and names nobody.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files

from dagster_project.demo.figures import PROGRAMME, PROJECTS, Population, Target, survey_targets
from dagster_project.demo.population import Participation
from dagster_project.demo.solve import fill_table
from dagster_project.demo.weeks import add_months

COMPLETE, PARTIAL, NO_ANSWER = "Besvaret", "Delvist besvaret", "Ikke besvaret"
UNDELIVERABLE, REFUSED = "Afvist", "Frabedt"
_OTHER_ENDINGS = (PARTIAL,) * 18 + (UNDELIVERABLE,) * 5 + (REFUSED,) * 7 + (NO_ANSWER,) * 70
SCALES: dict[str, dict[int, str]] = {
    "grad": {1: "I meget høj grad", 2: "I høj grad", 3: "I nogen grad", 4: "I mindre grad", 5: "Slet ikke",
             6: "Ved ikke"},
    "enig": {1: "Helt enig", 2: "Overvejende enig", 3: "Hverken enig eller uenig", 4: "Overvejende uenig",
             5: "Helt uenig", 6: "Ved ikke"},
    "valg": {0: "Nej", 1: "Ja"},
    "jaf": {1: "Ja", 2: "Nej"},
    "situation": {1: "I job", 2: "Ledig", 3: "Under uddannelse", 4: "Andet"},
    "tilfreds": {1: "Meget tilfreds", 2: "Tilfreds", 3: "Hverken tilfreds eller utilfreds", 4: "Utilfreds",
                 5: "Meget utilfreds", 6: "Ved ikke"},
}  # fmt: skip
# Shares that nobody printed but the text suggests, per scale or variable; solved counts stay as near as they can.
_PREFERRED: dict[str, dict[int, float]] = {
    "grad": {1: 0.22, 2: 0.36, 3: 0.25, 4: 0.09, 5: 0.05, 6: 0.03},
    "enig": {1: 0.18, 2: 0.20, 3: 0.24, 4: 0.18, 5: 0.16, 6: 0.04},
    "valg": {0: 0.72, 1: 0.28},
    "jaf": {1: 0.12, 2: 0.88},
    "situation": {1: 0.26, 2: 0.63, 3: 0.04, 4: 0.07},
    "tilfreds": {1: 0.31, 2: 0.42, 3: 0.15, 4: 0.06, 5: 0.03, 6: 0.03},
    "q3_5": {1: 0.09, 2: 0.12, 3: 0.17, 4: 0.22, 5: 0.37, 6: 0.03},
    "q3_6": {1: 0.07, 2: 0.14, 3: 0.23, 4: 0.26, 5: 0.26, 6: 0.04},
    "q3_7": {1: 0.05, 2: 0.11, 3: 0.22, 4: 0.30, 5: 0.29, 6: 0.03},
    "q4": {1: 0.45, 2: 0.35, 3: 0.12, 4: 0.04, 5: 0.03, 6: 0.01},
    "q6": {1: 0.38, 2: 0.42, 3: 0.12, 4: 0.04, 5: 0.03, 6: 0.01},
    "q8": {1: 0.12, 2: 0.28, 3: 0.38, 4: 0.11, 5: 0.07, 6: 0.04},
    "q10": {1: 0.09, 2: 0.23, 3: 0.35, 4: 0.15, 5: 0.11, 6: 0.07},
    "q2_2": {0: 0.54, 1: 0.46},
    "q2_6": {0: 0.83, 1: 0.17},
    "q2_3": {0: 0.90, 1: 0.10},
    "q9_1": {0: 0.44, 1: 0.56},
    "q9_2": {0: 0.53, 1: 0.47},
    "q9_3": {0: 0.55, 1: 0.45},
    "q9_4": {0: 0.69, 1: 0.31},
    "q9_5": {0: 0.78, 1: 0.22},
    "q9_6": {0: 0.88, 1: 0.12},
    "q11_1": {0: 0.52, 1: 0.48},
    "q11_2": {0: 0.77, 1: 0.23},
    "q11_6": {0: 0.85, 1: 0.15},
    "q17_1": {0: 0.22, 1: 0.78},
    "q17_2": {0: 0.29, 1: 0.71},
    "q17_3": {0: 0.62, 1: 0.38},
    "q17_4": {0: 0.96, 1: 0.04},
}
# The projects that the text names for a barrier, and how common agreement is elsewhere compared with them.
_STRESSED = {
    "q3_1": ("DSA", "FTF"), "q3_2": ("3F-A", "MA"), "q3_3": ("3F-A", "MA"), "q3_4": ("DSA", "MA", "FTF"),
    "q3_7": ("3F-S", "3F-A"),
}  # fmt: skip
_ELSEWHERE = 0.6
# How far a project differs from the others by chance.
_CHANCE = (0.85, 1.15)
# Share of code 1 where projects differ more than by chance.
_BY_PROJECT: dict[str, dict[str, float]] = {
    "q2_1": {"MA": 0.47, "DSA": 0.46, "3F-S": 0.50},
    "q2_3": {"MA": 0.09, "DSA": 0.09, "3F-S": 0.12},
    "q15": {"MA": 0.0, "FTF": 0.24, "DSA": 0.06, "3F-S": 0.07, "3F-A": 0.07},
}
# The reasons whose highest and lowest project the text names: percents that the others stay between.
_BETWEEN = {"q2_1": (20, 75), "q2_3": (6, 15)}
# Blank on purpose: nobody in the base of Figur 9 for 34 respondents, and one blank where 59 % needs another base.
_BLANK_Q11 = 34
_BLANK_ITEM = ("3F-A", "q3_5")
_HELPED = ("Samtalerne med min rådgiver", "At møde andre i samme situation", "Hjælp til CV og ansøgninger",
           "Et venligt skub", "Undervisning i jobsøgning på nettet", "At få sat ord på mine kompetencer")  # fmt: skip
_REMARKS = ("Tak for et godt forløb.", "Jeg savnede flere kurser.", "Godt at det kun var for seniorer.",
            "Det var ærgerligt at så meget blev aflyst.", "Online fungerede bedre end ventet.")  # fmt: skip


@dataclass(frozen=True)
class Variable:
    """One variable of the codebook as its file prints it; `scale` names its codes, blank for free text."""

    name: str
    question: str
    item: str
    kind: str
    scale: str
    condition: str


@dataclass
class Respondent:
    """One invitation and what came back; `answers` is empty where nothing did, a code is blank where none was given."""

    number: str
    participation: Participation
    sent: date
    status: str
    answered: date | None
    answers: dict[str, str]


def codebook() -> list[Variable]:
    """The variables in the order of the questionnaire."""
    text = files("dagster_project.demo.figures").joinpath("codebook.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter=";")
    return [Variable(r["variable"], r["question"], r["item"], r["type"], r["scale"], r["condition"]) for r in rows]


def ask(rng: random.Random, invited: Iterable[Participation], sizes: dict[str, Population]) -> list[Respondent]:
    """Invite everyone three months after the start and let as many answer as each project's population says.

    Raises:
        Unsolvable: the printed shares contradict each other on these sizes.
    """
    respondents: list[Respondent] = []
    for project in PROJECTS:
        mine = [p for p in invited if p.project == project]
        answering = {id(p) for p in rng.sample(mine, sizes[project].complete_answers)}
        for participation in mine:
            status = COMPLETE if id(participation) in answering else rng.choice(_OTHER_ENDINGS)
            sent = add_months(participation.start, 3) + timedelta(days=rng.randint(0, 4))
            answered = sent + timedelta(days=min(rng.randint(0, 26), rng.randint(0, 26)))
            back = answered if status in (COMPLETE, PARTIAL) else None
            respondents.append(Respondent("", participation, sent, status, back, {}))
    rng.shuffle(respondents)
    for n, respondent in enumerate(respondents, start=1):
        respondent.number = f"S{n:04}"
    complete = [r for r in respondents if r.status == COMPLETE]
    _answer_completely(rng, complete)
    for respondent in respondents:
        if respondent.status == PARTIAL:
            respondent.answers = answer_partly(rng)
    return respondents


def answer_partly(rng: random.Random) -> dict[str, str]:
    """Answers that break off somewhere in the questionnaire; no free text and no routed question."""
    variables = [v for v in codebook() if v.scale and not v.condition]
    kept = rng.randint(3, len(variables) - 8)
    return {v.name: str(rng.choice(list(SCALES[v.scale]))) for v in variables[:kept]}


def _answer_completely(rng: random.Random, complete: list[Respondent]) -> None:
    by_project = {p: [r for r in complete if r.participation.project == p] for p in PROJECTS}
    silent = {id(r) for r in rng.sample(complete, _BLANK_Q11)}
    for variable in codebook():
        if not variable.scale:
            continue
        asked = {p: [r for r in rs if _is_asked(r, variable, silent)] for p, rs in by_project.items()}
        if variable.name == _BLANK_ITEM[1]:
            asked[_BLANK_ITEM[0]] = asked[_BLANK_ITEM[0]][1:]
        codes = _draw_codes(rng, variable, {p: len(rs) for p, rs in asked.items()})
        for project, people in asked.items():
            for respondent, code in zip(people, codes[project], strict=True):
                respondent.answers[variable.name] = code
    for respondent in complete:
        respondent.answers["q12"] = rng.choice(_HELPED) if rng.random() < 0.6 else ""
        respondent.answers["q21"] = rng.choice(_REMARKS) if rng.random() < 0.2 else ""


def _is_asked(respondent: Respondent, variable: Variable, silent: set[int]) -> bool:
    if variable.name.startswith("q11_"):
        return id(respondent) not in silent
    if variable.condition:
        name, _, codes = variable.condition.partition(" in ")
        return respondent.answers[name] in codes.split(",")
    return True


def _draw_codes(rng: random.Random, variable: Variable, sizes: dict[str, int]) -> dict[str, list[str]]:
    codes = [str(code) for code in SCALES[variable.scale]]
    targets = [t for t in survey_targets() if t.subject == variable.name]
    targets += _between_named_extremes(variable.name)
    counts = fill_table(sizes, codes, targets, {p: _wanted(rng, variable, p, targets, sizes) for p in sizes})
    drawn = {p: [code for code, n in counts[p].items() for _ in range(n)] for p in sizes}
    for pool in drawn.values():
        rng.shuffle(pool)
    return drawn


def _between_named_extremes(variable: str) -> list[Target]:
    low, high = _BETWEEN.get(variable, (0, 100))
    others = _BY_PROJECT[variable] if variable in _BETWEEN else {}
    return [Target(p, variable, ("1",), rule, v) for p in others for rule, v in (("at_least", low), ("at_most", high))]


def _wanted(
    rng: random.Random, variable: Variable, project: str, targets: list[Target], sizes: dict[str, int]
) -> dict[str, float]:
    """Preferred shares of a project: the scale's or variable's, moved by chance and to what is printed or stressed."""
    shares = {str(c): n for c, n in _PREFERRED.get(variable.name, _PREFERRED[variable.scale]).items()}
    if project in _BY_PROJECT.get(variable.name, {}):
        return _moved_to(shares, ("1",), _BY_PROJECT[variable.name][project])
    printed = _printed_for(PROGRAMME, targets) or {("1",): shares["1"]}
    for parts, share in printed.items():
        by_chance = 1.0 if variable.name in _STRESSED else rng.uniform(*_CHANCE)
        shares = _moved_to(shares, parts, share * by_chance)
    for parts, share in _printed_for(project, targets).items():
        shares = _moved_to(shares, parts, share)
    if variable.name in _STRESSED:
        share = (shares["1"] + shares["2"]) * _stress(project, _STRESSED[variable.name], sizes)
        shares = _moved_to(shares, ("1", "2"), share)
    return shares


def _printed_for(scope: str, targets: list[Target]) -> dict[tuple[str, ...], float]:
    return {t.parts: t.value / 100 for t in targets if t.project == scope and t.rule == "rounds_to"}


def _moved_to(shares: dict[str, float], parts: tuple[str, ...], share: float) -> dict[str, float]:
    """The same shares with `parts` adding up to `share` and the rest to what is left, each in its old proportions."""
    old = sum(shares[part] for part in parts)
    return {code: n * share / old if code in parts else n * (1 - share) / (1 - old) for code, n in shares.items()}


def _stress(project: str, stressed: tuple[str, ...], sizes: dict[str, int]) -> float:
    """How far above or below the programme's share a project lies, so that the programme's share stays."""
    weights = {p: 1.0 if p in stressed else _ELSEWHERE for p in sizes}
    mean = sum(weights[p] * n for p, n in sizes.items()) / sum(sizes.values())
    return weights[project] / mean
