"""Schedules over HTTP: made, changed, previewed, and what became of each due time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from served_api import API, NOTHING_TO_DO, ServedApi, served_api
from treadle.api.schemas import schedules as schemas

SCHEDULES = f"{API}/schedules"
HOURLY = {"workflow": "only", "cron": "0 * * * *"}


@pytest.fixture
def api(sqlite_url: str) -> Iterator[ServedApi]:
    with served_api(sqlite_url) as served_one:
        served_one.save("only", NOTHING_TO_DO)
        yield served_one


def add(api: ServedApi, **body: Any) -> schemas.Schedule:
    answer = api.http.post(SCHEDULES, json=body)
    assert answer.status_code == 201, answer.text
    return schemas.Schedule.model_validate_json(answer.content)


def test_a_schedule_is_made_with_what_is_given_and_the_rest_chosen(api: ServedApi) -> None:
    schedule = add(api, **HOURLY, input={"a": 1}, priority="high", timezone="Europe/Berlin")

    assert (schedule.cron, schedule.interval, schedule.timezone, schedule.priority) == (
        "0 * * * *",
        None,
        "Europe/Berlin",
        "high",
    )
    assert (schedule.input, schedule.paused, schedule.overlap, schedule.error) == ({"a": 1}, False, "allow", None)
    assert schedule.next_fire_at is not None
    assert schedule.next_fire_at.minute == 0
    assert api.http.get(f"{SCHEDULES}/{schedule.id}").json()["id"] == schedule.id


@pytest.mark.parametrize(("interval", "seconds"), [(90, 90.0), ("30m", 1800.0), ("PT2H", 7200.0)])
def test_an_interval_is_a_duration(api: ServedApi, interval: int | str, seconds: float) -> None:
    schedule = add(api, workflow="only", interval=interval)

    assert (schedule.interval, schedule.cron) == (seconds, None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"workflow": "only"},
        {**HOURLY, "interval": 60},
        {**HOURLY, "cron": "99 * * * *"},
        {**HOURLY, "cron": ""},
        {**HOURLY, "timezone": "Mars/Olympus"},
        {**HOURLY, "timezone": "../../etc/passwd"},
        {**HOURLY, "timezone": None},
        {**HOURLY, "dst": "sometimes"},
        {**HOURLY, "overlap": "maybe"},
        {**HOURLY, "catch_up": "some"},
        {**HOURLY, "priority": "urgent"},
        {**HOURLY, "paused": "yes"},
        {**HOURLY, "crons": "0 * * * *"},
        {"workflow": "only", "interval": -1},
        {"workflow": "only", "interval": "soon"},
        {"workflow": "only", "interval": True},
        {"workflow": "only", "interval": 1e300},
        {**HOURLY, "id": "a/b"},
        {**HOURLY, "id": ""},
        {**HOURLY, "id": "../x"},
        {**HOURLY, "at": ["2999-01-01T00:00:00Z"]},
        {"workflow": "only", "at": []},
        {"workflow": "only", "at": ["2999-01-01T00:00:00"]},
        {"workflow": "only", "at": ["1999-01-01T00:00:00Z"]},
        {"workflow": "only", "at": ["2999-01-01T00:00:00Z"] * 1001},
        {**HOURLY, "start_at": "2999-01-02T00:00:00Z", "end_at": "2999-01-01T00:00:00Z"},
        {**HOURLY, "end_at": "1999-01-01T00:00:00Z"},
        {**HOURLY, "jitter": "2d"},
        {"workflow": "only", "interval": "1m", "jitter": "1m"},
        {**HOURLY, "catch_up_limit": 0},
        {**HOURLY, "catch_up_limit": "many"},
        {**HOURLY, "catch_up_window": "long"},
    ],
)
def test_a_schedule_that_cannot_be_is_refused_with_its_place(api: ServedApi, body: dict[str, Any]) -> None:
    answer = api.http.post(SCHEDULES, json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert api.http.get(SCHEDULES).json()["items"] == []


def test_a_schedule_of_no_workflow_is_404_and_a_doubled_id_409(api: ServedApi) -> None:
    add(api, **HOURLY, id="hourly")

    missing = api.http.post(SCHEDULES, json={**HOURLY, "workflow": "none"})
    doubled = api.http.post(SCHEDULES, json={**HOURLY, "id": "hourly"})

    assert (missing.status_code, doubled.status_code) == (404, 409)


def test_only_what_is_given_changes(api: ServedApi) -> None:
    made = add(api, **HOURLY, input={"a": 1}, priority="high")

    paused = api.http.patch(f"{SCHEDULES}/{made.id}", json={"paused": True})
    faster = api.http.patch(f"{SCHEDULES}/{made.id}", json={"interval": "5m"})

    changed = schemas.Schedule.model_validate_json(faster.content)
    assert schemas.Schedule.model_validate_json(paused.content).paused
    assert (changed.paused, changed.cron, changed.interval) == (True, None, 300.0)
    assert (changed.input, changed.priority) == ({"a": 1}, "high")


@pytest.mark.parametrize("body", [{"cron": "0 1 * * *", "interval": 60}, {"cron": "nonsense"}, {"cron": None}, {"workflow": "other"}, {"priority": 9}, {"id": "x"}])
def test_a_change_that_cannot_be_changes_nothing(api: ServedApi, body: dict[str, Any]) -> None:
    made = add(api, **HOURLY)

    answer = api.http.patch(f"{SCHEDULES}/{made.id}", json=body)

    assert answer.status_code == 422
    assert schemas.Schedule.model_validate_json(api.http.get(f"{SCHEDULES}/{made.id}").content) == made


def test_schedules_are_listed_without_payloads(api: ServedApi) -> None:
    ids = {add(api, **HOURLY, input="secret payload").id for _ in range(3)}

    answer = api.http.get(SCHEDULES, params={"limit": 2})
    first = schemas.SchedulePage.model_validate_json(answer.content)
    rest = api.http.get(SCHEDULES, params={"limit": 2, "cursor": first.next_cursor, "workflow": "only"}).json()

    assert {item.id for item in first.items} | {item["id"] for item in rest["items"]} == ids
    assert "payload" not in answer.text
    assert api.http.get(SCHEDULES, params={"workflow": "none"}).json() == {"items": [], "next_cursor": None}


def test_a_deleted_schedule_is_gone(api: ServedApi) -> None:
    made = add(api, **HOURLY)

    deleted = api.http.delete(f"{SCHEDULES}/{made.id}")
    after = [
        api.http.get(f"{SCHEDULES}/{made.id}"),
        api.http.get(f"{SCHEDULES}/{made.id}/fires"),
        api.http.patch(f"{SCHEDULES}/{made.id}", json={}),
        api.http.delete(f"{SCHEDULES}/{made.id}"),
    ]

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert [answer.status_code for answer in after] == [404] * 4


def test_a_due_time_is_recorded_with_what_became_of_it(api: ServedApi) -> None:
    made = add(api, workflow="only", interval=60)
    store = api.treadle.store
    schedule = store.schedules.get(made.id)
    assert schedule.next_fire_at is not None
    store.schedules.fire(
        schedule, fire_at=schedule.next_fire_at, next_fire_at=None, execution=None, outcome="missed", reason="late"
    )

    answer = schemas.FirePage.model_validate_json(api.http.get(f"{SCHEDULES}/{made.id}/fires").content)

    assert [(fire.fire_at, fire.outcome, fire.reason) for fire in answer.items] == [(made.next_fire_at, "missed", "late")]


def test_a_preview_across_a_change_of_clocks_is_in_utc(api: ServedApi) -> None:
    answer = api.http.post(
        f"{SCHEDULES}/preview",
        json={"cron": "0 3 * * *", "timezone": "Europe/Berlin", "start": "2026-03-28T00:00:00+01:00", "count": 3},
    )

    assert answer.json() == {"fires": ["2026-03-28T02:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"]}


def test_a_preview_stores_nothing_and_starts_now_if_not_told(api: ServedApi) -> None:
    answer = api.http.post(f"{SCHEDULES}/preview", json={"interval": "1h"})

    assert len(schemas.Fires.model_validate_json(answer.content).fires) == 10
    assert api.http.get(SCHEDULES).json()["items"] == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"start": "2026-03-29T00:00:00"}, "start"),
        ({"start": "2026-03-29"}, "start"),
        ({"start": "tomorrow"}, "start"),
        ({"start": 1774742400}, "start"),
        ({"count": 0}, "count"),
        ({"count": 1001}, "count"),
        ({"count": "3"}, "count"),
        ({"cron": "* * *"}, "cron"),
        ({"cron": None}, None),
        ({"timezone": "Nowhere"}, "timezone"),
        ({"zone": "UTC"}, "zone"),
    ],
)
def test_a_preview_that_cannot_be_is_refused_with_its_place(api: ServedApi, change: dict[str, Any], path: str | None) -> None:
    body = {"cron": "0 3 * * *", "start": "2026-03-29T00:00:00Z", "count": 3, **change}

    answer = api.http.post(f"{SCHEDULES}/preview", json=body)

    assert answer.status_code == 422
    assert path is None or [error["path"] for error in answer.json()["errors"]] == [path]


@pytest.mark.parametrize(
    ("start", "accepted"),
    [
        ("0001-01-01T00:00:00+14:00", False),
        ("1900-01-01T00:00:00+14:00", True),
        ("2999-12-31T23:59:59-14:00", True),
        ("9999-12-31T23:59:59-14:00", False),
        ("9999-12-31T23:59:59Z", False),
    ],
)
def test_a_preview_at_the_edge_of_time_is_answered(api: ServedApi, start: str, accepted: bool) -> None:
    timings: list[dict[str, object]] = [
        {"cron": "0 3 * * *", "count": 1000},
        {"cron": "0 0 29 2 *", "count": 3},
        {"interval": "36500d", "count": 1000},
        {"interval": "1ms", "count": 1000},
    ]
    bodies = [
        {**timing, "start": start, "timezone": timezone}
        for timing in timings
        for timezone in ("UTC", "Pacific/Kiritimati", "Etc/GMT+12")
    ]

    statuses = {api.http.post(f"{SCHEDULES}/preview", json=body).status_code for body in bodies}

    assert statuses <= ({200, 422} if accepted else {422})


def test_every_field_of_a_schedule_is_answered_as_it_was_sent(api: ServedApi) -> None:
    sent = {
        "interval": 3600.0, "start_at": "2998-01-01T00:00:00Z", "end_at": "2999-01-01T00:00:00Z", "jitter": 60.0,
        "overlap": "queue_one", "catch_up": "all", "catch_up_limit": None, "catch_up_window": 7200.0,
    }  # fmt: skip

    made = api.http.post(SCHEDULES, json={"workflow": "only", **sent}).json()
    once = add(api, workflow="only", at="2999-01-01T01:00:00+01:00")

    assert {name: made[name] for name in sent} == sent
    assert (made["next_fire_at"], made["status"]) == ("2998-01-01T00:00:00Z", "active")
    assert [at.isoformat() for at in once.at] == ["2999-01-01T00:00:00+00:00"]
    assert api.http.patch(f"{SCHEDULES}/{once.id}", json={"cron": "0 0 * * *"}).json()["at"] == []


def test_a_schedule_is_run_now_with_or_without_a_body(api: ServedApi) -> None:
    made = add(api, **HOURLY, overlap="skip", paused=True)

    first = api.http.post(f"{SCHEDULES}/{made.id}/run")
    skipped = api.http.post(f"{SCHEDULES}/{made.id}/run", json={})
    allowed = api.http.post(f"{SCHEDULES}/{made.id}/run", json={"overlap": "allow"})
    refused = [
        api.http.post(f"{SCHEDULES}/{made.id}/run", json={"overlap": "maybe"}),
        api.http.post(f"{SCHEDULES}/none/run"),
    ]

    outcomes = [schemas.Fire.model_validate_json(answer.content).outcome for answer in (first, skipped, allowed)]
    assert (outcomes, first.status_code) == (["fired", "skipped", "fired"], 201)
    assert api.treadle.store.executions.get(first.json()["execution_id"]).schedule_id == made.id
    assert [answer.status_code for answer in refused] == [422, 404]


def test_a_past_range_is_backfilled_in_parts(api: ServedApi) -> None:
    made = add(api, **HOURLY)
    body = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T05:30:00Z", "limit": 4}

    first = api.http.post(f"{SCHEDULES}/{made.id}/backfill", json=body).json()
    second = api.http.post(f"{SCHEDULES}/{made.id}/backfill", json={**body, "start": first["next_start"]}).json()
    again = api.http.post(f"{SCHEDULES}/{made.id}/backfill", json={**body, "limit": 10}).json()
    page = api.http.get(f"{SCHEDULES}/{made.id}/fires", params={"outcome": "fired", "limit": 4}).json()
    rest = api.http.get(f"{SCHEDULES}/{made.id}/fires", params={"limit": 4, "cursor": page["next_cursor"]}).json()

    assert [(part["fired"], part["next_start"]) for part in (first, second, again)] == [
        (4, "2026-01-01T04:00:00Z"), (2, None), (0, None),
    ]  # fmt: skip
    assert [fire["fire_at"][11:13] for fire in (*page["items"], *rest["items"])] == ["05", "04", "03", "02", "01", "00"]


@pytest.mark.parametrize(
    "body",
    [
        {"end": "2026-01-01T00:00:00Z"},
        {"start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"},
        {"start": "2026-01-01T00:00:00Z", "end": "2999-01-01T00:00:00Z"},
        {"start": "2026-01-01", "end": "2026-01-02T00:00:00Z"},
        {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z", "limit": 1001},
        {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z", "overlap": "maybe"},
    ],
)
def test_a_backfill_that_cannot_be_is_refused_and_fires_nothing(api: ServedApi, body: dict[str, Any]) -> None:
    made = add(api, **HOURLY)

    answer = api.http.post(f"{SCHEDULES}/{made.id}/backfill", json=body)

    assert answer.status_code == 422
    assert api.http.get(f"{SCHEDULES}/{made.id}/fires").json()["items"] == []


@pytest.mark.parametrize(
    ("query", "status"), [({"outcome": "lost"}, 422), ({"cursor": "x"}, 400), ({"limit": 0}, 422), ({"order": "asc"}, 422)]
)
def test_a_list_of_fires_that_cannot_be_is_refused(api: ServedApi, query: dict[str, Any], status: int) -> None:
    made = add(api, **HOURLY)

    answer = api.http.get(f"{SCHEDULES}/{made.id}/fires", params=query)

    assert answer.status_code == status


def test_a_preview_knows_single_times_and_bounds(api: ServedApi) -> None:
    bounds = {"start_at": "2026-03-28T05:00:00Z", "end_at": "2026-03-28T07:00:00Z", "start": "2026-01-01T00:00:00Z"}

    every = api.http.post(f"{SCHEDULES}/preview", json={"interval": "1h", **bounds}).json()
    once = api.http.post(f"{SCHEDULES}/preview", json={"at": "2026-03-28T06:00:00Z", **bounds}).json()

    assert every["fires"] == [f"2026-03-28T0{hour}:00:00Z" for hour in (5, 6, 7)]
    assert once["fires"] == ["2026-03-28T06:00:00Z"]


def test_the_next_fires_of_a_schedule_keep_its_phase(api: ServedApi) -> None:
    made = add(api, workflow="only", interval=3600, start_at="2026-01-01T00:20:00Z", paused=True)

    answer = api.http.get(f"{SCHEDULES}/{made.id}/next", params={"start": "2998-01-01T00:00:00Z", "count": 2})
    naive = api.http.get(f"{SCHEDULES}/{made.id}/next", params={"start": "2998-01-01T00:00:00"})

    assert answer.json() == {"fires": ["2998-01-01T00:20:00Z", "2998-01-01T01:20:00Z"]}
    assert naive.status_code == 422
    assert api.http.get(f"{SCHEDULES}/none/next").status_code == 404
