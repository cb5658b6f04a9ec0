"""dbt's documentation in a browser: search, and lineage from the sources."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page

from browser import chromium
from builds import Builder, Lake
from sparkify.settings import PROJECT

SOURCES = ["source.sparkify.raw.log_data", "source.sparkify.raw.song_data"]


@pytest.fixture(scope="module")
def target(builder: Builder, s3part1943: Lake) -> Path:
    """The folder with the documentation of the lake on the real data."""
    assert builder.dbt(s3part1943, "docs", "generate")
    return builder.scratch / "target"


@pytest.fixture(scope="module")
def site(builder: Builder, target: Path) -> Iterator[str]:
    """The address of the documentation, as `dbt docs serve` serves it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = [
        str(Path(sys.executable).with_name("dbt")),
        "docs",
        "serve",
        "--host=127.0.0.1",
        f"--port={port}",
        "--no-browser",
    ]
    folders = [
        f"--profiles-dir={builder.profiles}",
        f"--target-path={target}",
        f"--log-path={builder.scratch / 'logs'}",
    ]
    server = subprocess.Popen([*program, *folders], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}/"
    try:
        wait_for(address, server)
        yield address
    finally:
        server.terminate()
        server.communicate()


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    end = time.monotonic() + 120
    while True:
        try:
            with urlopen(address):
                return
        except OSError:
            assert server.poll() is None, server.communicate()[0].decode()
            assert time.monotonic() < end, f"nothing answers at {address}"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page whose errors are asserted to be none when all is done."""
    said: list[str] = []
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": 1400, "height": 900})
        opened.set_default_timeout(60_000)
        # dbt's page asks for its icons before it knows their names.
        opened.on(
            "console",
            lambda message: (
                said.append(message.text)
                if message.type in ("error", "warning") and "404" not in message.text
                else None
            ),
        )
        opened.on("pageerror", lambda error: said.append(str(error)))
        yield opened
    assert said == []


def test_search_finds_songplays(page: Page, site: str) -> None:
    page.goto(site)
    search = page.get_by_placeholder("Search for models...")
    search.fill("songplays")
    search.press("Enter")
    page.locator("h4", has_text=re.compile(r"^\s*songplays\s+model\s*$")).click()
    page.wait_for_url("**/#!/model/model.sparkify.songplays*")
    page.get_by_role("heading", name="songplays").first.wait_for()
    assert page.get_by_text("bigint", exact=True).count() == 2


def test_lineage_leads_from_both_sources_to_songplays(page: Page, site: str) -> None:
    page.goto(f"{site}#!/model/model.sparkify.songplays")
    page.get_by_title("View Lineage Graph").click()
    page.get_by_title("View Fullscreen").locator("visible=true").click()
    page.locator("input.field-input[ng-model*='exclude']").fill("resource_type:unit_test")
    selection = page.locator("input.field-input[ng-model*='include']")
    selection.fill("+songplays")
    selection.press("Enter")
    page.wait_for_function(f"({GRAPH})().nodes.includes('{SOURCES[0]}')")
    graph: dict[str, Any] = page.evaluate(GRAPH)
    for source in SOURCES:
        assert source in graph["nodes"]
        assert "model.sparkify.songplays" in reached(source, graph["edges"])
    assert "model.sparkify.user_segments" not in graph["nodes"]
    assert not [node for node in graph["nodes"] if node.startswith("unit_test")]
    assert max(page.locator("canvas").evaluate_all(SIZES)) > 10_000


# What the graph shows, from the objects that it draws on its canvas.
GRAPH = """() => {
    const shown = angular.element(document.body).injector().get('graph').graph.elements
    const data = group => shown.filter(element => element.group === group).map(element => element.data)
    return {
        nodes: data('nodes').map(node => node.id),
        edges: data('edges').map(edge => [edge.source, edge.target]),
    }
}"""
# An empty canvas of a whole window is a PNG of less than this.
SIZES = "canvases => canvases.map(canvas => canvas.toDataURL().length)"


def reached(start: str, edges: list[list[str]]) -> set[str]:
    """All nodes that the arrows lead to."""
    found, waiting = set(), [start]
    while waiting:
        node = waiting.pop()
        for source, target in edges:
            if source == node and target not in found:
                found.add(target)
                waiting.append(target)
    return found
