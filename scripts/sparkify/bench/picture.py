"""The medians of a comparison as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import vl_convert


class Measured(Protocol):
    """What is drawn of a result."""

    @property
    def input(self) -> str: ...
    @property
    def contestant(self) -> str: ...
    @property
    def cpu_seconds(self) -> float: ...


def svg(results: Sequence[Measured]) -> str:
    """Bars of CPU seconds, a panel for each input with an axis of its own."""
    values = [{"input": each.input, "contestant": each.contestant, "cpu": each.cpu_seconds} for each in results]
    names = {"field": "contestant", "type": "nominal", "title": None, "sort": None}
    picture: dict[str, Any] = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": values},
        "facet": {"row": {"field": "input", "title": None, "sort": None}},
        "spec": {
            "mark": "bar",
            "width": 480,
            "encoding": {
                "y": names,
                "x": {"field": "cpu", "type": "quantitative", "title": "CPU seconds"},
            },
        },
        "resolve": {"scale": {"x": "independent"}},
    }
    return str(vl_convert.vegalite_to_svg(picture))
