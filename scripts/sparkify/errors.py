"""What a user can mend."""

from __future__ import annotations

from typing import IO, Any

import click


class UserError(click.ClickException):
    """One sentence that says what is wrong and what to do; shown without a traceback, exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence on stderr."""
        click.echo(self.message, file=file, err=True)
