"""sqlfluff with dbt's templater, but without Spark: `python -m sparkify.sql_style` takes sqlfluff's own arguments.

The templater asks the adapter which tables exist before it renders anything, and that starts a JVM (10 s and 1 GB). Here
the answer is always: none. So the result does not depend on what somebody has built, either.
"""

from __future__ import annotations

import sys

from dbt.adapters.base import BaseRelation
from dbt.adapters.spark.impl import SparkAdapter


def _no_relations(adapter: SparkAdapter, schema_relation: BaseRelation) -> list[BaseRelation]:
    return []


def main() -> None:
    """Run sqlfluff's command line; ends the process with its exit code."""
    from sqlfluff.cli.commands import cli

    SparkAdapter.list_relations_without_caching = _no_relations
    cli(sys.argv[1:], prog_name="sqlfluff")


if __name__ == "__main__":
    main()
