"""The dbt command line with ANSI SQL on: dbt-spark switches it off for sessions, and a server may have it on."""

from __future__ import annotations

from typing import Any

from dbt.adapters.spark.session import Cursor
from dbt.cli.main import cli

set_up = Cursor.__init__


def set_up_with_ansi(self: Cursor, *, server_side_parameters: dict[str, Any] | None = None) -> None:
    """A cursor whose session has ANSI on."""
    set_up(self, server_side_parameters={**(server_side_parameters or {}), "spark.sql.ansi.enabled": "true"})


if __name__ == "__main__":
    Cursor.__init__ = set_up_with_ansi  # type: ignore[method-assign]
    cli()
