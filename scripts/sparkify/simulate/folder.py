"""The folder a simulation is written to. It never deletes a file that it did not write itself."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from sparkify.errors import UserError

MANIFEST = "_simulated.json"
"""Marks the folder as the simulator's own and says what is in it. Readers ignore names with a `_` first."""
TREES = ("log_data", "song_data")


def claim(out: Path, arguments: dict[str, Any]) -> None:
    """Makes `out` an empty folder of the simulator's own. Raises UserError if that would delete something else.

    The mark is set before the first file, so that a run that was broken off can be started again.
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file, not a folder.")
    if out.exists() and (foreign := _foreign(out)):
        raise UserError(f"{out} holds something the simulator did not write ({foreign}): give an empty or new folder.")
    out.mkdir(parents=True, exist_ok=True)
    write_manifest(out, {"complete": False, "arguments": arguments})
    for tree in TREES:
        if (out / tree).exists():
            shutil.rmtree(out / tree)


def write_manifest(out: Path, content: dict[str, Any]) -> None:
    """Say what is in the folder; dates as text."""
    text = json.dumps({"written_by": "sparkify.simulate", **content}, indent=1, default=str)
    (out / MANIFEST).write_text(text + "\n", encoding="ascii")


def _foreign(out: Path) -> str | None:
    """What in the folder is not from the simulator, if there is anything."""
    names = sorted(os.listdir(out))
    try:
        manifest = json.loads((out / MANIFEST).read_text(encoding="ascii"))
        if manifest["written_by"] != "sparkify.simulate":
            return names[0]
        written = sum(manifest[tree]["files"] for tree in TREES) if manifest["complete"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return names[0] if names else None
    found = [path for path in out.rglob("*") if path.name != MANIFEST and not path.is_dir()]
    strangers = [path for path in found if path.suffix != ".json" or path.relative_to(out).parts[0] not in TREES]
    if strangers:
        return str(strangers[0].relative_to(out))
    # A real log file that somebody put there has a name like ours: the number gives it away.
    return f"{len(found)} files, not the {written} it wrote" if written is not None and len(found) > written else None
