"""The main job: raw JSON to the tested and documented star schema, a report of answers, and a summary."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sparkify import environment, maintain, settings, summary, unchanged
from sparkify.progress import say
from sparkify.report import report
from sparkify.simulate.settings import Settings as Simulation
from sparkify.simulate.simulate import simulate


def run(raw: str | None, lake: str | None, *, force: bool, with_staging: bool) -> int:
    """0 if everything was built and every test passed, 1 if not; UserError if the settings can't work."""
    places = settings.resolve(raw, lake)
    if raw is None and "SPARKIFY_RAW" not in os.environ:
        _simulate_once(Path(places.raw))
    settings.check(places)
    before = unchanged.inputs(places)
    output = report.place(places)
    is_there = output.exists() and (settings.PROJECT / "target" / "catalog.json").exists()
    if is_there and not force and unchanged.is_passed(places, before):
        say("Nothing is new since the last run, whose tests passed; --force builds and tests all the same.")
        print(summary.text(places, output, with_staging=with_staging))
        return 0
    os.environ.update(places.environment())
    environment.prepare()
    # dbt takes seconds to import.
    from sparkify import dbt

    say(f"Building {places.lake} from {places.raw}")
    manifest = dbt.parsed()
    # Unit tests are of code, not of anybody's data.
    commands = (("build", "--exclude-resource-types", "unit_test"), ("docs", "generate", "--no-compile"))
    if manifest is None or not all(dbt.run(*command, manifest=manifest) for command in commands):
        print("Tables whose build failed are as they were before; logs/dbt.log says more.", file=sys.stderr)
        return 1
    if maintain.is_due(places):
        maintain.maintain(places)
    report.write(places, output)
    unchanged.keep(places, before)
    print(summary.text(places, output, with_staging=with_staging))
    return 0


def _simulate_once(raw: Path) -> None:
    if raw.exists():
        return
    say(simulate(Simulation(raw, dirty=0.01)))
