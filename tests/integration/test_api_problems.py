"""Every refusal is a problem: one shape, a fitting status, and nothing of the inside."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from served_api import API, QUICK, ServedApi, served, served_api
from treadle.api.app import create_app
from treadle.api.problems import problem_of, readable_path
from treadle.api.schemas.fields import Problem
from treadle.domain import errors
from treadle.domain.errors import Finding, TreadleError
from treadle.engine.engine import WorkflowEngine

EVERY_ERROR: dict[type[TreadleError], tuple[TreadleError, int]] = {
    errors.TreadleError: (TreadleError("refused"), 400),
    errors.DefinitionError: (errors.DefinitionError([Finding("bad", "is bad", "nodes[0].id")]), 422),
    errors.ExpressionError: (errors.ExpressionError("unknown name", source="a +", column=3), 422),
    errors.UnstorableValueError: (errors.UnstorableValueError("$.a[1]", "is NaN"), 422),
    errors.LimitExceededError: (errors.LimitExceededError("input", allowed=1, actual=2), 413),
    errors.NotFoundError: (errors.NotFoundError("workflow", "a", known=["b", "c"]), 404),
    errors.ConflictError: (errors.ConflictError("too late", state="completed"), 409),
    errors.ConcurrencyLimitError: (errors.ConcurrencyLimitError("w", "ann", limit=1, holders=["exec-1"]), 409),
    errors.SignatureError: (errors.SignatureError("its time is 400 s old"), 401),
    errors.NoSigningSecretError: (errors.NoSigningSecretError("there is no secret 'shop'"), 503),
    errors.IdempotencyError: (errors.IdempotencyError("k"), 422),
    errors.MarkingError: (errors.MarkingError("the fold failed"), 500),
    errors.JournalGapError: (errors.JournalGapError("exec-1", 3, 5), 500),
    errors.StoreError: (errors.StoreError("no"), 500),
    errors.StoreUnavailableError: (errors.StoreUnavailableError("password=hunter2 host=db"), 503),
    errors.JournalConflictError: (errors.JournalConflictError("no"), 500),
    errors.DataRejectedError: (errors.DataRejectedError("password=hunter2"), 422),
    errors.SchemaError: (errors.SchemaError("run treadle db migrate"), 503),
    errors.LeaseLostError: (errors.LeaseLostError("no"), 500),
    errors.StuckHandlersError: (errors.StuckHandlersError(16, 32), 500),
    errors.SecretsKeyError: (errors.SecretsKeyError("no key"), 409),
    errors.RegistrationError: (errors.RegistrationError("taken"), 400),
    errors.BackupError: (errors.BackupError("no"), 400),
    errors.AttemptOverError: (errors.AttemptOverError("no"), 400),
    errors.ActivityError: (errors.ActivityError("no"), 400),
    errors.Fatal: (errors.Fatal("no"), 400),
    errors.RetryAfter: (errors.RetryAfter("1s"), 400),
}


@pytest.fixture
def api(sqlite_url: str) -> Iterator[ServedApi]:
    with served_api(sqlite_url) as served_one:
        yield served_one


def every_error(base: type[TreadleError] = TreadleError) -> Iterator[type[TreadleError]]:
    yield base
    for child in base.__subclasses__():
        yield from every_error(child)


def test_every_error_of_the_domain_has_its_status() -> None:
    ours = {kind for kind in every_error() if kind.__module__ == errors.__name__}

    statuses = {kind: problem_of(error).status for kind, (error, _) in EVERY_ERROR.items()}

    assert ours == set(EVERY_ERROR)
    assert statuses == {kind: status for kind, (_, status) in EVERY_ERROR.items()}


@pytest.mark.parametrize("error", [error for error, _ in EVERY_ERROR.values()], ids=lambda error: type(error).__name__)
def test_every_problem_has_the_documented_shape_and_no_secret(error: TreadleError) -> None:
    answer = problem_of(error).response()

    problem = Problem.model_validate_json(bytes(answer.body))
    assert problem.status == answer.status_code
    assert problem.title
    assert problem.detail
    assert answer.media_type == "application/problem+json"
    assert b"hunter2" not in bytes(answer.body)


def test_a_conflict_says_which_state_won() -> None:
    problem = problem_of(errors.ConflictError("too late", state="completed"))

    assert problem.state == "completed"


def test_findings_keep_their_place_and_their_hint() -> None:
    finding = Finding("unknown_key", "unknown key", "nodes[3].cofig", hint="did you mean 'config'?")

    problem = problem_of(errors.DefinitionError([finding]))

    expected = {"path": "nodes[3].cofig", "message": "unknown key", "code": "unknown_key", "severity": "error"}
    assert problem.errors == [{**expected, "hint": "did you mean 'config'?"}]


def test_what_is_not_found_comes_with_what_there_is() -> None:
    problem = problem_of(errors.NotFoundError("workflow", "ordr", known=["order", "orders"]))

    assert problem.errors[0]["hint"] == "there are: order, orders"


@pytest.mark.parametrize(
    ("parts", "path"), [((), ""), (("a",), "a"), (("a", 0, "b"), "a[0].b"), ((1,), "[1]"), (("query", "limit"), "query.limit")]
)
def test_places_read_like_those_of_findings(parts: tuple[Any, ...], path: str) -> None:
    assert readable_path(parts) == path


def test_an_unknown_route_and_an_unknown_method_are_problems(api: ServedApi) -> None:
    nowhere = api.http.get("/api/v1/nowhere")
    hook = api.http.post("/hooks/anything", json={})
    wrong_method = api.http.patch(f"{API}/stats")
    shared_path = api.http.post(f"{API}/workflows/any", json={})

    assert (nowhere.status_code, hook.status_code, wrong_method.status_code) == (404, 404, 405)
    assert wrong_method.headers["Allow"] == "GET"
    assert shared_path.headers["Allow"] == "DELETE, GET, PUT"
    for answer in (nowhere, hook, wrong_method, shared_path):
        assert answer.headers["Content-Type"] == "application/problem+json"
        Problem.model_validate_json(answer.content)


def test_a_defect_is_logged_and_its_inside_stays_here(caplog: pytest.LogCaptureFixture) -> None:
    tokens = SimpleNamespace(list=list)
    broken = create_app(cast(WorkflowEngine, SimpleNamespace(store=SimpleNamespace(tokens=tokens))), QUICK)

    with caplog.at_level(logging.ERROR), served(broken) as http:
        answer = http.get(f"{API}/stats")

    assert answer.status_code == 500
    assert Problem.model_validate_json(answer.content).title == "Internal error"
    assert "Traceback" not in answer.text
    assert "AttributeError" not in answer.text
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert [record.message for record in caplog.records if record.name.startswith("treadle.api")] == ["request_failed"]


def test_a_database_that_is_gone_is_503_and_nothing_is_told_of_it(sqlite_url: str) -> None:
    with served_api(sqlite_url) as api:
        api.treadle.store.close()

        ready = api.http.get("/readyz")
        alive = api.http.get("/healthz")

    assert ready.status_code == 503
    assert alive.status_code == 200
    assert "treadle.db" not in ready.text
