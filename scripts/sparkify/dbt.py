"""dbt in this process: several commands share one JVM, and say in a line each what they did."""

from __future__ import annotations

import atexit
import logging
import os
import subprocess
import sys
import time
from collections import Counter

from dbt.cli.main import dbtRunner
from dbt_common.events.base_types import EventMsg

from sparkify.progress import say
from sparkify.settings import PROJECT

# PySpark writes a failed statement to stderr as JSON, beside the exception that dbt reports.
logging.getLogger("SQLQueryContextLogger").disabled = True

FAILED = {"error", "fail", "runtime error"}


class Progress:
    """Counts finished nodes and shows them: a line per model, tests in one line that is overwritten on a terminal."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.failed = 0
        self._live = sys.stderr.isatty()

    def __call__(self, event: EventMsg) -> None:
        """Callback for dbt's events."""
        if event.info.name != "NodeFinished":
            return
        node = event.data.node_info
        self.counts[node.resource_type] += 1
        if node.node_status in FAILED:
            self.failed += 1
        if node.resource_type in ("model", "seed"):
            self._line(f"  {node.resource_type} {node.node_name}: {node.node_status}")
        elif self._live:
            print(f"\r\033[K  {self._tests()}", end="", file=sys.stderr, flush=True)

    def summary(self) -> str:
        """What was done, for example `22 models, 3 seeds, 129 tests`."""
        models, seeds = self.counts["model"], self.counts["seed"]
        return f"{models} models, {seeds} seeds, {self._tests()}"

    def _tests(self) -> str:
        return f"{self.counts['test'] + self.counts['unit_test']} tests"

    def _line(self, text: str) -> None:
        clear = "\r\033[K" if self._live else ""
        # One write, as nodes of several threads end at once.
        sys.stderr.write(f"{clear}{text}\n")
        sys.stderr.flush()


def _git_commit() -> str:
    """The commit of the project, with a mark if files have changed since; '' where there is no git."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout.strip()


@atexit.register
def _end_spark() -> None:
    """End Spark and wait for it, and for the classes that it saves."""
    # Who asks a server has not imported it.
    pyspark = sys.modules.get("pyspark")
    if pyspark is not None and pyspark.SparkContext._gateway is not None:
        process: subprocess.Popen[bytes] = pyspark.SparkContext._gateway.proc
        # It ends when nobody can write to it any more.
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            # scripts/spark/spark-env.sh asks it to.
            say("Java saves its classes, so that later starts are faster (once) ...")
            process.wait()


def run(*arguments: str) -> bool:
    """One dbt command, quiet but for its errors; False if it failed. Ends with a line on what it did."""
    started = time.monotonic()
    progress = Progress()
    os.chdir(PROJECT)
    os.environ.setdefault("SPARKIFY_GIT_COMMIT", _git_commit())
    result = dbtRunner(callbacks=[progress]).invoke(["--quiet", *arguments])
    if result.exception is not None:
        print(result.exception, file=sys.stderr)
    seconds = time.monotonic() - started
    done = f": {progress.summary()}" if progress.counts else ""
    outcome = "done" if result.success else f"failed ({progress.failed} nodes)" if progress.failed else "failed"
    say(f"dbt {' '.join(arguments)} {outcome} in {seconds:.0f} s{done}")
    return bool(result.success)
