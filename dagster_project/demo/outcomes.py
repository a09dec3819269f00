"""Who in the register goes which way: statuses at the horizons, prior industry, and industry of the job at 12 months.

How many go each way is settled by `solve`; here the likelier persons get the jobs, so that the patterns of chapter 5.2
hold: under 60, little unemployment, women, Danish origin and the public sector are employed more often.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from dagster_project.demo.figures import HORIZONS, status_targets
from dagster_project.demo.population import Participation
from dagster_project.demo.solve import Flow, status_flow

BANDS = ("0-6m", "6-12m", "1-2y", "2-3y", "3-5y", "5y+")
PUBLIC_SECTOR = 9
NOT_STATED = 11
_LARGE_GROUP = 15
_CHANGED_AT_12 = 42
_UNKNOWN_AT_12 = 3
_WITHOUT_PRIOR_INDUSTRY = 7
_PRIOR_GROUPS: dict[str, dict[int, int]] = {
    "MA": {9: 60, 8: 14, 5: 10, 10: 10, 4: 6},
    "FTF": {9: 62, 6: 18, 10: 8, 8: 6, 4: 6},
    "DSA": {9: 91, 8: 4, 10: 3, 4: 2},
    "3F-S": {2: 32, 8: 21, 4: 25, 9: 12, 3: 7, 1: 3},
    "3F-A": {2: 33, 8: 24, 4: 24, 9: 8, 3: 8, 7: 3},
}
# Where the search for patterns begins: how much each trait counts beside chance, by how much and how often that may
# be raised, and how many draws of chance are tried.
_FIRST_WEIGHTS = {"little unemployment": 1.6, "under 60": 0.6, "women": 0.5, "danish": 1.0, "public sector": 0.6}
_RAISE, _RAISES, _DRAWS = 0.3, 12, 8


class PatternLost(ValueError):
    """The patterns of chapter 5.2 cannot hold with this population."""


def decide_outcomes(rng: random.Random, taken: Sequence[Participation]) -> None:
    """Give every participation in the register its statuses, prior industry group and industry at 12 months.

    The others get statuses and a prior industry like someone's of their project.

    Raises:
        PatternLost: no assignment keeps the patterns of chapter 5.2 at every horizon.
    """
    inside = [p for p in taken if p.in_register]
    flow = status_flow(Counter((p.project, p.horizons_observed) for p in inside), status_targets())
    for _ in range(_DRAWS):
        _give_prior_groups(rng, inside)
        luck = {id(p): rng.gauss(0, 1) for p in inside}
        weights = dict(_FIRST_WEIGHTS)
        for _ in range(_RAISES):
            _give_statuses(inside, flow, {id(p): luck[id(p)] + _employability(p, weights) for p in inside})
            lost = {trait for step in range(len(HORIZONS)) for trait in _lost_patterns(inside, step)}
            if not lost:
                _give_new_industries(rng, [p for p in inside if p.statuses[3:4] == "E"])
                _live_like_them(rng, taken, inside)
                return
            for trait in lost:
                weights[trait] += _RAISE
    raise PatternLost("the patterns of employment by background do not hold")


def _live_like_them(rng: random.Random, taken: Sequence[Participation], inside: list[Participation]) -> None:
    for participation in taken:
        if not participation.in_register:
            alike = [p for p in inside if p.project == participation.project and "L" not in p.statuses]
            model = rng.choice([p for p in alike if p.horizons_observed >= participation.horizons_observed])
            participation.statuses = model.statuses[: participation.horizons_observed]
            participation.prior_group = model.prior_group


def _give_prior_groups(rng: random.Random, inside: list[Participation]) -> None:
    for participation in inside:
        groups = _PRIOR_GROUPS[participation.project]
        participation.prior_group = rng.choices(list(groups), list(groups.values()))[0]
    long_unemployed = [p for p in inside if p.band == "5y+"]
    for participation in rng.sample(long_unemployed, _WITHOUT_PRIOR_INDUSTRY):
        participation.prior_group = None


def _employability(participation: Participation, weights: dict[str, float]) -> float:
    person = participation.person
    traits = {
        "little unemployment": 1 - BANDS.index(participation.band) / (len(BANDS) - 1),
        "under 60": _age(participation) < 60,
        "women": person.sex == "female",
        "danish": person.origin == "danish",
        "public sector": participation.prior_group == PUBLIC_SECTOR,
    }
    near_pension = -50.0 if _age(participation) >= 65 else 0.0
    return near_pension + sum(weights[trait] * value for trait, value in traits.items())


def _give_statuses(inside: list[Participation], flow: Flow, score: dict[int, float]) -> None:
    for participation in inside:
        participation.statuses = ""
    for (project, observed, _), moves in flow.items():
        group = [p for p in inside if (p.project, p.horizons_observed) == (project, observed)]
        by_status: dict[str, list[Participation]] = defaultdict(list)
        for participation in group:
            by_status[participation.statuses[-1:] or "B"].append(participation)
        for before, people in by_status.items():
            people.sort(key=lambda p: score[id(p)], reverse=True)
            after = {a: n for (b, a), n in moves.items() if b == before}
            for participation, status in zip(people, _in_order(after), strict=True):
                participation.statuses += status


def _in_order(after: dict[str, int]) -> list[str]:
    """The next statuses from the likeliest to be employed to the least: jobs first, plain benefit last."""
    return [status for status in "EHWPUSLB" for _ in range(after.get(status, 0))]


def _lost_patterns(inside: list[Participation], step: int) -> Iterator[str]:
    """The traits whose bearers are not employed more often than the others at a horizon."""
    observed = [p for p in inside if p.horizons_observed > step and p.statuses[step] != "L"]

    def share(of: Callable[[Participation], bool]) -> float:
        chosen = [p.statuses[step] == "E" for p in observed if of(p)]
        return sum(chosen) / max(len(chosen), 1)

    def share_of_group(group: int | None) -> float:
        return share(lambda p: p.prior_group == group)

    low = share(lambda p: p.band in BANDS[:2])
    public = share_of_group(PUBLIC_SECTOR)
    large = [g for g, size in Counter(p.prior_group for p in observed).items() if size >= _LARGE_GROUP]
    others = [share_of_group(group) for group in large if group != PUBLIC_SECTOR]
    if low <= share(lambda p: p.band not in BANDS[:2]) or low <= share(lambda p: p.band == BANDS[2]):
        yield "little unemployment"
    if share(lambda p: _age(p) < 60) <= share(lambda p: _age(p) >= 60):
        yield "under 60"
    if share(lambda p: p.person.sex == "female") <= share(lambda p: p.person.sex == "male"):
        yield "women"
    if share(lambda p: p.person.origin == "danish") <= share(lambda p: p.person.origin == "other"):
        yield "danish"
    if public <= max([share(lambda p: p.prior_group != PUBLIC_SECTOR), *others]):
        yield "public sector"


def _give_new_industries(rng: random.Random, employed: list[Participation]) -> None:
    """Industry at 12 months: changed for as many as printed, unknown for a few, else the prior one."""
    without = [p for p in employed if p.prior_group is None]
    known = [p for p in employed if p.prior_group is not None]
    rng.shuffle(known)
    # Leaving the public sector is rarer than leaving any other industry.
    known.sort(key=lambda p: p.prior_group == PUBLIC_SECTOR and rng.random() < 0.8)
    for n, participation in enumerate(known):
        if n < _CHANGED_AT_12:
            others = [g for g in (2, 4, 8, 9, 9, 10, 7) if g != participation.prior_group]
            participation.industry_at_12 = rng.choice(others)
        else:
            participation.industry_at_12 = participation.prior_group
    for participation in known[-max(0, _UNKNOWN_AT_12 - len(without)) :]:
        participation.industry_at_12 = NOT_STATED
    for participation in without:
        participation.industry_at_12 = PUBLIC_SECTOR


def _age(participation: Participation) -> int:
    start, born = participation.start, participation.person.born
    return start.year - born.year - ((start.month, start.day) < (born.month, born.day))
