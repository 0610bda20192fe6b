"""treadle.testing: one run in memory, with faked handlers, decided approvals and messages from outside."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from engine_house import graph, node, value
from treadle.activities.decorator import DECLARED, activity
from treadle.domain.activity import Context
from treadle.domain.errors import ConflictError, DefinitionError, Fatal, NotFoundError
from treadle.testing import (
    BudgetError,
    Decision,
    Done,
    Result,
    SetUpError,
    StuckError,
    UnfakedError,
    attempts,
    cancel,
    pause,
    resume,
    retry,
    run_workflow,
    signal,
)

REFUND = Path(__file__).parents[2] / "src" / "treadle" / "examples" / "order_refund.yaml"
HTTP = node("fetch", "http.request", {"url": "https://shop.example/orders/{{ input.id }}"})
WAIT_FOR_PAID = graph([node("paid", "signal.wait", {"signal": "paid"})])
ASK = graph([node("ask", "approval", {"title": "Go on?"}), value("yes", 1), value("no", 0)], "ask.approved -> yes", "ask.rejected -> no")


@pytest.fixture
def declared() -> Iterator[None]:
    """Activities declared in a test are forgotten after it."""
    known = list(DECLARED)
    yield
    DECLARED[:] = known


@contextmanager
def serving(body: bytes) -> Iterator[str]:
    """An HTTP server that thinks before it answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            threading.Event().wait(0.05)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# Results


def test_an_example_runs_to_its_end_without_waiting() -> None:
    result = run_workflow(REFUND, input={"order_id": "A-1001"})

    assert result.status == "completed"
    assert result.ran == ["fetch", "big", "manager_ok", "refused"]
    assert result.time_skipped == timedelta(days=2)
    assert (result.node("manager_ok").port, result.node("pay").status) == ("expired", "not_run")


def test_a_result_shows_each_node_and_the_journal() -> None:
    result = run_workflow(REFUND, approvals={"manager_ok": "approved"})

    assert result.output == "order A-1001: 180.5 refunded"
    assert (result.node("pay").attempts, result.node("pay").output) == (2, {"paid": 180.5})
    assert [row.status for row in result.journal if row.node_id == "pay"] == ["retrying", "completed"]
    assert "pay retrying demo.flaky" in result.timeline
    assert repr(result) == "<order_refund completed; ran fetch, big, manager_ok, pay, tell>"


def test_a_failed_execution_is_a_result_and_no_exception() -> None:
    result = run_workflow(graph([node("no", "fail", {"message": "out of stock", "type": "stock"})]))

    assert (result.status, result.error["type"], result.node("no").error["message"]) == ("failed", "stock", "out of stock")
    assert repr(result) == "<workflow failed with stock: out of stock; ran no>"


def test_a_node_that_does_not_exist_is_named() -> None:
    result = run_workflow(graph([value("a", 1)]))

    with pytest.raises(NotFoundError, match="no node 'b'"):
        result.node("b")


def test_a_graph_that_is_not_valid_is_refused_with_its_findings() -> None:
    with pytest.raises(DefinitionError, match=r"nodes\[0\].type"):
        run_workflow({"nodes": [{"id": "a", "type": "sett", "config": {}}], "edges": []})


def test_two_runs_of_one_test_are_the_same() -> None:
    first, second = (run_workflow(REFUND, approvals={"manager_ok": "approved"}) for _ in range(2))

    assert (first.id, [row._replace(by="") for row in first.journal]) == (second.id, [row._replace(by="") for row in second.journal])


# Fakes


def test_a_node_is_faked_by_its_id_before_its_type() -> None:
    both = graph([HTTP, node("other", "http.request", {"url": "https://else.example"})], "fetch -> other")

    result = run_workflow(both, input={"id": 7}, fakes={"http.request": {"status": 500}, "fetch": {"status": 200}})

    assert (result.node("fetch").output, result.node("other").output) == ({"status": 200}, {"status": 500})


def test_a_function_gets_the_fields_it_names() -> None:
    seen: list[Any] = []

    def fetch(ctx: Context, url: str, timeout: str = "1s") -> Any:
        seen.append((ctx.node_id, url, timeout))
        return {"status": 200}

    run_workflow(graph([HTTP]), input={"id": 7}, fakes={"fetch": fetch})
    run_workflow(graph([HTTP]), input={"id": 8}, fakes={"fetch": lambda ctx, **config: seen.append((ctx.attempt, config))})
    run_workflow(graph([HTTP]), input={"id": 9}, fakes={"fetch": lambda config: seen.append(config)})
    run_workflow(graph([HTTP]), input={"id": 9}, fakes={"fetch": lambda: seen.append("called")})

    urls = [f"https://shop.example/orders/{n}" for n in (7, 8, 9)]
    assert seen == [("fetch", urls[0], "1s"), (1, {"url": urls[1]}), {"url": urls[2]}, "called"]


def test_a_function_that_wants_what_the_config_lacks_is_told_so() -> None:
    with pytest.raises(SetUpError, match=r"the fake of node 'fetch' wants 'uri'.*ctx, config, url"):
        run_workflow(graph([HTTP]), input={"id": 7}, fakes={"fetch": lambda uri: uri})


def test_a_coroutine_can_be_a_fake_and_its_sleep_costs_nothing() -> None:
    async def fetch() -> str:
        await asyncio.sleep(3 * 86400)
        return "late"

    result = run_workflow(graph([HTTP]), input={"id": 7}, fakes={"fetch": fetch})

    assert (result.output, result.time_skipped) == ("late", timedelta(days=3))


def test_there_can_be_a_fake_for_each_attempt() -> None:
    retried = graph([{**HTTP, "retry": {"max_attempts": 3, "initial_interval": "1m"}}])

    result = run_workflow(retried, input={"id": 7}, fakes={"fetch": attempts(ConnectionError("down"), TimeoutError, {"status": 200})})

    assert (result.output, result.node("fetch").attempts) == ({"status": 200}, 3)
    assert [row.kind for row in result.journal] == ["retrying", "retrying", "done"]


def test_an_exception_that_no_retry_mends_fails_the_node() -> None:
    retried = graph([{**HTTP, "retry": {"max_attempts": 3}}])

    result = run_workflow(retried, input={"id": 7}, fakes={"fetch": Fatal("gone", type="http.status")})

    assert (result.status, result.error["type"], len(result.calls)) == ("failed", "http.status", 1)


def test_a_list_is_a_constant_and_a_done_chooses_the_port() -> None:
    chosen = graph([node("pick", "if", {"condition": "true"}), value("yes", 1), value("no", 0)], "pick.true -> yes", "pick.false -> no")

    assert run_workflow(graph([HTTP]), input={"id": 7}, fakes={"fetch": [1, 2]}).output == [1, 2]
    assert run_workflow(chosen, fakes={"pick": Done(False, port="false")}).ran == ["pick", "no"]


def test_an_assertion_in_a_fake_fails_the_test() -> None:
    def fetch(url: str) -> None:
        assert url.startswith("http://"), "not encrypted"

    with pytest.raises(AssertionError, match="not encrypted"):
        run_workflow(graph([{**HTTP, "on_error": "continue"}]), input={"id": 7}, fakes={"fetch": fetch})


def test_pytest_fail_in_a_fake_fails_the_test() -> None:
    with pytest.raises(pytest.fail.Exception, match="must not be called"):
        run_workflow(graph([HTTP]), input={"id": 7}, fakes={"fetch": lambda: pytest.fail("must not be called")})


def test_a_node_that_would_reach_the_network_ends_the_test() -> None:
    with pytest.raises(UnfakedError, match=r"node 'fetch' \(http.request\) would reach the network; .* allow_network=True"):
        run_workflow(graph([{**HTTP, "on_error": "continue"}]), input={"id": 7})


def test_the_network_can_be_allowed_and_time_stands_still_for_it() -> None:
    with serving(b'{"total": 5}') as url:
        result = run_workflow(graph([node("fetch", "http.request", {"url": url})]), allow_network=True)

    assert (result.status, result.output["body"], result.time_skipped) == ("completed", {"total": 5}, timedelta())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fakes": {"htp.request": 1}}, "fakes names 'htp.request', which is not there; did you mean 'http.request'"),
        ({"fakes": {"fech": 1}}, "did you mean .*'fetch'"),
        ({"approvals": {"ok": "approved"}}, "approvals names 'ok'"),
        ({"crash_after": "each[1]/fech"}, r"crash_after names 'each\[1\]/fech', .* did you mean 'fetch'"),
    ],
)
def test_a_misspelt_name_is_refused(options: Any, words: str) -> None:
    with pytest.raises(SetUpError, match=words):
        run_workflow(graph([HTTP]), input={"id": 7}, **options)


def test_own_activities_run_in_threads_and_on_the_loop(declared: None) -> None:
    @activity("own.thread")
    def in_thread(text: str) -> list[Any]:
        return [text, threading.current_thread() is threading.main_thread()]

    @activity("own.async")
    async def in_loop(text: str) -> str:
        await asyncio.sleep(3600)
        return await asyncio.to_thread(str.upper, text)

    both = graph([node("a", "own.thread", {"text": "x"}), node("b", "own.async", {"text": "{{ nodes.a.output[0] }}"})], "a -> b")

    result = run_workflow(both)

    assert (result.node("a").output, result.output, result.time_skipped) == (["x", False], "X", timedelta(hours=1))


def test_a_plain_function_can_be_faked_in_one_node_and_real_in_another(declared: None) -> None:
    @activity("own.thread")
    def in_thread(text: str) -> str:
        return text

    both = graph([node("a", "own.thread", {"text": "x"}), node("b", "own.thread", {"text": "y"})], "a -> b")

    result = run_workflow(both, fakes={"a": "faked"})

    assert (result.node("a").output, result.node("b").output) == ("faked", "y")


def test_a_thread_that_looks_at_cancelled_is_stopped_by_its_timeout(declared: None) -> None:
    @activity("own.poll")
    def poll(ctx: Context) -> str:
        while not ctx.cancelled:
            threading.Event().wait(0.001)
        return "stopped"

    result = run_workflow(graph([node("a", "own.poll", timeout="0.05s")]))

    assert (result.status, result.error["type"]) == ("failed", "timeout")


# People and messages


@pytest.mark.parametrize(
    ("answer", "ran"),
    [
        ("approved", ["ask", "yes"]),
        (Decision("rejected", by="ada", comment="too much"), ["ask", "no"]),
        ({"decision": "rejected", "comment": "too much"}, ["ask", "no"]),
        (lambda asked: "approved" if asked.title == "Go on?" else None, ["ask", "yes"]),
    ],
)
def test_approvals_are_decided(answer: Any, ran: list[str]) -> None:
    assert run_workflow(ASK, approvals={"ask": answer}).ran == ran


def test_a_person_may_take_time_to_decide() -> None:
    result = run_workflow(ASK, approvals={"ask": Decision("approved", by="ada", data={"limit": 5}, after="3d")})

    assert (result.time_skipped, result.node("ask").output["by"], result.node("ask").output["data"]) == (timedelta(days=3), "ada", {"limit": 5})


def test_what_a_person_may_not_decide_fails_the_test() -> None:
    asked = graph([node("ask", "approval", {"title": "?", "form": {"type": "object", "required": ["limit"]}})])

    with pytest.raises(DefinitionError, match="limit"):
        run_workflow(asked, approvals={"ask": "approved"})
    with pytest.raises(SetUpError, match="its fields are decision, by, comment"):
        run_workflow(asked, approvals={"ask": {"decison": "approved"}})


def test_an_act_that_is_not_possible_fails_the_test() -> None:
    with pytest.raises(ConflictError, match="only a failed one can be retried"):
        run_workflow(WAIT_FOR_PAID, acts=[retry("1h")])
    with pytest.raises(SetUpError, match="give `at` or `when_waiting`, not both"):
        signal("paid", at="1h", when_waiting="paid")


def test_a_signal_comes_at_once_at_a_time_or_when_a_node_waits() -> None:
    at_once = run_workflow(WAIT_FOR_PAID, signals=["paid"])
    later = run_workflow(WAIT_FOR_PAID, signals=[signal("paid", {"amount": 5}, at="3h")])
    waited = run_workflow(graph([node("nap", "wait", {"duration": "1d"}), node("paid", "signal.wait", {"signal": "paid", "keep": False})], "nap -> paid"),
                          signals=[signal("paid", 7, when_waiting="paid")])

    assert (at_once.output, at_once.time_skipped) == (None, timedelta())
    assert (later.output, later.time_skipped) == ({"amount": 5}, timedelta(hours=3))
    assert (waited.output, waited.time_skipped) == (7, timedelta(days=1))


def test_an_execution_is_cancelled_at_a_time() -> None:
    result = run_workflow(WAIT_FOR_PAID, acts=[cancel("2h", reason="too late")])

    assert (result.status, result.time_skipped) == ("cancelled", timedelta(hours=2))


def test_a_cancelled_execution_can_be_undone_first() -> None:
    undo = {"type": "set", "config": {"value": "{{ output }}"}}
    booked = graph([value("book", 5, compensate=undo), node("paid", "signal.wait", {"signal": "paid"})], "book -> paid")

    result = run_workflow(booked, acts=[cancel(when_waiting="paid", compensate=True)])

    assert (result.status, result.undone) == ("cancelled", ["book"])


def test_an_execution_is_paused_and_resumed() -> None:
    naps = graph([node("one", "wait", {"duration": "1h"}), value("two", 2)], "one -> two")

    result = run_workflow(naps, acts=[pause("10m"), resume("5h")])

    assert (result.status, result.time_skipped) == ("completed", timedelta(hours=5))


def test_a_failed_execution_is_retried_at_a_time() -> None:
    works = iter([False, True])

    def fetch() -> str:
        if not next(works):
            raise Fatal("down")
        return "up"

    result = run_workflow(graph([HTTP]), input={"id": 1}, fakes={"fetch": fetch}, acts=[retry("1d")])

    assert (result.status, result.output, result.time_skipped) == ("completed", "up", timedelta(days=1))


# Sub-workflows


def test_other_workflows_are_given_by_name() -> None:
    parent = graph([node("sub", "workflow", {"workflow": "double", "input": 4}), value("end", "{{ nodes.sub.output }}")], "sub -> end")

    result = run_workflow(parent, workflows={"double": graph([node("ask", "approval", {"title": "?"}), value("twice", "{{ input * 2 }}")], "ask.approved -> twice")}, approvals={"ask": "approved"})

    assert (result.output, result.child("double").ran) == (8, ["ask", "twice"])


def test_a_workflow_of_several_can_be_started_by_its_name() -> None:
    assert run_workflow("b", workflows={"a": graph([value("x", 1)]), "b": graph([value("x", 2)])}).output == 2


# Sources


def test_a_file_may_have_several_workflows(tmp_path: Path) -> None:
    file = tmp_path / "both.yaml"
    file.write_text("name: one\nnodes: [{id: a, type: workflow, config: {workflow: two}}]\nedges: []\n---\n"
                    "name: two\nnodes: [{id: b, type: set, config: {value: 5}}]\nedges: []\n")  # fmt: skip

    result = run_workflow(file)

    assert (result.workflow, result.child("two").output) == ("one", 5)


def test_workflows_may_be_a_list_of_named_mappings() -> None:
    parent = {"name": "parent", "graph_config": graph([node("a", "workflow", {"workflow": "child"})])}
    child = {"name": "child", "description": "It has one.", **graph([value("b", 5)])}

    assert run_workflow("parent", workflows=[parent, child]).child("child").output == 5


@pytest.mark.parametrize(("source", "words"), [("refund", "'refund' is no workflow of this house and no file name"), ({"node": []}, "not a mapping of node")])
def test_what_is_no_workflow_is_refused(source: Any, words: str) -> None:
    with pytest.raises(SetUpError, match=words):
        run_workflow(source)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFoundError, match=r"no file 'nowhere.yaml'"):
        run_workflow("nowhere.yaml")


# What does not end


def stuck(error: StuckError) -> str:
    return " ".join(error.waits)


def test_a_signal_that_nobody_sends_is_named() -> None:
    with pytest.raises(StuckError, match="waits for something that this test does not give") as raised:
        run_workflow(WAIT_FOR_PAID)

    assert "Node paid waits for signal 'paid' since 2026-01-01 12:00:00 UTC. → signals=[signal('paid', …)]" in raised.value.waits


def test_an_approval_that_nobody_decides_is_named_also_in_a_child() -> None:
    parent = graph([node("sub", "workflow", {"workflow": "ask"})])

    with pytest.raises(StuckError) as raised:
        run_workflow(parent, workflows={"ask": ASK})

    assert "ask: Node ask waits for a decision on 'Go on?'" in stuck(raised.value)
    assert "approvals={'ask': 'approved'}" in stuck(raised.value)


def test_a_closed_gate_is_named_with_what_it_waits_behind() -> None:
    gated = graph([node("gate", "gate", {"node": "paid", "state": "finished"}), node("paid", "signal.wait", {"signal": "paid"})])

    with pytest.raises(StuckError) as raised:
        run_workflow(gated)

    assert "Gate gate is closed. → it opens when" in stuck(raised.value)
    assert "signals=[signal('paid', …)]" in stuck(raised.value)


def test_a_pause_that_nobody_ends_is_named() -> None:
    with pytest.raises(StuckError, match=r"The execution is paused\. → acts="):
        run_workflow(graph([node("nap", "wait", {"duration": "1h"})]), acts=[pause()])


def test_too_much_virtual_time_is_an_error() -> None:
    nap = graph([node("nap", "wait", {"duration": "30d"})])

    with pytest.raises(BudgetError, match=r"longer than max_time=7d(.|\n)*Node nap waits until 2026-01-31"):
        run_workflow(nap, max_time="7d")


def test_a_loop_without_an_end_is_an_error() -> None:
    spin = graph([node("start", "trigger.manual"), value("a", 1), value("b", 2)], "start -> a", "a -> b", "b -> a")

    with pytest.raises(BudgetError, match="more than max_steps=50 attempts have ended"):
        run_workflow(spin, max_steps=50)


def test_a_handler_that_really_runs_for_too_long_is_named(declared: None) -> None:
    done = threading.Event()

    @activity("own.hang")
    def hang() -> None:
        done.wait(30)

    try:
        with pytest.raises(StuckError, match=r"really run for 50ms .*the last one called: a"):
            run_workflow(graph([node("a", "own.hang")]), patience=0.05)
    finally:
        done.set()


# Where it is called from


def test_it_works_inside_of_a_running_loop() -> None:
    async def story() -> Result:
        return run_workflow(WAIT_FOR_PAID, signals=[signal("paid", 1, at="1h")])

    assert asyncio.run(story()).output == 1


def test_tests_that_run_at_the_same_time_do_not_meet() -> None:
    def one(number: int) -> Any:
        return run_workflow(WAIT_FOR_PAID, signals=[signal("paid", number, at=f"{number + 1}h")]).output

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(12))) == list(range(12))
