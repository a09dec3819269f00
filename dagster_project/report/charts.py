"""Pictures as inline SVG: Vega-Lite draws them when the page is built, so that nothing is needed when it is read.

Belongs here: geometry and marks. Does not belong here: which rows are shown or what they mean.

A panel is 340 units wide, a phone's column, and the page flows panels side by side where there is room. Both languages
are in one picture: the drawing carries tokens that become a text per language. Colours are the page's CSS variables.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from dagster_project.report.pieces import Pieces
from dagster_project.report.texts import Both, number, same

WIDTH = 340
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_VERSION = "6.4"
_FONT = 12
_LINE = 15
_RIGHT = 112
_CHARACTER = 6.2
_TOKEN = re.compile(r"(<text[^>]*>)⟦(\d+)⟧</text>")
# What the renderer adds for its own accessibility tree and pointer events; the page names pictures itself.
_ADDED = re.compile(r' (?:class|role|aria-[a-z]+|pointer-events|font-family|stroke-miterlimit)="[^"]*"')
_EMPTY = re.compile(r'<path d="M0,0h\d+v[\d.]+h-\d+Z"/>|<path d=""[^>]*/>|<g></g>|<g transform="translate\(0,0\)"></g>')
_LONG = re.compile(r"(\d+\.\d{2})\d+")

Mark = str | float | bool | list[int]
"""A property of a mark as Vega-Lite takes it."""


@dataclass(frozen=True)
class Bar:
    """A line of a row panel: a value with its interval, in units of the axis; a value of None is not drawn."""

    label: Both
    text: Both
    value: float | None = None
    low: float | None = None
    high: float | None = None
    target: float | None = None
    heading: bool = False


@dataclass(frozen=True)
class Stack:
    """A line of a stack panel: shares in per cent in the order of the palette.

    A share of None is hidden: the line ends with a hollow piece for all that is hidden. `instead` takes the place of a
    line without shares.
    """

    label: Both
    text: Both
    shares: tuple[float | None, ...]
    instead: Both | None = None


@dataclass(frozen=True)
class Strip:
    """A line of a timeline: counts per month, done and not done."""

    label: Both
    text: Both
    done: tuple[int | None, ...]
    undone: tuple[int | None, ...]


@dataclass(frozen=True)
class Step:
    """A point of a curve: per cent with interval at a week."""

    week: int
    value: float
    low: float | None
    high: float | None


class Artist:
    """Draws panels; a picture that was drawn before is not drawn again."""

    def __init__(self, pieces: Pieces) -> None:
        """
        Args:
            pieces: keeps the pictures.
        """
        self._pieces = pieces

    def bars(
        self,
        bars: Sequence[Bar],
        *,
        domain: tuple[float, float] = (0, 100),
        ticks: Sequence[tuple[float, Both]] = (),
        dots: bool = False,
        beside: int = 0,
        references: Sequence[float] = (),
    ) -> Markup:
        """Values in rows, as bars from zero or as dots, with whiskers and the value in words at the right edge.

        Args:
            bars: the rows from above.
            domain: ends of the axis.
            ticks: values with a line and a text.
            dots: a dot instead of a bar.
            beside: width of a column for the labels; 0 puts each label above its row.
            references: values with a dashed line.
        """
        picture = _Picture(domain, (beside + 6 if beside else 0, WIDTH - _RIGHT))
        top = 4.0
        for bar in bars:
            lines = 1 if beside else _lines(bar.label, WIDTH)
            if bar.heading:
                picture.text(0, top + 12, bar.label, weight="bold", width=WIDTH)
                top += _lines(bar.label, WIDTH) * _LINE + 5
                continue
            if not beside:
                picture.text(0, top + 11, bar.label, width=WIDTH)
                top += lines * _LINE + 1
            middle = top + 8
            if beside:
                picture.text(0, middle + 4, bar.label, width=beside)
            picture.text(WIDTH, middle + 4, bar.text, align="right", width=_RIGHT)
            if bar.value is not None:
                value = min(max(bar.value, domain[0]), domain[1])
                if dots:
                    picture.dots.append({"x": value, "y": middle})
                else:
                    picture.rects.append({"x": 0, "x2": value, "y": middle - 6, "y2": middle + 6})
            if bar.low is not None and bar.high is not None:
                ends = (max(bar.low, domain[0]), min(bar.high, domain[1]))
                picture.whiskers.append({"x": ends[0], "x2": ends[1], "y": middle})
                picture.caps += [{"x": end, "y": middle - 4, "y2": middle + 4} for end in ends]
            if bar.target is not None:
                picture.targets.append({"x": min(bar.target, domain[1]), "y": middle - 9, "y2": middle + 9})
            top += 22 if beside else 26
        bottom = top + 2
        picture.grid += [{"x": value, "y": 2, "y2": bottom} for value, _ in ticks]
        picture.references += [{"x": value, "y": 2, "y2": bottom} for value in references]
        for value, text in ticks:
            # A text centred on the very edge would be cut off in print.
            at_edge = value == domain[0] and not beside
            picture.text_at(value, bottom + 13, text, align="left" if at_edge else "center")
        return self._draw(picture, bottom + (18 if ticks else 2))

    def stacks(self, stacks: Sequence[Stack], palette: str, *, beside: int = 0) -> Markup:
        """Shares side by side in rows of one length; a share wide enough carries its per cent."""
        right = WIDTH - 46
        picture = _Picture((0, 100), (beside, right))
        unit = (right - beside) / 100
        top = 4.0
        for stack in stacks:
            if not beside:
                picture.text(0, top + 11, stack.label, width=WIDTH)
                top += _lines(stack.label, WIDTH) * _LINE + 1
            else:
                picture.text(0, top + 15, stack.label, width=beside)
            picture.text(WIDTH, top + 15, stack.text, align="right", width=60)
            if stack.instead:
                picture.text(beside, top + 15, stack.instead, width=right - beside)
            left = 0.0
            for place, value in enumerate(stack.shares):
                if not value:
                    continue
                gap = min(1 / unit, value / 3)
                picture.segments.append(
                    {"x": left, "x2": left + value - gap, "y": top, "y2": top + 22, "c": f"var(--{palette}{place})"}
                )
                if value * unit >= 22:
                    picture.text_at(left + value / 2, top + 15, number(value), color="var(--paper)")
                left += value
            if None in stack.shares and left < 99.5:
                picture.hollow.append({"x": left + 0.4, "x2": 99.6, "y": top, "y2": top + 22})
            top += 32
        return self._draw(picture, top - 4)

    def timeline(self, strips: Sequence[Strip], years: Sequence[tuple[int, str]]) -> Markup:
        """Counts per month as columns, one strip per row: done above the line, not done below it.

        Args:
            strips: the rows; every one has as many months.
            years: place of each January and the year.
        """
        months = max((len(strip.done) for strip in strips), default=0)
        picture = _Picture((0, max(months, 1)), (0, WIDTH))
        top = 4.0
        for strip in strips:
            picture.text(0, top + 11, strip.label, width=WIDTH - _RIGHT)
            picture.text(WIDTH, top + 11, strip.text, align="right", width=_RIGHT + 20)
            base = top + 46
            most = max((count for count in (*strip.done, *strip.undone) if count), default=1)
            for month, (done, undone) in enumerate(zip(strip.done, strip.undone, strict=True)):
                if done:
                    height = 26 * done / most
                    picture.rects.append({"x": month + 0.1, "x2": month + 0.9, "y": base - height, "y2": base})
                if undone:
                    height = 26 * undone / most
                    picture.outlines.append({"x": month + 0.1, "x2": month + 0.9, "y": base + 1, "y2": base + height})
            picture.whiskers.append({"x": 0, "x2": months, "y": base})
            top = base + 6 + 26 * max((count for count in strip.undone if count), default=0) / most
        for place, year in years:
            picture.grid.append({"x": place, "y": 2, "y2": top})
            picture.text_at(place, top + 13, Both(year, year), align="left" if place < months - 4 else "right")
        return self._draw(picture, top + 18)

    def curve(self, steps: Sequence[Step], *, top_value: float, last: Both) -> Markup:
        """A step curve over weeks with its band; the last value stands at the end."""
        left, right, floor = 42, WIDTH - 52, 170
        picture = _Picture((0, 52), (left, right))
        at = {value: floor - 156 * value / top_value for value in _even(top_value)}
        for value, height in at.items():
            picture.grid.append({"x": 0, "x2": 52, "y": height})
            picture.text(left - 6, height + 4, Both(f"{value:g}\N{NO-BREAK SPACE}%", f"{value:g}%"), align="right")
        for week in (0, 13, 26, 39, 52):
            picture.text_at(week, floor + 16, number(week))
        for step in steps:
            if step.low is not None and step.high is not None:
                ends = {
                    "y": floor - 156 * step.low / top_value,
                    "y2": floor - 156 * min(step.high, top_value) / top_value,
                }
                picture.band.append({"x": step.week, **ends})
            picture.line.append({"x": step.week, "y": floor - 156 * step.value / top_value})
        if steps:
            picture.text(
                right + 6, floor - 156 * steps[-1].value / top_value + 4, last, weight="bold", width=WIDTH - right
            )
        return self._draw(picture, floor + 22)

    def flow(
        self,
        columns: Sequence[tuple[Both, Sequence[int]]],
        links: Sequence[tuple[int, int, int, int]],
        groups: Sequence[Both],
        *,
        width: int,
    ) -> Markup:
        """Who moved between groups from column to column.

        Args:
            columns: heading and number per group.
            links: column, group there, group in the next column, number.
            groups: what each group is called, from above.
            width: of the whole picture.
        """
        side = 118 if width == WIDTH else 170
        height, top, node, gap = 250, 24, 12, 6
        total = max((sum(counts) for _, counts in columns), default=0) or 1
        unit = (height - gap * (len(groups) - 1)) / total
        step = (width - side - node) / max(len(columns) - 1, 1)
        picture = _Picture((0, width), (0, width), width)
        starts: list[list[float]] = []
        for place, (heading, counts) in enumerate(columns):
            x, y = place * step, float(top)
            anchor = "left" if place == 0 else "center"
            picture.text(x if place == 0 else x + node / 2, 12, heading, align=anchor, width=200)
            starts.append([])
            for group, count in enumerate(counts):
                starts[-1].append(y)
                if count:
                    picture.segments.append(
                        {"x": x, "x2": x + node, "y": y, "y2": y + count * unit, "c": f"var(--flow{group})"}
                    )
                y += count * unit + gap
        leaving = [list(column) for column in starts]
        arriving = [list(column) for column in starts]
        for place, source, target, count in links:
            ends = (leaving[place][source], arriving[place + 1][target])
            leaving[place][source] += count * unit
            arriving[place + 1][target] += count * unit
            picture.ribbons.append((place * step + node, (place + 1) * step, *ends, count * unit, source))
        if columns:
            names = [group + same(f": {count}") for group, count in zip(groups, columns[-1][1], strict=True)]
            _name_groups(picture, names, columns[-1][1], starts[-1], unit, width - side)
        return self._draw(picture, height + top + 8)

    def _draw(self, picture: _Picture, height: float) -> Markup:
        spec = json.dumps(picture.spec(height), ensure_ascii=False)
        return Markup(self._pieces.piece(f"{spec}{picture.texts}", lambda: _draw(spec, picture, height)))


def _draw(spec: str, picture: _Picture, height: float) -> str:
    # Loaded where used: a night without a new picture need not wait for it.
    import vl_convert

    return _page_svg(vl_convert.vegalite_to_svg(spec, vl_version=_VERSION), picture, height)


class _Picture:
    """Marks in drawing order; x is on the axis, y in units from above."""

    def __init__(self, domain: tuple[float, float], extent: tuple[float, float], width: int = WIDTH) -> None:
        self.width = width
        self.texts: list[tuple[Both, int]] = []
        self.grid: list[dict[str, Any]] = []
        self.references: list[dict[str, Any]] = []
        self.rects: list[dict[str, Any]] = []
        self.outlines: list[dict[str, Any]] = []
        self.hollow: list[dict[str, Any]] = []
        self.segments: list[dict[str, Any]] = []
        self.ribbons: list[tuple[float, float, float, float, float, int]] = []
        self.band: list[dict[str, Any]] = []
        self.line: list[dict[str, Any]] = []
        self.whiskers: list[dict[str, Any]] = []
        self.caps: list[dict[str, Any]] = []
        self.dots: list[dict[str, Any]] = []
        self.targets: list[dict[str, Any]] = []
        self._axis = {"domain": list(domain), "range": list(extent), "nice": False, "zero": False}
        self._words: dict[tuple[str, str, str, bool], list[dict[str, Any]]] = {}

    def text(
        self,
        x: float,
        y: float,
        text: Both,
        *,
        align: str = "left",
        weight: str = "normal",
        width: float = WIDTH,
        color: str = "currentColor",
        on_axis: bool = False,
    ) -> None:
        """A text that begins, ends or centres at x units from the left and wraps to `width`."""
        self.texts.append((text, _columns(width)))
        token = {"x": x, "y": y, "t": f"⟦{len(self.texts) - 1}⟧"}
        self._words.setdefault((align, weight, color, on_axis), []).append(token)

    def text_at(
        self, value: float, y: float, text: Both, *, align: str = "center", color: str = "currentColor"
    ) -> None:
        """A short text at a value of the axis."""
        self.text(value, y, text, align=align, color=color, on_axis=True)

    def spec(self, height: float) -> dict[str, Any]:
        """The picture as a Vega-Lite specification."""
        span = {"x2": {"field": "x2"}}
        fall = {"y2": {"field": "y2"}}
        box = {**span, **fall}
        hue = {"color": {"field": "c", "type": "nominal", "scale": None}}
        layers = [
            self._layer("rule", [row for row in self.grid if "y2" in row], fall, color="var(--grid)"),
            self._layer("rule", [row for row in self.grid if "x2" in row], span, color="var(--grid)"),
            self._layer("rule", self.references, fall, color="currentColor", strokeDash=[3, 3]),
            self._layer("rect", self.rects, box, color="var(--mark)"),
            self._layer("rect", self.outlines, box, color="var(--mark-quiet)"),
            self._layer("rect", self.hollow, box, color="none", stroke="currentColor", strokeDash=[2, 3]),
            *(self._ribbon(ribbon) for ribbon in self.ribbons),
            self._layer("rect", self.segments, box | hue),
            self._layer("area", self.band, fall, color="var(--mark)", opacity=0.22, interpolate="step-after"),
            self._layer("line", self.line, {}, color="var(--mark)", strokeWidth=2, interpolate="step-after"),
            self._layer("rule", self.whiskers, span, color="var(--paper)", strokeWidth=3.5),
            self._layer("rule", self.caps, fall, color="var(--paper)", strokeWidth=3.5),
            self._layer("rule", self.whiskers, span, color="currentColor", strokeWidth=1.3),
            self._layer("rule", self.caps, fall, color="currentColor", strokeWidth=1.3),
            self._layer("point", self.dots, {}, color="var(--mark)", filled=True, size=90, opacity=1),
            self._layer("rule", self.targets, fall, color="var(--target)", strokeWidth=3),
            *(self._text_layer(style, rows) for style, rows in self._words.items()),
        ]
        return {
            "$schema": _SCHEMA,
            "width": self.width,
            "height": height,
            "autosize": "none",
            "padding": 0,
            "background": None,
            "config": {"aria": False, "view": {"stroke": None}},
            "layer": [layer for layer in layers if layer["data"]["values"]],
        }

    def _layer(
        self, kind: str, rows: Sequence[Mapping[str, Any]], channels: Mapping[str, Any], **mark: Mark
    ) -> dict[str, Any]:
        x = {"field": "x", "type": "quantitative", "scale": self._axis, "axis": None}
        y = {"field": "y", "type": "quantitative", "scale": None, "axis": None}
        return {
            "data": {"values": list(rows)},
            "mark": {"type": kind, **mark},
            "encoding": {"x": x, "y": y, **channels},
        }

    def _text_layer(self, style: tuple[str, str, str, bool], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        align, weight, color, on_axis = style
        layer = self._layer(
            "text",
            rows,
            {"text": {"field": "t"}},
            align=align,
            fontWeight=weight,
            color=color,
            fontSize=_FONT,
            baseline="alphabetic",
        )
        if not on_axis:
            layer["encoding"]["x"] = {**layer["encoding"]["x"], "scale": None}
        return layer

    def _ribbon(self, ribbon: tuple[float, float, float, float, float, int]) -> dict[str, Any]:
        left, right, start, end, thickness, group = ribbon
        rows = []
        for part in range(13):
            share = part / 12
            y = start + (end - start) * share * share * (3 - 2 * share)
            rows.append({"x": left + (right - left) * share, "y": round(y, 2), "y2": round(y + thickness, 2)})
        return self._layer(
            "area", rows, {"y2": {"field": "y2"}}, color=f"var(--flow{group})", opacity=0.4, interpolate="monotone"
        )


def _name_groups(
    picture: _Picture, names: Sequence[Both], counts: Sequence[int], starts: Sequence[float], unit: float, x: float
) -> None:
    """Write each name beside its group, further down where the one before needs the room."""
    lowest = 0.0
    for name, count, start in zip(names, counts, starts, strict=True):
        y = max(start + count * unit / 2 + 4, lowest)
        picture.text(x + 6, y, name, width=picture.width - x - 6)
        lowest = y + _lines(name, picture.width - x - 6) * _LINE


def _page_svg(drawn: str, picture: _Picture, height: float) -> Markup:
    """The drawing as the page carries it: no size of its own, no colours of its own, both languages."""
    inside = drawn[drawn.index(">") + 1 : drawn.rindex("</svg>")]
    inside = _LONG.sub(r"\1", _ADDED.sub("", inside))
    shorter = _EMPTY.sub("", inside)
    while shorter != inside:
        inside, shorter = shorter, _EMPTY.sub("", shorter)
    inside = _TOKEN.sub(lambda found: found[1] + _tspans(*picture.texts[int(found[2])]) + "</text>", inside)
    return Markup('<svg viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}</svg>').format(
        picture.width, round(height), Markup(inside)
    )


def _tspans(text: Both, columns: int) -> str:
    if text.da == text.en:
        return _wrapped(text.da, columns)
    return (
        f'<tspan class="da">{_wrapped(text.da, columns)}</tspan><tspan class="en">{_wrapped(text.en, columns)}</tspan>'
    )


def _wrapped(text: str, columns: int) -> str:
    lines = textwrap.wrap(text, columns, break_on_hyphens=False) or [""]
    if len(lines) == 1:
        return str(escape(lines[0]))
    return "".join(
        f'<tspan x="0" dy="{_LINE if place else 0}">{escape(line)}</tspan>' for place, line in enumerate(lines)
    )


def _columns(width: float) -> int:
    return max(int(width / _CHARACTER), 8)


def _lines(text: Both, width: float) -> int:
    return max(len(textwrap.wrap(words, _columns(width), break_on_hyphens=False)) for words in (text.da, text.en))


def _even(top: float) -> Iterable[float]:
    """Zero, half and whole of the axis."""
    return (0.0, top / 2, top)
