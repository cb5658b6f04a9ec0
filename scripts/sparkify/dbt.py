"""dbt in this process: several commands share one JVM, and say in a line each what they did."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import Any

from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import EventMsg

from sparkify.errors import UserError
from sparkify.progress import say
from sparkify.settings import PROJECT

# PySpark writes a failed statement to stderr as JSON, beside the exception that dbt reports.
logging.getLogger("SQLQueryContextLogger").disabled = True
# Py4J does the same when Spark has died, by the root logger.
logging.getLogger().addFilter(lambda record: record.module != "java_gateway")

FAILED = {"error", "fail", "runtime error"}
SECONDS_BETWEEN_LINES = 10
# Events of dbt about what ends a command, which is said by whoever called it.
SAID_BY_ITSELF = {"MainEncounteredError", "MainStackTrace", "LogCancelLine"}

# What Spark puts behind the sentence that says what is wrong with a query: pages of its plan, which logs/dbt.log has.
PLAN = re.compile(r"(?<=;)\n *'?\w+ .*\n(?: *[:+].*\n?)+")


class Console:
    """What people see of a dbt command: errors, and how many nodes are finished.

    On a terminal the count is one line that changes, elsewhere a line now and then.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.failed = 0
        self._total = 0
        self._began = self._said = time.monotonic()
        self._live = sys.stderr.isatty()

    def __call__(self, event: EventMsg) -> None:
        """Callback for dbt's events."""
        info: Any = event.info
        if info.level == "error":
            # What fails after Spark has died fails because of that.
            if info.name not in SAID_BY_ITSELF and spark_died() is None:
                self._write(f"{PLAN.sub('', info.msg)}\n")
        elif event.info.name == "LogStartLine":
            self._total = event.data.total
        elif event.info.name == "NodeFinished" and event.data.node_info.resource_type != "operation":
            self.counts[event.data.node_info.resource_type] += 1
            self.failed += event.data.node_info.node_status in FAILED
            now = time.monotonic()
            if self._total and (self._live or now - self._said >= SECONDS_BETWEEN_LINES):
                self._said = now
                text = f"  {self.counts.total()} of {self._total} models, seeds and tests, {now - self._began:.0f} s"
                self._write(text if self._live else f"{text}\n")

    def _write(self, text: str) -> None:
        """In one piece, as nodes of several threads end at once; over the count on a terminal."""
        sys.stderr.write(f"\r\033[K{text}" if self._live else text)
        sys.stderr.flush()

    def summary(self) -> str:
        """What was done, for example `22 models, 3 seeds, 129 tests`; clears the line on a terminal."""
        if self.counts:
            self._write("")
        tests = self.counts["test"] + self.counts["unit_test"]
        return f"{self.counts['model']} models, {self.counts['seed']} seeds, {tests} tests"


def spark_died() -> int | None:
    """The exit code of Spark in this process, if it was started and has ended."""
    # Who asks a server has not imported it.
    pyspark = sys.modules.get("pyspark")
    gateway = pyspark.SparkContext._gateway if pyspark else None
    code: int | None = gateway.proc.poll() if gateway else None
    return code


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


def _invoke(runner: dbtRunner, *arguments: str) -> dbtRunnerResult:
    """Run dbt, which says nothing by itself. UserError if Spark died, KeyboardInterrupt if somebody interrupted it."""
    os.chdir(PROJECT)
    result = runner.invoke(["--log-level=none", "--log-level-file=debug", *arguments])
    if isinstance(result.exception, KeyboardInterrupt):
        raise result.exception
    if (code := spark_died()) is not None:
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        memory = os.environ.get("SPARKIFY_DRIVER_MEMORY", "2g")
        raise UserError(
            f"Spark {how}, perhaps for lack of memory (SPARKIFY_DRIVER_MEMORY is {memory}). Every table is as its last"
            " commit left it; run the command again to go on."
        )
    if result.exception is not None:
        say(str(result.exception))
    return result


def parsed() -> Manifest | None:
    """The project, for several commands that need not parse it again; None if that failed."""
    result = _invoke(dbtRunner(callbacks=[Console()]), "parse")
    return result.result if isinstance(result.result, Manifest) else None


def run(*arguments: str, manifest: Manifest | None = None) -> bool:
    """One dbt command, quiet but for its errors; False if it failed. Ends with a line on what it did.

    A `manifest` keeps what was compiled: `docs generate --no-compile` after `build` has the SQL that was run.
    """
    started = time.monotonic()
    console = Console()
    os.environ.setdefault("SPARKIFY_GIT_COMMIT", _git_commit())
    result = _invoke(dbtRunner(manifest, [console]), *arguments)
    seconds = time.monotonic() - started
    done = f": {console.summary()}" if console.counts else ""
    outcome = "done" if result.success else f"failed ({console.failed} nodes)" if console.failed else "failed"
    say(f"dbt {' '.join(arguments)} {outcome} in {seconds:.0f} s{done}")
    return bool(result.success)
