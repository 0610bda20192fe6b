"""The search language: what terms mean, where a mistake is, and that a filter's text means the filter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.domain.errors import DefinitionError
from treadle.domain.execution_filter import EVERY_STATUS, EVERYTHING, ExecutionFilter
from treadle.domain.search import MOST_TERMS, parse_search
from treadle.domain.states import ExecutionStatus as S

NOW = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def parsed(text: str) -> ExecutionFilter:
    return parse_search(text, now=lambda: NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", EVERYTHING),
        ("  \t\n ", EVERYTHING),
        ("status:failed,running", ExecutionFilter(statuses=(S.RUNNING, S.FAILED))),
        ("status:failed status:running status:failed", ExecutionFilter(statuses=(S.RUNNING, S.FAILED))),
        ("Status:FAILED", ExecutionFilter(statuses=(S.FAILED,))),
        ("status:open", ExecutionFilter(statuses=(S.RUNNING, S.WAITING, S.PAUSED))),
        ("status:open -status:paused", ExecutionFilter(statuses=(S.RUNNING, S.WAITING))),
        ("-status:open", ExecutionFilter(statuses=(S.COMPLETED, S.FAILED, S.CANCELLED))),
        ("workflow:orders,refunds", ExecutionFilter(workflows=("orders", "refunds"))),
        ('workflow:"big bills",x', ExecutionFilter(workflows=("big bills", "x"))),
        ("-workflow:orders", ExecutionFilter(not_workflows=("orders",))),
        ("id:exec-1 parent:exec-2", ExecutionFilter(ids=("exec-1",), parents=("exec-2",))),
        ("trigger:trigger.schedule,test", ExecutionFilter(triggers=("schedule", "test"))),
        ("-trigger:schedule", ExecutionFilter(not_triggers=("schedule",))),
        ("since:24h", ExecutionFilter(since=NOW - timedelta(days=1))),
        ("since:2h since:1h", ExecutionFilter(since=NOW - timedelta(hours=1))),
        ("until:2026-01-01", ExecutionFilter(until=datetime(2026, 1, 1, tzinfo=UTC))),
        ("since:2026-01-01T10:00:00+02:00", ExecutionFilter(since=datetime(2026, 1, 1, 8, tzinfo=UTC))),
        ('error:"timed out" error:x', ExecutionFilter(errors=("timed out", "x"))),
        ('refund "connection refused" 10:30', ExecutionFilter(words=("refund", "connection refused", "10:30"))),
        (r'"say \"hi\" \\"', ExecutionFilter(words=(r'say "hi" \ '.strip(),))),
        ("- % ! a_b", ExecutionFilter(words=("-", "%", "!", "a_b"))),
        ('""', EVERYTHING),
    ],
)
def test_terms_mean_a_filter(text: str, expected: ExecutionFilter) -> None:
    assert parsed(text) == expected


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("orders stauts:failed", 8, "did you mean 'status'"),
        ("status:faled", 8, "did you mean 'failed'"),
        ("status:failed,nothing", 15, "running, waiting"),
        ("status:", 8, "status:failed,running"),
        ("status: failed", 8, "after the colon"),
        ("status:failed,", 15, "after the colon"),
        ('workflow:""', 10, "workflow:orders"),
        ("http://example.com", 1, "in quotes"),
        ('error:"timed out', 7, 'add a "'),
        ('since:24h "x', 11, 'add a "'),
        ("since:soon", 7, "since:24h"),
        ("until:9999-13-01", 7, "until:24h"),
        ("-error:x", 1, "only status, workflow, trigger"),
        ("orders -refund", 8, "in quotes"),
        ("status:failed -status:failed", 1, "excludes"),
        ("x " * (MOST_TERMS + 1), 2 * MOST_TERMS + 1, "leave some out"),
    ],
)
def test_a_mistake_is_told_with_its_column_and_its_mend(text: str, column: int, words: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parsed(text)

    [finding] = caught.value.findings
    assert finding.message.startswith(f"column {column}: ")
    assert words in (finding.hint or "")


def test_the_clock_is_asked_only_for_a_time_before_now() -> None:
    def refused() -> datetime:
        raise AssertionError

    found = parse_search("status:failed since:2026-01-01 orders", now=refused)

    assert found.since is not None


@given(st.text(alphabet=st.sampled_from('abestu:-,"\\ \t24hIDidsincestatus')) | st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        found = parsed(text)
    except DefinitionError as error:
        refusals = [finding.message for finding in error.findings]
    else:
        refusals = ["column 1: none"]
        assert parsed(found.text) == found

    assert [each[:7] for each in refusals] == ["column "]


NAMES = st.text(min_size=1).filter(lambda name: not name.startswith("trigger."))
SOME = st.none() | st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple)
ANY = st.lists(NAMES, max_size=3, unique=True).map(tuple)
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
FILTERS = st.builds(
    ExecutionFilter,
    statuses=st.sets(st.sampled_from(EVERY_STATUS), min_size=1).map(lambda some: tuple(s for s in EVERY_STATUS if s in some)),
    workflows=SOME, parents=SOME, ids=SOME, triggers=SOME, since=MOMENTS, until=MOMENTS, errors=ANY, words=ANY,
    not_workflows=ANY, not_triggers=ANY,
)  # fmt: skip


@given(FILTERS)
def test_the_text_of_a_filter_means_the_filter(given_filter: ExecutionFilter) -> None:
    assert parsed(given_filter.text) == given_filter


def test_a_filter_is_narrowed_to_what_holds_of_both() -> None:
    both = parsed("status:open workflow:a,b")

    assert both.narrowed(status="waiting", workflow="a") == ExecutionFilter(statuses=(S.WAITING,), workflows=("a",))
    assert both.narrowed(status="failed").statuses == ()
    assert both.narrowed(workflow="c").workflows == ()
    assert both.narrowed(parent="exec-1").parents == ("exec-1",)
