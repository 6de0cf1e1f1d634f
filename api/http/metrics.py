"""`GET /metrics`: how the service is, as Prometheus reads it. No label holds anything that was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import Operation, add_operation
from spinegraph.engine.model import KnowledgeVersion
from spinegraph.engine.sandbox.pool import PoolCounts
from starlette.responses import Response

PATH = "/metrics"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
"""The text format of Prometheus, which every reader of metrics knows."""
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
Pools = Mapping[str, Callable[[], PoolCounts]]


class Metrics(Collector):
    """What one process counts from its start to its end, whatever knowledge it serves meanwhile."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.answers = Counter("spinegraph_answers", "Requests answered.", labels, registry=registry)
        self.seconds = Histogram(
            "spinegraph_answer_seconds", "Seconds until an answer was sent.", ("route",), buckets=SECONDS, registry=registry
        )
        self.in_progress = Gauge("spinegraph_requests_in_progress", "Requests that are not answered yet.", registry=registry)
        self.refused = Counter("spinegraph_rate_limited", "Requests refused because of the rate.", registry=registry)
        self.overloaded = Counter(
            "spinegraph_overloaded", "Requests refused because too much was being worked on.", registry=registry
        )
        self.reloads = Counter("spinegraph_reloads", "Readings of the knowledge after the first.", ("result",), registry=registry)
        self._pools: Pools = {}
        self._knowledge: KnowledgeVersion | None = None
        self.registry.register(self)

    def serve(self, knowledge: KnowledgeVersion, pools: Pools) -> None:
        """Tell from now on of this knowledge and these pools."""
        self._knowledge, self._pools = knowledge, pools

    def collect(self) -> Iterator[Metric]:
        """The state of the pools and of the knowledge at this moment."""
        if self._knowledge:
            knowledge = GaugeMetricFamily("spinegraph_knowledge", "The knowledge that answers.", labels=("version", "digest"))
            knowledge.add_metric((self._knowledge.version, self._knowledge.digest), 1)
            yield knowledge
        counts = {name: counted() for name, counted in self._pools.items()}
        gauges = (
            ("spinegraph_workers", "Worker processes that live.", "workers"),
            ("spinegraph_waiting", "Questions that wait for a worker.", "waiting"),
            ("spinegraph_running_fast", "Questions in the fast lane.", "fast"),
            ("spinegraph_running_slow", "Questions in the slow lane.", "slow"),
        )
        for title, words, field in gauges:
            yield _gauge(title, words, {name: getattr(one, field) for name, one in counts.items()})
        failed = {name: int(one.state == "failed") for name, one in counts.items()}
        yield _gauge("spinegraph_pool_failed", "Whether no worker comes up.", failed)
        started = CounterMetricFamily("spinegraph_workers_started", "Worker processes that came up.", labels=("pool",))
        stops = CounterMetricFamily(
            "spinegraph_stops", "Questions without an answer, by limit or other reason.", labels=("pool", "reason")
        )
        for name, one in counts.items():
            started.add_metric((name,), one.started)
            for reason, number in sorted(one.stops.items()):
                stops.add_metric((name, reason), number)
        yield from (started, stops)


def _gauge(name: str, words: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=("pool",))
    for pool, value in values.items():
        family.add_metric((pool,), value)
    return family


def metrics_router(metrics: Metrics) -> APIRouter:
    """The router of the metrics."""
    router = APIRouter(tags=["health"], route_class=OpenRoute)

    def counted() -> Response:
        """Answers by route and status, how long they took, what waits, what was stopped and why, in the format of Prometheus."""
        return Response(generate_latest(metrics.registry), headers={"Cache-Control": "no-store", "Content-Type": TEXT})

    operation = Operation("get_metrics", "How the service is, in numbers", "The metrics.", {"text/plain": None})
    add_operation(router, PATH, counted, operation)
    return router
