"""dbt in this process: several commands share one JVM, and say in a line each what they did."""

from __future__ import annotations

import atexit
import logging
import os
import subprocess
import sys
import time
from collections import Counter

from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import EventMsg

from sparkify.progress import say
from sparkify.settings import PROJECT

# PySpark writes a failed statement to stderr as JSON, beside the exception that dbt reports.
logging.getLogger("SQLQueryContextLogger").disabled = True

FAILED = {"error", "fail", "runtime error"}
SECONDS_BETWEEN_LINES = 10


class Progress:
    """Counts finished nodes and says how many of all they are: on a terminal in one line, elsewhere now and then."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.failed = 0
        self._total = 0
        self._began = self._said = time.monotonic()
        self._live = sys.stderr.isatty()

    def __call__(self, event: EventMsg) -> None:
        """Callback for dbt's events."""
        if event.info.name == "LogStartLine":
            self._total = event.data.total
        elif event.info.name == "NodeFinished" and event.data.node_info.resource_type != "operation":
            self.counts[event.data.node_info.resource_type] += 1
            self.failed += event.data.node_info.node_status in FAILED
            now = time.monotonic()
            if self._total and (self._live or now - self._said >= SECONDS_BETWEEN_LINES):
                self._said = now
                text = f"  {self.counts.total()} of {self._total} models, seeds and tests, {now - self._began:.0f} s"
                # One write, as nodes of several threads end at once.
                sys.stderr.write(f"\r\033[K{text}" if self._live else f"{text}\n")
                sys.stderr.flush()

    def summary(self) -> str:
        """What was done, for example `22 models, 3 seeds, 129 tests`; clears the line on a terminal."""
        if self._live and self.counts:
            sys.stderr.write("\r\033[K")
        tests = self.counts["test"] + self.counts["unit_test"]
        return f"{self.counts['model']} models, {self.counts['seed']} seeds, {tests} tests"


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


def _invoke(runner: dbtRunner, *arguments: str) -> dbtRunnerResult:
    os.chdir(PROJECT)
    result = runner.invoke(["--quiet", *arguments])
    if result.exception is not None:
        print(result.exception, file=sys.stderr)
    return result


def parsed() -> Manifest | None:
    """The project, for several commands that need not parse it again; None if that failed."""
    result = _invoke(dbtRunner(), "parse")
    return result.result if isinstance(result.result, Manifest) else None


def run(*arguments: str, manifest: Manifest | None = None) -> bool:
    """One dbt command, quiet but for its errors; False if it failed. Ends with a line on what it did.

    A `manifest` keeps what was compiled: `docs generate --no-compile` after `build` has the SQL that was run.
    """
    started = time.monotonic()
    progress = Progress()
    os.environ.setdefault("SPARKIFY_GIT_COMMIT", _git_commit())
    result = _invoke(dbtRunner(manifest, [progress]), *arguments)
    seconds = time.monotonic() - started
    done = f": {progress.summary()}" if progress.counts else ""
    outcome = "done" if result.success else f"failed ({progress.failed} nodes)" if progress.failed else "failed"
    say(f"dbt {' '.join(arguments)} {outcome} in {seconds:.0f} s{done}")
    return bool(result.success)
