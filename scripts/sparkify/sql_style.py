"""sqlfluff with dbt's templater, but without Spark: `python -m sparkify.sql_style` takes sqlfluff's own arguments.

Before it renders anything, the templater asks the adapter which tables exist; that starts a JVM, for 10 s and 1 GB.
Here the answer is always: none. So what somebody has built makes no difference to the result, either.
"""

from __future__ import annotations

import sys
from unittest.mock import patch

from dbt.adapters.spark.impl import SparkAdapter
from sqlfluff.cli.commands import cli


def main() -> None:
    """Run sqlfluff's command line; ends the process with its exit code."""
    with patch.object(SparkAdapter, "list_relations_without_caching", return_value=[]):
        cli(sys.argv[1:], prog_name="sqlfluff")


if __name__ == "__main__":
    main()
