"""How many bytes Spark's tasks read for each model, for the run ledger; Spark runs in this process."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from dbt_common.events.base_types import EventMsg
from pyspark import SparkContext
from pyspark.sql import SparkSession
from pyspark.sql.functions import create_map, explode, lit

VIEW = "bytes_read_by_node"


class BytesRead:
    """Callback for dbt's events: marks Spark's jobs with the node that they are for, adds up what their tasks read."""

    def __init__(self) -> None:
        self._nodes: set[str] = set()

    def __call__(self, event: EventMsg) -> None:
        """Called in the thread that runs the statement, which is the one whose jobs get the mark."""
        if event.info.name != "SQLQuery":
            return
        context = SparkContext._active_spark_context
        node = event.data.node_info
        if context is None or not node.unique_id:
            return
        context.setJobGroup(node.unique_id, node.unique_id)
        if node.resource_type in ("model", "seed"):
            self._nodes.add(node.unique_id)
        elif "on-run-end" in node.unique_id and self._nodes:
            # The run's end writes the ledger, and looks for this view.
            _publish(context, self._nodes)
            self._nodes = set()


def _publish(context: SparkContext, nodes: Iterable[str]) -> None:
    scala_context = context._jsc.sc()
    scala_context.listenerBus().waitUntilEmpty()
    store = scala_context.statusStore()
    # createDataFrame would start a Python worker for these few rows.
    pairs = [(lit(node), lit(_bytes_read(context, store, node)).cast("bigint")) for node in nodes]
    session = SparkSession.builder.getOrCreate()
    rows = session.range(1).select(explode(create_map(*chain(*pairs))))
    rows.toDF("node_id", "bytes_read").createOrReplaceTempView(VIEW)
    session.conf.set("sparkify.bytes_read", "true")


def _bytes_read(context: SparkContext, store: Any, node: str) -> int:
    tracker = context.statusTracker()
    jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(node)]
    stages = {stage for job in jobs if job is not None for stage in job.stageIds}
    return sum(store.lastStageAttempt(stage).inputBytes() for stage in stages if tracker.getStageInfo(stage))
