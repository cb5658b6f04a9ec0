"""Kinds of pictures, each as a Vega-Lite chart: values go in, and what would clutter stays out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from sparkify.report.section import Spec
from sparkify.report.words import rounded, shortened

Record = dict[str, Any]

ACCENTS = ("var(--first)", "var(--second)", "var(--third)")
STEPS = 6
HEAT = tuple(f"var(--heat-{step})" for step in range(STEPS))
LINE_HEIGHT = 16
# Room is made for the widest of the usual fonts: which one the page will be shown in is not known here.
CHARACTER, SPARE = 7.6, 1.5
BAR_STEP = 46
BAR: Spec = {"type": "bar", "height": 16, "yOffset": 9}
BAR_END: Spec = {"type": "text", "align": "left", "dx": 7, "baseline": "middle", "yOffset": 9.5}
BAR_NAME: Spec = {
    "mark": {"type": "text", "align": "left", "baseline": "middle", "yOffset": -9, "x": 0},
    "encoding": {"x": None, "text": {"field": "name"}},
}


def lines(days: Sequence[date], series: Mapping[str, Sequence[int | None]], *, narrow: bool) -> Spec:
    """Lines over days (UTC), each named at its end; a line begins where it has values."""
    height, colours = 240, dict(zip(series, ACCENTS, strict=False))
    top = max(1, *(value or 0 for values in series.values() for value in values)) * 1.05
    records = [
        {"day": day.isoformat(), "value": value, "series": name}
        for name, values in series.items()
        for day, value in zip(days, values, strict=True)
        if value is not None
    ]
    ends = _apart({name: values[-1] or 0 for name, values in series.items()}, LINE_HEIGHT * top / height)
    labels = [{"day": days[-1].isoformat(), "value": ends[name], "series": name} for name in series]
    x: Spec = {
        "field": "day",
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {"title": None, "grid": False, "tickCount": 4 if narrow else 6, "format": _day_format(days)},
    }
    y: Spec = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [0, top], "nice": False},
        "axis": {
            "title": None,
            "format": ",d",
            "minExtent": CHARACTER * len(f"{int(top):,}"),
            **({"values": list(range(5))} if top < 5 else {"tickCount": 5}),
        },
    }
    colour: Spec = {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": list(series), "range": list(colours.values())},
        "legend": None,
    }
    line = {"type": "line", "strokeWidth": 2, "strokeJoin": "round", "point": len(days) == 1}
    parse = {"format": {"parse": {"day": "utc:'%Y-%m-%d'"}}}
    return {
        "height": height,
        "padding": {"left": 4, "top": 8, "bottom": 4, "right": SPARE * max(map(len, series))},
        "encoding": {"x": x, "y": y, "color": colour},
        "layer": [
            {"data": {"values": records, **parse}, "mark": line},
            {
                "data": {"values": labels, **parse},
                "mark": {"type": "text", "align": "left", "dx": 7, "baseline": "middle", "fontWeight": 600},
                "encoding": {"text": {"field": "series"}},
            },
        ],
    }


def bars(rows: Sequence[tuple[str, float, str]], *, whole: float | None = None) -> Spec:
    """Horizontal bars in the given order, named above, with what each says at its end: rows of name, value and text.

    The width is that of `whole`, or else of the longest bar.
    """
    records = [{"name": name, "value": value, "text": text} for name, value, text in rows]
    longest = whole or max(value for _, value, _ in rows) or 1
    room = SPARE * max(len(text) for *_, text in rows)
    return {
        "height": {"step": BAR_STEP},
        "padding": {"left": 0, "top": 0, "bottom": 4, "right": room},
        "data": {"values": records},
        "encoding": {
            "y": _names([name for name, *_ in rows]),
            "x": {
                "field": "value",
                "type": "quantitative",
                "axis": None,
                "scale": {"domain": [0, longest], "nice": False},
            },
        },
        "layer": [
            {"mark": {**BAR, "color": ACCENTS[0]}},
            {"mark": BAR_END, "encoding": {"text": {"field": "text"}}},
            BAR_NAME,
        ],
    }


def stacked_bars(rows: Sequence[tuple[str, dict[str, int]]]) -> Spec:
    """Horizontal bars of parts, in the given order, named above, with their sum at the end."""
    parts = list(dict.fromkeys(part for _, values in rows for part in values))
    sums = [{"name": name, "value": sum(values.values())} for name, values in rows]
    records = [
        {"name": name, "value": value, "part": part, "order": parts.index(part)}
        for name, values in rows
        for part, value in values.items()
    ]
    scale = {"domain": [0, max(sum(values.values()) for _, values in rows) or 1], "nice": False}
    x: Spec = {"field": "value", "type": "quantitative", "axis": None, "scale": scale}
    return {
        "height": {"step": BAR_STEP},
        "padding": {"left": 0, "top": 0, "bottom": 4, "right": 8},
        "encoding": {"y": _names([name for name, _ in rows])},
        "layer": [
            {
                "data": {"values": records},
                "mark": BAR,
                "encoding": {
                    "x": {**x, "stack": "zero"},
                    "order": {"field": "order"},
                    "color": {
                        "field": "part",
                        "type": "nominal",
                        "scale": {"domain": parts, "range": list(ACCENTS[: len(parts)])},
                        "legend": _legend("square"),
                    },
                },
            },
            {
                "data": {"values": sums},
                "mark": BAR_END,
                "encoding": {"x": x, "text": {"field": "value", "format": ",d"}},
            },
            {**BAR_NAME, "data": {"values": sums}},
        ],
    }


def heat_map(
    cells: Sequence[tuple[str, str, int]], *, rows: Sequence[str], columns: Sequence[str], unit: str, narrow: bool
) -> Spec:
    """Cells of row, column and value, in six steps from nothing to the most; `unit` is what is counted."""
    most = max((value for *_, value in cells), default=0)
    ends, spans, colours = steps_of(most)
    records = [
        {"row": row, "column": column, unit: value, "span": spans[bisect_left(ends, value)]}
        for row, column, value in cells
    ]
    shown = columns if not narrow else columns[:: max(1, len(columns) // 6)]
    return {
        "height": {"step": 26},
        "data": {"values": records},
        "mark": {"type": "rect", "stroke": "var(--paper)", "strokeWidth": 1.5, "cornerRadius": 2},
        "encoding": {
            "x": {
                "field": "column",
                "type": "ordinal",
                "scale": {"domain": list(columns)},
                "axis": {"title": None, "labelAngle": 0, "values": list(shown), "orient": "bottom"},
            },
            "y": _rows(rows, short=3 if narrow else 20),
            "color": {
                "field": "span",
                "type": "ordinal",
                "scale": {"domain": spans, "range": colours},
                "legend": {
                    **_legend("square"),
                    "columns": 2 if narrow else STEPS,
                    "title": unit,
                },
            },
        },
    }


def shares(
    cells: Sequence[tuple[str, str, float]], *, rows: Sequence[str], columns: Sequence[str], narrow: bool
) -> Spec:
    """Shares (0 to 1) in a grid, each written in its cell; darker is more."""
    records = [
        {
            "row": row,
            "column": column,
            "share": f"{100 * value:.0f}" if narrow else f"{100 * value:.0f} %",
            "span": _step(value),
            "ink": int(_step(value) >= STEPS // 2),
        }
        for row, column, value in cells
    ]
    return {
        "height": {"step": 30},
        "data": {"values": records},
        "resolve": {"scale": {"color": "independent"}},
        "encoding": {
            "x": {
                "field": "column",
                "type": "ordinal",
                "scale": {"domain": list(columns)},
                "axis": {"title": "weeks later", "labelAngle": 0, "orient": "top", "titlePadding": 4},
            },
            "y": _rows(rows),
        },
        "layer": [
            {
                "mark": {"type": "rect", "stroke": "var(--paper)", "strokeWidth": 2, "cornerRadius": 3},
                "encoding": {
                    "color": {
                        "field": "span",
                        "type": "ordinal",
                        "scale": {"domain": list(range(STEPS)), "range": list(HEAT)},
                        "legend": None,
                    }
                },
            },
            {
                "mark": {"type": "text", "baseline": "middle"},
                "encoding": {
                    "text": {"field": "share"},
                    "color": {
                        "field": "ink",
                        "type": "ordinal",
                        "scale": {"domain": [0, 1], "range": ["var(--ink)", "var(--paper)"]},
                        "legend": None,
                    },
                },
            },
        ],
    }


def columns_by_row(rows: Sequence[tuple[str, Sequence[int]]], columns: Sequence[str], *, narrow: bool) -> Spec:
    """For each row columns over time on one scale, the highest of a row with its number."""
    row_height, names_width = 46, (118 if narrow else 230)
    most = max(1, *(max(values) for _, values in rows))
    names = [shortened(name, int(names_width / CHARACTER)) for name, _ in rows]
    records: list[Record] = []
    for place, (_, values) in enumerate(rows):
        peak = values.index(max(values))
        records += [
            {
                "week": number,
                "base": place,
                "top": place - 0.6 * value / most,
                "plays": value,
                "is_peak": number == peak,
            }
            for number, value in enumerate(values)
        ]
    labels = {str(number): name for number, name in enumerate(columns)}
    every = max(1, -(-len(columns) // (4 if narrow else 8)))
    y: Spec = {
        "type": "quantitative",
        "scale": {"domain": [len(rows) - 1 + 0.12, -1.08], "nice": False, "zero": False},
        "axis": None,
    }
    return {
        "height": row_height * len(rows) + 28,
        "padding": {"left": 0, "top": 0, "bottom": 4, "right": 8},
        "encoding": {
            "x": {
                "field": "week",
                "type": "ordinal",
                "scale": {"paddingInner": 0.25},
                "axis": {
                    "title": None,
                    "labelAngle": 0,
                    "values": list(range(0, len(columns), every)),
                    "labelExpr": f"({labels})[datum.value]",
                },
            },
        },
        "layer": [
            {
                "data": {"values": records},
                "mark": "bar",
                "encoding": {
                    "y": {**y, "field": "base"},
                    "y2": {"field": "top"},
                    "color": {"condition": {"test": "datum.is_peak", "value": ACCENTS[0]}, "value": "var(--soft)"},
                },
            },
            {
                "data": {"values": [record for record in records if record["is_peak"]]},
                "mark": {"type": "text", "dy": -8, "fontSize": 11},
                "encoding": {"y": {**y, "field": "top"}, "text": {"field": "plays", "format": ",d"}},
            },
            {
                "data": {"values": [{"base": place, "name": name} for place, name in enumerate(names)]},
                "mark": {"type": "text", "align": "left", "baseline": "bottom", "x": -names_width},
                "encoding": {"x": None, "y": {**y, "field": "base"}, "text": {"field": "name"}},
            },
        ],
    }


def _names(names: list[str]) -> Spec:
    return {"field": "name", "type": "ordinal", "scale": {"domain": names}, "axis": None}


def _rows(names: Sequence[str], short: int = 40) -> Spec:
    return {
        "field": "row",
        "type": "ordinal",
        "scale": {"domain": list(names)},
        "axis": {
            "title": None,
            "labelColor": "var(--ink)",
            "labelExpr": f"substring(datum.label, 0, {short})",
            "minExtent": 8 + CHARACTER * max(min(len(name), short) for name in names),
        },
    }


def _legend(symbol: str) -> Spec:
    return {
        "title": None,
        "orient": "top",
        "symbolType": symbol,
        "symbolSize": 140,
        "labelColor": "var(--ink)",
        "labelFontSize": 12,
        "titleColor": "var(--quiet)",
        "titleFontWeight": "normal",
        "titleFontSize": 12,
        "symbolStrokeWidth": 0,
        "columnPadding": 14,
    }


def _step(share: float) -> int:
    """0 for nothing, then equal steps up to 1."""
    return min(STEPS - 1, 1 + int((STEPS - 1) * share)) if share > 0 else 0


def steps_of(most: int) -> tuple[list[int], list[str], list[str]]:
    """Steps of whole numbers from nothing to the most: the last number of each, what it is called, and its colour."""
    steps = min(STEPS - 1, most)
    ends = [most * step // steps for step in range(steps + 1)] if most else [0]
    names = ["none"]
    for before, end in pairwise(ends):
        names.append(f"{end:,}" if end == before + 1 else f"{rounded(before + 1)} to {rounded(end)}")
    colours = [HEAT[round(step * (STEPS - 1) / max(1, steps))] for step in range(len(ends))]
    return ends, names, colours


def _apart(values: dict[str, int], least: float) -> dict[str, float]:
    """Where labels of values go so that they are at least so far apart, in their order."""
    places: dict[str, float] = {}
    lowest = float("-inf")
    for name, value in sorted(values.items(), key=lambda item: item[1]):
        lowest = max(value, lowest + least)
        places[name] = lowest
    return places


def _day_format(days: Sequence[date]) -> str:
    return "%-d %b" if (days[-1] - days[0]).days < 330 else "%b %Y"
