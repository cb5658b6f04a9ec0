"""The IAM policies in docs/policies: their grammar, and that they give no more than docs/clusters.md has a reason for.

AWS accepts unknown actions and resources of the wrong type in silence, so both are looked up in a table here.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sparkify.settings import PROJECT

FOLDER = PROJECT / "docs" / "policies"
PAGE = (PROJECT / "docs" / "clusters.md").read_text(encoding="utf-8")
POLICIES = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.json"))}

# The types of resources that each action must be given, from AWS's Service Authorization Reference.
CATALOG_TO_DATABASE = {"catalog", "database"}
CATALOG_TO_TABLE = {"catalog", "database", "table"}
NEEDED_TYPES = {
    "s3:ListBucket": {"bucket"},
    "s3:GetObject": {"object"},
    "s3:PutObject": {"object"},
    "s3:DeleteObject": {"object"},
    "s3:AbortMultipartUpload": {"object"},
    "glue:GetDatabase": CATALOG_TO_DATABASE,
    "glue:GetDatabases": CATALOG_TO_DATABASE,
    "glue:CreateDatabase": CATALOG_TO_DATABASE,
    "glue:GetTable": CATALOG_TO_TABLE,
    "glue:GetTables": CATALOG_TO_TABLE,
    "glue:CreateTable": CATALOG_TO_TABLE,
    "glue:UpdateTable": CATALOG_TO_TABLE,
    "glue:DeleteTable": CATALOG_TO_TABLE,
}
# As the page's command fills them in.
FILLED = re.findall(r"s/([A-Z_]+)/([^/]+)/g", PAGE)
PLACEHOLDER = re.compile(r"[A-Z]+(?:_[A-Z]+)*")
# A star stands at the end, for what is in a folder or a database.
RESOURCES = {
    "bucket": re.compile(r"arn:aws:s3:::[A-Z_]+"),
    "object": re.compile(r"arn:aws:s3:::[A-Z_]+/[A-Z_]+(/\w+)*(/\*)?"),
    "catalog": re.compile(r"arn:aws:glue:REGION:ACCOUNT_ID:catalog"),
    "database": re.compile(r"arn:aws:glue:REGION:ACCOUNT_ID:database/\w+"),
    "table": re.compile(r"arn:aws:glue:REGION:ACCOUNT_ID:table/\w+/\*"),
}


def texts(value: Any) -> list[Any]:
    """A value that may be one text or a list of them, as a list."""
    return value if isinstance(value, list) else [value]


def type_of(resource: str) -> str | None:
    """Bucket, object, catalog, database or table; None for what is none of them, or too wide."""
    return next((name for name, form in RESOURCES.items() if form.fullmatch(resource)), None)


def findings(policy: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a policy."""
    if set(policy) != {"Version", "Statement"} or policy["Version"] != "2012-10-17":
        yield "a policy has a Version, 2012-10-17, and a Statement"
        return
    names = [statement.get("Sid") for statement in policy["Statement"]]
    if len(set(names)) != len(names) or not all(re.fullmatch(r"[A-Za-z0-9]+", str(name)) for name in names):
        yield "each statement has a Sid of its own, of letters and digits"
    for statement in policy["Statement"]:
        yield from (f"{statement.get('Sid')}: {finding}" for finding in findings_in(statement))


def findings_in(statement: dict[str, Any]) -> Iterator[str]:
    """What is wrong with one statement."""
    if set(statement) - {"Condition"} != {"Sid", "Effect", "Action", "Resource"}:
        yield "it has Sid, Effect, Action, Resource and maybe a Condition"
        return
    if statement["Effect"] != "Allow":
        yield "a right is given, or there is no statement about it"
    actions, resources = texts(statement["Action"]), texts(statement["Resource"])
    needed = set[str]().union(*(NEEDED_TYPES.get(action, set()) for action in actions))
    for action in actions:
        if action not in NEEDED_TYPES:
            yield f"{action} is no known action"
    for resource in resources:
        if type_of(resource) is None:
            yield f"{resource} is too wide, or no resource of S3 or Glue"
        elif type_of(resource) not in needed:
            yield f"{resource} is of no use to these actions"
    for missing in sorted(needed - {type_of(resource) for resource in resources}):
        yield f"the actions need a {missing}"
    for values in (actions, resources):
        if len(set(values)) != len(values):
            yield "something is said twice"
    if "s3:ListBucket" in actions:
        prefixes = texts(statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix"))
        if not all(re.fullmatch(r"[A-Z]+_PREFIX(/\w+)*(/\*)?", str(prefix)) for prefix in prefixes):
            yield "a bucket is listed below a folder, by the condition s3:prefix"


def places(policy: dict[str, Any]) -> Iterator[str]:
    """The resources and prefixes in a policy."""
    for statement in policy["Statement"]:
        yield from texts(statement["Resource"])
        yield from texts(statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix", []))


def all_actions(policy: dict[str, Any]) -> set[str]:
    return {action for statement in policy["Statement"] for action in texts(statement["Action"])}


def rows(page: str, first_cell: str) -> Iterator[list[str]]:
    """The cells of the rows that a regular expression finds by their first cell, in all tables of a page."""
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(first_cell, cells[0]):
            yield cells


def test_there_are_two_policies() -> None:
    assert set(POLICIES) == {"build", "readers"}


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_is_right(name: str) -> None:
    assert list(findings(POLICIES[name])) == []
    # AWS's limit for a managed policy, white space not counted.
    assert len(re.sub(r"\s", "", (FOLDER / f"{name}.json").read_text(encoding="utf-8"))) < 6144


@pytest.mark.parametrize(
    ("place", "value", "finding"),
    [
        (("Version",), "2008-10-17", "a policy has a Version, 2012-10-17, and a Statement"),
        (("Id",), "x", "a policy has a Version, 2012-10-17, and a Statement"),
        (("Statement", 1, "Sid"), "ListRaw", "each statement has a Sid of its own, of letters and digits"),
        (("Statement", 1, "NotAction"), "s3:*", "ReadRaw: it has Sid, Effect, Action, Resource and maybe a Condition"),
        (("Statement", 1, "Effect"), "Deny", "ReadRaw: a right is given, or there is no statement about it"),
        (("Statement", 1, "Action"), "*", "ReadRaw: * is no known action"),
        (("Statement", 1, "Action"), "s3:*", "ReadRaw: s3:* is no known action"),
        (("Statement", 1, "Action"), "s3:GetObjects", "ReadRaw: s3:GetObjects is no known action"),
        (("Statement", 1, "Resource"), "*", "ReadRaw: * is too wide, or no resource of S3 or Glue"),
        (
            ("Statement", 1, "Resource"),
            "arn:aws:s3:::RAW_BUCKET/*",
            "ReadRaw: arn:aws:s3:::RAW_BUCKET/* is too wide, or no resource of S3 or Glue",
        ),
        (
            ("Statement", 1, "Resource"),
            "arn:aws:s3:::my-bucket/RAW_PREFIX/*",
            "ReadRaw: arn:aws:s3:::my-bucket/RAW_PREFIX/* is too wide, or no resource of S3 or Glue",
        ),
        (
            ("Statement", 1, "Resource"),
            ["arn:aws:s3:::RAW_BUCKET/RAW_PREFIX/*", "arn:aws:s3:::RAW_BUCKET"],
            "ReadRaw: arn:aws:s3:::RAW_BUCKET is of no use to these actions",
        ),
        (
            ("Statement", 5, "Resource"),
            "arn:aws:glue:REGION:ACCOUNT_ID:database/SCHEMA",
            "MakeDatabases: the actions need a catalog",
        ),
        (("Statement", 1, "Action"), ["s3:GetObject", "s3:GetObject"], "ReadRaw: something is said twice"),
        (("Statement", 0, "Condition"), {}, "ListRaw: a bucket is listed below a folder, by the condition s3:prefix"),
        (
            ("Statement", 0, "Condition", "StringLike", "s3:prefix"),
            ["RAW_PREFIX/*", "*"],
            "ListRaw: a bucket is listed below a folder, by the condition s3:prefix",
        ),
    ],
)
def test_what_is_wrong_is_found(place: tuple[str | int, ...], value: Any, finding: str) -> None:
    policy = copy.deepcopy(POLICIES["build"])
    *path, last = place
    inner = policy
    for step in path:
        inner = inner[step]
    inner[last] = value
    assert finding in list(findings(policy))


def test_each_right_has_its_reason() -> None:
    reasons = {cells[0].strip("`"): cells[1:] for cells in rows(PAGE, r"`(s3|glue):\w+`")}
    for name, policy in POLICIES.items():
        assert {action for action, (who, _) in reasons.items() if name in who.split(", ")} == all_actions(policy)
    assert all(why for _, why in reasons.values())
    # What this file knows of, but nobody needs.
    assert set(NEEDED_TYPES) == set(reasons)


def test_each_placeholder_is_explained() -> None:
    used = {name for policy in POLICIES.values() for text in places(policy) for name in PLACEHOLDER.findall(text)}
    explained = {name for cells in rows(PAGE, r"(`[A-Z_]+`(, )?)+") for name in re.findall(r"[A-Z_]+", cells[0])}
    filled = {name for name, _ in FILLED}
    assert used == explained == filled


@pytest.mark.parametrize("name", POLICIES)
def test_nothing_is_left_to_fill_in(name: str) -> None:
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    for placeholder, value in FILLED:
        text = text.replace(placeholder, value)
    assert [place for place in places(json.loads(text)) if PLACEHOLDER.search(place)] == []


def test_the_build_only_reads_raw_data_and_readers_only_read() -> None:
    of_raw = [one for one in POLICIES["build"]["Statement"] if "RAW_BUCKET" in json.dumps(one)]
    assert {action for statement in of_raw for action in texts(statement["Action"])} == {
        "s3:ListBucket",
        "s3:GetObject",
    }
    assert all("LAKE_BUCKET" not in json.dumps(statement) for statement in of_raw)
    assert all(re.match(r"(s3|glue):(List|Get)", action) for action in all_actions(POLICIES["readers"]))
    assert "RAW_BUCKET" not in json.dumps(POLICIES["readers"])


def test_the_databases_are_those_of_the_project() -> None:
    catalog = (PROJECT / "macros" / "engine" / "catalog.sql").read_text(encoding="utf-8")
    sources = (PROJECT / "models" / "staging" / "_sources.yml").read_text(encoding="utf-8")
    suffixes = {
        *re.findall(r"target\.schema ~ '(_\w+)'", catalog),
        *re.findall(r'\'sparkify\'\) \}\}(_\w+)"', sources),
    }
    assert len(suffixes) == 2
    databases = set(re.findall(r"table/(\w+)/\*", json.dumps(POLICIES["build"])))
    assert databases == {"SCHEMA", *(f"SCHEMA{suffix}" for suffix in suffixes)}
