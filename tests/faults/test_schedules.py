"""Three workers whose clocks are an hour apart, killed at random: every due instant fires, and fires once."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle, pairwise
from pathlib import Path

import pytest

from faults.driver import PATIENCE, SCALE, Cluster, Worker, eventually, pause, rows
from treadle.domain.records import Fire, Schedule

pytestmark = pytest.mark.timeout(4 * PATIENCE)

SKEWS = (3600, 0, -3600)
EVERY = timedelta(seconds=1)
NOTHING = {"nodes": [{"id": "only", "type": "noop"}], "edges": []}


@dataclass
class SkewedCluster(Cluster):
    """Each worker has another machine's clock."""

    skews: cycle[int] = field(default_factory=lambda: cycle(SKEWS))

    def spawn(self, *command: str) -> Worker:
        log = self.folder / f"{command[0]}-{len(list(self.folder.glob('*.log')))}.log"
        environment = {**self.environment(), "TREADLE_TEST_SKEW": str(next(self.skews))}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "skewed_clock", *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd=self.folder, env=environment,
            )  # fmt: skip
        return Worker(process, log)


def test_workers_an_hour_apart_and_killed_at_random_fire_every_instant_once(postgres_url: str, tmp_path: Path) -> None:
    kills = 8 * SCALE
    with SkewedCluster(tmp_path, postgres_url, lease=1.5) as cluster:
        cluster.engine.save_workflow("nothing", NOTHING)
        schedules = [
            cluster.engine.add_schedule("nothing", interval=EVERY.total_seconds(), catch_up="all", jitter=jitter)
            for jitter in (0, 0, 0, 0.5, 0.9)
        ]
        cluster.start_workers(3)

        for _ in range(kills):
            pause(cluster.random.uniform(0.3, 1.5))
            victim = cluster.random.choice(cluster.workers)
            cluster.replace(victim, seen=cluster.random.random() < 0.5)
        eventually(lambda: all(len(fires(cluster, each)) >= 10 for each in schedules))
        for each in schedules:
            cluster.engine.change_schedule(each.id, paused=True)
        cluster.until_all_ended()

        for each in schedules:
            assert_every_instant_fired_once(cluster, each)
        assert {said for worker in (*cluster.workers, *cluster.gone) for said in wrong_clock(worker)} == set(SKEWS)
        assert count(postgres_url, "SELECT count(*) FROM execution") == sum(len(fires(cluster, each)) for each in schedules)
        assert count(postgres_url, "SELECT count(*) FROM execution WHERE status <> 'completed'") == 0


def assert_every_instant_fired_once(cluster: Cluster, schedule: Schedule) -> None:
    recorded = fires(cluster, schedule)
    assert {fire.outcome for fire in recorded} == {"fired"}
    assert recorded[0].fire_at == schedule.next_fire_at
    assert all(after.fire_at - before.fire_at == EVERY for before, after in pairwise(recorded))
    assert len({fire.execution_id for fire in recorded}) == len(recorded)
    # By the database's clock: none an hour early, as the worker that is ahead would have it.
    assert all(fire.fire_at <= fire.recorded_at < fire.fire_at + timedelta(minutes=30) for fire in recorded)
    assert next_fire(cluster, schedule) - recorded[-1].fire_at == EVERY


def fires(cluster: Cluster, schedule: Schedule) -> list[Fire]:
    return list(cluster.store.schedules.fires(schedule.id, limit=100_000))[::-1]


def next_fire(cluster: Cluster, schedule: Schedule) -> datetime:
    found = cluster.store.schedules.get(schedule.id).next_fire_at
    assert found is not None
    return found


def wrong_clock(worker: Worker) -> list[int]:
    """By how many seconds a worker's own clock was wrong, as its log says."""
    return [int(line.split()[-2]) for line in worker.said().splitlines() if line.startswith("this clock is wrong by")]


def count(url: str, query: str) -> int:
    [(found,)] = rows(url, query)
    return int(found)
