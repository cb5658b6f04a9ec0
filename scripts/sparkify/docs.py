"""Finish what `dbt docs generate` has written into target/, so that `dbt docs serve` serves it.

Beside dbt's own pages lies column_lineage.html then: where each column comes from, back to the raw files.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

from dbt_colibri.lineage_extractor.extractor import DbtColumnLineageExtractor
from dbt_colibri.report.generator import DbtColibriReportGenerator

from sparkify.errors import UserError
from sparkify.settings import PROJECT

COLUMN_LINEAGE = "column_lineage.html"

# dbt's page asks for these before its templates are filled in, and each that is not there is an error in the reader's
# console. The page itself can't be mended: dbt docs serve puts a fresh one in its place.
EMPTY = '<svg xmlns="http://www.w3.org/2000/svg"/>'
UNFILLED = (
    "{{ getIcon(item.type, 'on') }}",
    "{{ getIcon(item.type, 'off') }}",
    "${require('./assets/favicons/favicon.ico')}",
)


def finish(target: Path) -> Path:
    """Add the page of the columns, whose path is returned, and what dbt's own page lacks.

    UserError where there is no documentation.
    """
    manifest, catalog = target / "manifest.json", target / "catalog.json"
    if not (manifest.is_file() and catalog.is_file()):
        raise UserError(f"There is no documentation in {target}; run dbt docs generate first.")
    for name in UNFILLED:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(EMPTY, encoding="utf-8")
    return _column_lineage(target, manifest, catalog)


def _column_lineage(target: Path, manifest: Path, catalog: Path) -> Path:
    with tempfile.TemporaryDirectory(dir=target) as scratch:
        # External tables are in another catalog than their readers, whose name Colibri looks for in vain.
        texts = [file.read_text(encoding="utf-8").replace("spark_catalog.", "") for file in (manifest, catalog)]
        adapted, columns = Path(scratch, manifest.name), Path(scratch, catalog.name)
        adapted.write_text(json.dumps(_adapted(json.loads(texts[0]))), encoding="utf-8")
        columns.write_text(texts[1], encoding="utf-8")
        # A column that comes from no column, as count(*) does, is no error.
        logging.getLogger("colibri").setLevel(logging.CRITICAL)
        extractor = DbtColumnLineageExtractor(str(adapted), str(columns))
        DbtColibriReportGenerator(extractor, light_mode=True, disable_telemetry=True).generate_report(
            output_dir=scratch
        )
        return Path(scratch, "index.html").replace(target / COLUMN_LINEAGE)


def _adapted(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest as Colibri takes it: Spark's SQL as that of Databricks, where a table has three names.

    Of ours the first is empty.
    """
    manifest["metadata"]["adapter_type"] = "databricks"
    for kind in ("nodes", "sources"):
        for node in manifest[kind].values():
            if node.get("relation_name"):
                node["relation_name"] = "." + node["relation_name"]
    return manifest


def main(argv: list[str] | None = None) -> int:
    """0 if the page is there, 2 if there is nothing to make it from."""
    arguments = argparse.ArgumentParser(
        prog="scripts/docs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.parse_args(argv)
    try:
        print(finish(PROJECT / "target"))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
