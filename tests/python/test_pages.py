"""The pages in docs/: settings, keys, files and links in them are those of the project."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from dbt.adapters.spark.connections import SparkCredentials

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


@pytest.mark.parametrize("page", PAGES)
def test_the_files_that_a_page_names_are_there(page: str) -> None:
    text = PAGES[page]
    named = re.findall(r"`((?:macros|models|scripts|tests)/[\w./-]+)`", text)
    linked = [f"docs/{target}" for target in re.findall(r"\]\(([^)#:]+)\)", text)]
    assert named
    assert [name for name in [*named, *linked] if not (PROJECT / name).exists()] == []


def test_the_readme_links_to_every_page() -> None:
    linked = set(re.findall(r"\]\((docs/[^)#]+)\)", (PROJECT / "README.md").read_text(encoding="utf-8")))
    files = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "docs").rglob("*") if path.is_file()}
    assert linked - {"docs/policies"} == files
