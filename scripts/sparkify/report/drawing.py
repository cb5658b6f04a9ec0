"""Draws a Vega-Lite chart as SVG that stands in the page by itself: no script, no font, the page's own colours."""

from __future__ import annotations

import html
import re

import vl_convert

from sparkify.report.section import Spec

WIDE, NARROW = 704, 343
VEGA_LITE = "6.4"

# Colours are the page's variables: style.css gives each a value for light, for dark and for paper.
CONFIG: Spec = {
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--quiet)",
        "labelFontSize": 12,
        "titleColor": "var(--quiet)",
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": "var(--grid)",
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
    },
    "text": {"color": "var(--ink)", "fontSize": 12},
}

SVG_HEAD = re.compile(r'^<svg [^>]*?width="(?P<width>[\d.]+)" height="(?P<height>[\d.]+)"[^>]*>')
LABELLED_MARK = re.compile(r'<path aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="\w+"([^>]*)/>')
SPOKEN = re.compile(r' (?:aria-[a-z]+|role|class|font-family)="[^"]*"')
CLIP = re.compile(r'(?<=id=")clip\d+(?=")|(?<=url\(#)clip\d+(?=\))')


def svg(chart: Spec, *, name: str, label: str, narrow: bool) -> str:
    """A chart in one of the two widths, which style.css shows on wide and on narrow screens.

    `name` makes ids unique in the page. For a screen reader it is one image with a label, as its data stand below it;
    with a mouse each mark tells its values.
    """
    spec = {
        "width": NARROW if narrow else WIDE,
        "autosize": {"type": "fit", "contains": "padding"},
        "config": CONFIG,
        **chart,
    }
    drawn = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])
    head = SVG_HEAD.match(drawn)
    if head is None:
        raise ValueError(f"The picture {name} has no size.")
    width, height = head["width"], head["height"]
    body = LABELLED_MARK.sub(r"<path\2><title>\1</title></path>", drawn[head.end() :])
    # The renderer counts on from picture to picture; the same data shall give the same page.
    clips = {clip: f"{name}-clip{number}" for number, clip in enumerate(dict.fromkeys(CLIP.findall(body)), start=1)}
    body = CLIP.sub(lambda clip: clips[clip[0]], SPOKEN.sub("", body))
    return (
        f'<svg class="{"narrow" if narrow else "wide"}" role="img" aria-label="{html.escape(label)}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">{body}'
    )
