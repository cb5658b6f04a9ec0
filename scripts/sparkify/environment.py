"""What Spark needs beside the locked packages."""

from __future__ import annotations

import os
import shutil

from sparkify import jars, java
from sparkify.settings import PROJECT


def prepare(*, with_s3: bool = False) -> None:
    """Have Java in JAVA_HOME, Spark's jars and settings, and a profile; UserError if something can't be had."""
    os.environ["JAVA_HOME"] = java.home()
    jars.ensure(with_s3=with_s3)
    # Every Spark of this environment starts with these settings.
    settings = jars.spark_home() / "conf"
    if not settings.exists():
        # The project was moved.
        settings.unlink(missing_ok=True)
        settings.symlink_to(PROJECT / "scripts" / "spark")
    if not os.path.lexists(PROJECT / "profiles.yml"):
        # In two steps, so that nobody ever reads half of it.
        aside = PROJECT / f"profiles.yml.{os.getpid()}"
        shutil.copyfile(PROJECT / "profiles.example.yml", aside)
        aside.rename(PROJECT / "profiles.yml")
