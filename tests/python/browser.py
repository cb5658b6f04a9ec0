"""The distribution's Chromium without a window, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE = {"width": 375, "height": 812}
DESKTOP = {"width": 1200, "height": 900}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser. Where none is installed, the test that asks for it fails in CI and is skipped elsewhere."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        message = "What a browser shows is left out: there is no Chromium (apt-get install chromium)."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    # Chromium's sandbox refuses to work for root, which containers often are.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=options)
        try:
            yield browser
        finally:
            browser.close()


def faults(page: Page) -> list[str]:
    """What axe finds on a page, as rule and places."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{rule['impact']} {rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found]
