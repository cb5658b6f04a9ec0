"""The pages in docs/: settings, keys, files and links in them are those of the project."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from dbt.adapters.spark.connections import SparkCredentials

from builds import Lake
from sparkify.cluster import configuration, spark
from sparkify.cluster.catalog import Catalog
from sparkify.cluster.folder import Folder
from sparkify.settings import PROJECT, Settings

PAGES = {page.relative_to(PROJECT).as_posix(): page.read_text(encoding="utf-8") for page in PROJECT.glob("docs/*.md")}
CLUSTERS = PAGES["docs/clusters.md"]
# What decides about results and files; warehouse and sizes are of the place.
DECISIVE = re.compile(r"spark\.sql\.(?!warehouse\.dir|shuffle\.partitions)|spark\.hadoop\.fs\.s3\.impl")
# On EMR the catalog is another one, in Glue.
OF_THE_CATALOG = re.compile(r"spark\.sql\.(catalog\.|defaultCatalog)|spark\.hadoop\.fs\.s3\.impl")

# Set by one part of the project for another, or by tests.
INTERNAL = {"SPARKIFY_CALLED_AS", "SPARKIFY_GIT_COMMIT", "SPARKIFY_MAVEN", "SPARKIFY_SHARED"}


def blocks(language: str) -> list[str]:
    """What stands in the page on clusters in blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", CLUSTERS, re.DOTALL)


def properties(block: str) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in block.splitlines())


def decisive_settings() -> dict[str, str]:
    settings = configuration.thrift_server(Settings("/raw", "/lake", "sparkify"), "1g", Folder(Path("/a folder")))
    return {name: value for name, value in settings.items() if DECISIVE.match(name)}


def test_the_settings_are_those_of_the_cluster() -> None:
    settings, _ = map(properties, blocks("properties"))
    assert settings == decisive_settings()


def test_the_settings_of_the_catalog_are_those_of_the_cluster() -> None:
    _, catalog = map(properties, blocks("properties"))
    of_server = Catalog("jdbc:postgresql://CATALOG_HOST:5432/catalog", "CATALOG_USER", "CATALOG_PASSWORD")
    assert catalog == of_server.spark_settings("s3a://LAKE_BUCKET/LAKE_PREFIX")


def test_emr_has_the_same_settings() -> None:
    (block,) = blocks("json")
    configurations = {one["Classification"]: one["Properties"] for one in json.loads(block)}
    assert set(configurations) == {"iceberg-defaults", "spark-hive-site", "spark-defaults"}
    defaults = configurations["spark-defaults"]
    same = {name: value for name, value in decisive_settings().items() if not OF_THE_CATALOG.match(name)}
    of_catalog = {
        name.replace("catalog.lake", "catalog.spark_catalog"): value
        for name, value in decisive_settings().items()
        if name.startswith("spark.sql.catalog.lake.")
    }
    assert same and of_catalog
    assert {**same, **of_catalog}.items() - {("spark.sql.catalogImplementation", "in-memory")} <= defaults.items()


def test_dbt_spark_has_the_keys() -> None:
    (block,) = blocks("yaml")
    in_table = re.findall(r"`(auth|user|password|use_ssl|kerberos_service_name)\b", CLUSTERS)
    assert {*yaml.safe_load(block), *in_table} <= {field.name for field in fields(SparkCredentials)}


def test_hive_has_the_keys() -> None:
    (jar,) = spark.home().glob("jars/hive-common-*.jar")
    with zipfile.ZipFile(jar) as archive:
        known = archive.read("org/apache/hadoop/hive/conf/HiveConf$ConfVars.class")
    keys = set(re.findall(r"hive\.server2\.[\w.]*\w", CLUSTERS))
    assert len(keys) > 8
    # As texts stand in a class file: length, then bytes.
    assert [key for key in keys if len(key).to_bytes(2, "big") + key.encode() not in known] == []


@pytest.mark.parametrize("page", [*PAGES, "README.md", "CONTRIBUTING.md"])
def test_the_files_that_a_page_names_are_there(page: str) -> None:
    text = (PROJECT / page).read_text(encoding="utf-8")
    named = {PROJECT / name for name in re.findall(r"`((?:macros|models|scripts|tests)/[\w./-]+)`", text)}
    linked = {(PROJECT / page).parent / name for name in re.findall(r"\]\(([^)#:]+)\)", text)}
    assert named | linked or page == "docs/operate.md"
    assert [path for path in named | linked if not path.exists()] == []


def test_every_page_is_linked_from_the_readme() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8") + PAGES["docs/s3.md"].replace("](", "](docs/")
    linked = set(re.findall(r"\]\((docs/[^)#]+)\)", text))
    files = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "docs").rglob("*") if path.is_file()}
    assert files <= linked


def test_every_setting_is_explained() -> None:
    """Variables of the profile, of the Python code and of macros, and the project's vars."""
    code = [PROJECT / "profiles.example.yml", *PROJECT.glob("macros/**/*.sql"), *PROJECT.glob("scripts/**/*")]
    texts = [
        path.read_text(encoding="utf-8") for path in code if path.is_file() and path.suffix not in (".pyc", ".txt")
    ]
    used = set(re.findall(r"\b(?:SPARKIFY|DBT_ENV_SECRET)_[A-Z_0-9]+[A-Z0-9]\b", "\n".join(texts)))
    used |= set(yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"])
    pages = PAGES["docs/settings.md"] + PAGES["docs/athena.md"]
    explained = set(re.findall(r"\w+", pages)) | {f"SPARKIFY_TRINO{rest}" for rest in re.findall(r"`(_[A-Z]+)`", pages)}
    assert used - explained - INTERNAL == set()


def test_the_lake_is_read_as_the_page_says(sample71: Lake, tmp_path: Path) -> None:
    """DuckDB, PyIceberg and Spark; each in a process of its own, as its reader would."""
    # The page's lake has the default places.
    (tmp_path / "lake").symlink_to(sample71.folder)
    snippets = re.findall(r"```python\n(.*?)```", PAGES["docs/read-the-lake.md"], re.DOTALL)
    schema, catalog = sample71.schema, sample71.catalog
    answers = []
    for snippet in snippets:
        text = snippet.replace("lake/catalog.db", str(catalog)).replace("sparkify.songplays", f"{schema}.songplays")
        done = subprocess.run(
            [sys.executable, "-c", text.replace('"lake", "sparkify"', f'"lake", "{schema}"')],
            cwd=tmp_path,
            env=os.environ | {"SPARKIFY_CATALOG_URI": f"jdbc:sqlite:{catalog}"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        answers.append([int(number) for number in re.findall(r"\b\d+\b", done.stdout)])
    levels = Counter(str(row[3]) for row in sample71.rows("songplays"))
    assert answers == [[levels["free"], levels["paid"]], [levels["paid"]], [levels["free"], levels["paid"]]]
