"""What can be had of Athena, Trino and Redshift without any of them: SQL, compiled offline and parsed."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from unittest.mock import patch

import pytest
from dbt.cli.main import dbtRunner
from dbt.include import spark
from sqlfluff.core import Linter

from sparkify.settings import PROJECT


def compile_offline(target: str, scratch: Path) -> Path:
    """Compile the project for a target where any connection is an error; the folder with the SQL."""
    (scratch / "profiles").mkdir()
    shutil.copyfile(PROJECT / "profiles.example.yml", scratch / "profiles" / "profiles.yml")
    os.chdir(PROJECT)
    without_aws = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with (
        patch.dict(os.environ, without_aws | {"SPARKIFY_TARGET": target}, clear=True),
        patch("socket.socket.connect", side_effect=AssertionError("dbt compile asked the network")),
    ):
        result = dbtRunner().invoke(
            [
                "--quiet",
                "compile",
                "--no-populate-cache",
                "--no-introspect",
                f"--profiles-dir={scratch / 'profiles'}",
                f"--target-path={scratch / 'target'}",
                f"--log-path={scratch / 'logs'}",
            ]
        )
    assert result.success, result.exception
    return scratch / "target" / "compiled" / "sparkify"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """For each target the folder with its SQL."""
    return {target: compile_offline(target, tmp_path_factory.mktemp(target)) for target in ("athena", "trino")}


@pytest.mark.parametrize(("target", "catalog"), [("athena", "awsdatacatalog"), ("trino", "hive")])
def test_everything_compiles_without_network_and_credentials(
    target: str, catalog: str, compiled: dict[str, Path]
) -> None:
    models = compiled[target] / "models"
    names = {path.relative_to(PROJECT / "models") for path in (PROJECT / "models").rglob("*.sql")}
    # Spark's alone.
    names.remove(Path("quality", "raw_files.sql"))
    assert names <= {path.relative_to(models) for path in models.rglob("*.sql")}
    songplays = (models / "star" / "songplays.sql").read_text(encoding="utf-8")
    assert f'from "{catalog}"."sparkify_staging"."int_log_events"' in songplays
    raw_lines = (models / "staging" / "vw_log_data.sql").read_text(encoding="utf-8")
    assert "json_parse(line)" in raw_lines
    assert "from_json" not in raw_lines


def test_every_form_for_an_engine_is_that_of_a_macro(compiled: dict[str, Path]) -> None:
    manifest = compiled["athena"].parents[1] / "manifest.json"
    macros = json.loads(manifest.read_text(encoding="utf-8"))["macros"].values()
    names = {macro["name"] for macro in macros}
    # Athena's manifest has none of dbt-spark's.
    for file in Path(spark.__file__).parent.rglob("*.sql"):
        names.update(re.findall(r"macro (\w+)\(", file.read_text(encoding="utf-8")))
    ours = {macro["name"] for macro in macros if macro["package_name"] == "sparkify"}
    forms = {name for name in ours if name.split("__")[0] in ("spark", "trino", "athena", "default") and "__" in name}
    assert len(forms) > 40
    assert {form for form in forms if form.split("__", 1)[1] not in names} == set()


def test_redshift_parses_its_statements(compiled: dict[str, Path]) -> None:
    redshift = Linter(dialect="redshift")
    statements = {}
    for name in ("redshift_spectrum", "redshift_copy"):
        sql = (compiled["athena"] / "analyses" / f"{name}.sql").read_text(encoding="utf-8")
        parsed = redshift.parse_string(sql)
        assert parsed.violations == []
        assert parsed.tree is not None
        statements[name] = [found.raw for found in parsed.tree.recursive_crawl("statement")]
    copied = [text for text in statements["redshift_copy"] if text.startswith("insert")]
    assert [text.split('"')[1] for text in copied] == ["users", "songs", "artists", "time", "songplays"]
    # What Redshift would refuse is refused here as well.
    assert redshift.parse_string("copy users form 's3://lake/users/' iam_role default").violations
