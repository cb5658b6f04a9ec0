"""The folder a simulation is written to. It never deletes a file that it did not write itself."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from sparkify.errors import UserError

MANIFEST = "_simulated.json"
"""Marks the folder as the simulator's own and says what is in it. Readers ignore names with a `_` first."""
TREES = {
    "log_data": re.compile(r"\d{4}-\d{2}-\d{2}-events\.json"),
    "song_data": re.compile(r"TR[A-Z]{5}[0-9A-F]{11}\.json"),
}


def claim(out: Path, arguments: dict[str, Any]) -> None:
    """Makes `out` an empty folder of the simulator's own. Raises UserError if that would delete something else.

    The mark is set before the first file, so that a run that was broken off can be started again.
    """
    if out.exists():
        if not out.is_dir():
            raise UserError(f"{out} is a file, not a folder.")
        foreign = _foreign(out)
        if foreign:
            raise UserError(
                f"{out} holds something the simulator did not write ({foreign}): give an empty or new folder."
            )
    out.mkdir(parents=True, exist_ok=True)
    write_manifest(out, {"complete": False, "arguments": arguments})
    for tree in TREES:
        if (out / tree).exists():
            shutil.rmtree(out / tree)


def write_manifest(out: Path, content: dict[str, Any]) -> None:
    text = json.dumps({"written_by": "sparkify.simulate", **content}, indent=1, default=str)
    (out / MANIFEST).write_text(text + "\n", encoding="ascii")


def _foreign(out: Path) -> str | None:
    """The name of something in the folder that is not from the simulator, if there is any."""
    names = sorted(os.listdir(out))
    if not names:
        return None
    manifest = _manifest(out)
    if manifest is None:
        return names[0]
    for name in names:
        if name == MANIFEST:
            continue
        if name not in TREES or (out / name).is_symlink() or not (out / name).is_dir():
            return name
        files = 0
        for folder, folders, found in os.walk(out / name):
            for entry in found:
                if not TREES[name].fullmatch(entry):
                    return os.path.relpath(os.path.join(folder, entry), out)
            links = [entry for entry in folders if os.path.islink(os.path.join(folder, entry))]
            if links:
                return os.path.relpath(os.path.join(folder, links[0]), out)
            files += len(found)
        # A real log file that somebody put there has a name like ours: the number gives it away.
        if manifest.get("complete") and files > manifest[name]["files"]:
            return f"{files} files in {name}, not the {manifest[name]['files']} it wrote"
    return None


def _manifest(out: Path) -> dict[str, Any] | None:
    try:
        content = json.loads((out / MANIFEST).read_text(encoding="ascii"))
        ours = isinstance(content, dict) and content["written_by"] == "sparkify.simulate"
        if ours and content["complete"]:
            ours = all(isinstance(content[tree]["files"], int) for tree in TREES)
        return content if ours else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
