"""The main job: raw JSON to the tested and documented star schema, a report of answers, and a summary of what was made.

With no settings it simulates a small month of data first, some of it dirty. The tests are those of data; unit tests,
which are of the project's code, run with `dbt build`.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from sparkify import settings, summary
from sparkify.errors import UserError
from sparkify.progress import say
from sparkify.simulate.__main__ import main as simulate


def parser() -> argparse.ArgumentParser:
    """Command line of scripts/run."""
    arguments = argparse.ArgumentParser(
        prog="scripts/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument(
        "--raw",
        help="folder or s3 URI that holds log_data/ and song_data/ (default: SPARKIFY_RAW, or simulated data in raw/)",
    )
    arguments.add_argument("--lake", help="folder or s3 URI for the tables (default: SPARKIFY_LAKE, or lake/)")
    return arguments


def main(argv: list[str] | None = None) -> int:
    """0 if everything was built and every test passed, 1 if not, 2 if the settings can't work."""
    options = parser().parse_args(argv)
    try:
        places = settings.resolve(options.raw, options.lake)
        if options.raw is None and "SPARKIFY_RAW" not in os.environ:
            _simulate_once(Path(places.raw))
        settings.check(places)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    os.environ.update(places.environment())
    # dbt and Spark take seconds to import: not before the settings are known to work.
    from sparkify import dbt

    say(f"Building {places.lake} from {places.raw}")
    manifest = dbt.parsed()
    # Unit tests are of code, not of anybody's data.
    build, docs_of_it = ("build", "--exclude-resource-types", "unit_test"), ("docs", "generate", "--no-compile")
    if manifest is None or not all(dbt.run(*command, manifest=manifest) for command in (build, docs_of_it)):
        print("Tables whose build failed are as they were before; logs/dbt.log says more.", file=sys.stderr)
        return 1
    from sparkify import docs, maintain
    from sparkify.report import report

    if maintain.is_due(places):
        maintain.maintain(places)
    docs.finish(settings.PROJECT / "target")
    output = report.place(places)
    report.write(places, output)
    print(summary.text(places, output))
    return 0


def _simulate_once(raw: Path) -> None:
    if raw.exists():
        return
    if simulate(["--out", str(raw), "--dirty", "0.01"]) != 0:
        raise UserError(f"The simulated data could not be written to {raw}; name your own with --raw.")


if __name__ == "__main__":
    sys.exit(main())
