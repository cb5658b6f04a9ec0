"""The models whose tables must be the same on every engine, as dbt's manifest of a build names them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

LAYERS = ("star", "analytics", "quality")


@dataclass(frozen=True)
class Model:
    """A table or view that people read, with its columns in the order of its contract."""

    name: str
    columns: tuple[str, ...]


def published(manifest: Path, *others: Path) -> list[Model]:
    """The models of the layers that people read, layer by layer; those that other manifests have too."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    found = [
        (LAYERS.index(node["fqn"][1]), Model(node["alias"], tuple(node["columns"])))
        for node in nodes
        if node["resource_type"] == "model" and node["fqn"][1] in LAYERS
    ]
    models = [model for _, model in sorted(found, key=lambda one: (one[0], one[1].name))]
    everywhere = [{model.name for model in published(other)} for other in others]
    return [model for model in models if all(model.name in names for names in everywhere)]
