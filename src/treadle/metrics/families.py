"""Families of samples, made from the catalogue: what is not in it cannot be exposed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from treadle.engine.meters import Distribution
from treadle.metrics.catalogue import METRICS

Samples = Iterable[tuple[tuple[str, ...], float]]


def counter(name: str, samples: Samples) -> CounterMetricFamily:
    family = CounterMetricFamily(name, METRICS[name].help, labels=METRICS[name].labels)
    for labels, value in samples:
        family.add_metric(labels, value)
    return family


def gauge(name: str, samples: Samples) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, METRICS[name].help, labels=METRICS[name].labels)
    for labels, value in samples:
        family.add_metric(labels, value)
    return family


def histogram(name: str, samples: Iterable[tuple[tuple[str, ...], Distribution]]) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, METRICS[name].help, labels=METRICS[name].labels)
    for labels, found in samples:
        bounds = [*map(str, found.bounds), "+Inf"]
        family.add_metric(labels, buckets=list(zip(bounds, accumulate(found.counts), strict=True)), sum_value=found.total)
    return family


def one(value: float) -> Samples:
    """The only sample of a metric without labels."""
    return [((), value)]
