"""A copy of the project, and its scripts as somebody would call them who has just cloned it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from sparkify.settings import PROJECT


def clone_to(folder: Path) -> Path:
    """A copy of the files of the project that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (PROJECT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name, follow_symlinks=False)
    return folder


def command(clone: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the clone, with this environment's packages and none but the given settings."""
    own = ("SPARKIFY_", "DBT_", "AWS_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    environment |= {"SPARKIFY_VENV": sys.prefix, **settings}
    return subprocess.run(words, cwd=clone, env=environment, capture_output=True, text=True, check=False)
