"""What people see while they wait."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """Print a line on stderr, as stdout is for what a shell can read."""
    print(text, file=sys.stderr, flush=True)
