"""Files that arrive at random, built step by step on all four engines, then one day more and a user erased.

Each table that people read must be the same on all of them. Takes a quarter of an hour; the argument draws the files.

PYTHONPATH=scripts .venv/bin/python tests/python/athena_endpoints.py \\
    .venv/bin/python tests/python/engines_history.py 4
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from athena_endpoints import BUCKET
from histories import arrive, real_days
from hostile import event
from sparkify.compare.compare import NO_TESTS
from sparkify.compare.engines import ENGINES, Source
from sparkify.compare.models import published
from sparkify.compare.report import print_comparison
from sparkify.compare.upload import upload

BUILD = ("build", *NO_TESTS, "--vars", "{recheck_days: 36500}")


def main(seed: int) -> bool:
    """Whether all tables are equal."""
    with tempfile.TemporaryDirectory(prefix="engines-") as scratch, ExitStack() as cleanup:
        source = Source(Path(scratch) / "raw", f"s3://{BUCKET}/seed{seed}")
        engines = [start(source, Path(scratch) / name) for name, start in ENGINES.items()]
        for engine in engines:
            cleanup.callback(engine.close)
        for _ in arrive(seed, real_days(), source.raw):
            upload(source.raw, source.s3)
            for engine in engines:
                engine.dbt(*BUILD)
        models = published(*(engine.manifest for engine in engines))
        users = next(model for model in models if model.name == "users")
        erased = hashlib.md5(str(min(row[0] for row in engines[0].rows(users))).encode()).hexdigest()
        (source.raw / "log_data" / "day.json").write_bytes(event(1, ts=1_546_300_800_000))
        upload(source.raw, source.s3)
        for engine in engines:
            engine.dbt("run-operation", "erase_user", "--args", f"{{user_hash: {erased}}}")
            engine.dbt(*BUILD)
        return print_comparison(engines, models)


if __name__ == "__main__":
    sys.exit(0 if main(int(sys.argv[1])) else 1)
