"""Make one HTML page of answers from the marts of a lake: behaviour, artists, sessions, recommendations, marketing.

The page holds its pictures and their data; it needs no server, no network and no script.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sparkify import settings
from sparkify.errors import UserError
from sparkify.report import report


def parser() -> argparse.ArgumentParser:
    """Command line of scripts/report."""
    arguments = argparse.ArgumentParser(
        prog="scripts/report", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument(
        "--lake", help="the lake's folder or s3 URI (default: SPARKIFY_LAKE, or lake/ in the project)"
    )
    arguments.add_argument("--output", help="the file to write (default: report.html in the lake)")
    return arguments


def main(argv: list[str] | None = None) -> int:
    """0 if the page is written, 2 if it can't be."""
    options = parser().parse_args(argv)
    try:
        places = settings.resolve(lake=options.lake)
        output = report.place(places)
        if options.output is not None:
            output = Path(settings.from_caller(options.output))
        report.write(places, output)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    print(output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
