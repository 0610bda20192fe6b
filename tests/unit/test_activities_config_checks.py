"""What saving a graph says of configs that do not fit their node type, or can never work."""

from __future__ import annotations

from typing import Any

import pytest

from treadle.activities.registry import built_in_registry
from treadle.domain.errors import DefinitionError
from treadle.domain.graph_parser import parse_graph

INNER = {"nodes": [{"id": "n", "type": "noop"}]}
LATER = "{{ input.x }}"


def refused(node_type: str, config: dict[str, Any]) -> list[tuple[str, str]]:
    """Path in the config and message of each finding."""
    node = {"id": "a", "type": node_type, "config": config}
    try:
        parse_graph({"nodes": [node]}, built_in_registry().node_types)
    except DefinitionError as error:
        return [(finding.path.removeprefix("nodes[0].config").removeprefix("."), finding.message) for finding in error.findings]
    return []


def approval(**config: Any) -> tuple[str, dict[str, Any]]:
    return "approval", {"title": "Go?", **config}


def race(**entry: Any) -> tuple[str, dict[str, Any]]:
    return "wait_any", {"any": [{"port": "p", "duration": "1h"}, {"port": "q", **entry}]}


@pytest.mark.parametrize(
    ("given", "path", "words"),
    [
        (("for_each", {"count": 1_000_001, "graph": INNER}), "count", "from 0 to 1,000,000"),
        (
            ("for_each", {"count": 2, "graph": INNER, "wait": False, "more": {"signal": "s", "close": "c"}}),
            "more",
            "goes only with `wait: true`",
        ),
        (("wait", {"until": "2026-03-29T01:00:00"}), "until", "has no time zone"),
        (("wait", {"until": "tomorrow"}), "until", "is not a time such as"),
        (("wait", {"until": "0001-01-01T00:00:00+14:00"}), "until", "outside of the years 1 to 9999"),
        (approval(assignees=["ann", "ann"], required=2), "required", "2 people must agree, and only 1 are asked"),
        (approval(reminders=[{"after": "1h"}, {"before_due": "1h"}]), "reminders[1].before_due", "there is no `due`"),
        (approval(on_due="escalate"), "on_due", "`escalate` needs `due`"),
        (approval(on_due="escalate", due="1d"), "on_due", "`escalate` needs `due`"),
        (approval(escalate={"to": ["eve"]}), "escalate", "say when"),
        (approval(form={"type": "objekt"}), "form.type", "not 'objekt'"),
        (approval(form={"properties": {"a": {"$ref": "https://e.org/s"}}}), "form.properties.a.$ref", "not part of this schema"),
        (approval(form={"pattern": "("}), "form.pattern", "not a regular expression"),
        (approval(outcomes=[{"port": "yes"}, {"port": "yes"}]), "outcomes", "the port 'yes' is taken"),
        (approval(outcomes=[{"port": "yes"}], reject_after=2), "reject_after", "no outcome `rejected`"),
        (race(until="2026-03-29T01:00:00"), "any[1].until", "has no time zone"),
        (race(approval={"title": "Go?", "assignees": ["ann"], "required": 2}), "any[1].approval.required", "only 1 are asked"),
        (race(approval={"title": "Go?", "form": {"type": "x"}}), "any[1].approval.form.type", "not 'x'"),
    ],
)
def test_what_can_never_work_is_refused_when_it_is_saved(given: tuple[str, dict[str, Any]], path: str, words: str) -> None:
    (finding,) = refused(*given)

    assert finding[0] == path
    assert words in finding[1]


@pytest.mark.parametrize(
    "given",
    [
        ("for_each", {"count": 1_000_000, "graph": INNER}),
        ("for_each", {"count": "input.n", "graph": INNER}),
        ("wait", {"until": LATER}),
        ("wait", {"until": "2026-03-29T01:00:00+02:00"}),
        approval(assignees=["ann", LATER], required=3),
        approval(assignees=LATER, required=3),
        approval(assignees=["ann"], groups=["finance"], required=3),
        approval(reminders=[{"before_due": "1h"}], due=LATER),
        approval(on_due="escalate", due=LATER, escalate={"to": ["eve"]}),
        approval(form={"enum": [LATER], "type": "string"}),
        approval(outcomes=[{"port": "yes", "label": LATER}, {"port": "no"}]),
        race(until=LATER),
        race(approval={"title": "Go?", "assignees": [LATER], "required": 2}),
    ],
)
def test_what_may_work_or_is_not_known_yet_is_saved(given: tuple[str, dict[str, Any]]) -> None:
    assert refused(*given) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (race(), [("any[1]", "one of the keys 'signal', 'duration', 'until', 'approval' is needed")]),
        (race(signal="s", duration="1h"), [("any[1]", "only one of 'signal' and 'duration' may be given")]),
        (race(signal="s", whn="true"), [("any[1].whn", "unknown key 'whn'")]),
        (race(duration="1h", keep=True), [("any[1].keep", "unknown key 'keep'")]),
        (race(approval={"title": "Go?", "bdy": "x"}), [("any[1].approval.bdy", "unknown key 'bdy'")]),
        (race(duration="soon"), None),
        (("wait_any", {"any": []}), [("any", "must not be empty")]),
        (
            ("wait_any", {"any": [{"port": "error", "duration": 1}]}),
            [("any[0].port", "'error' is taken; choose another name than error")],
        ),
        (
            approval(outcomes=[{"port": "expired"}]),
            [("outcomes[0].port", "'expired' is taken; choose another name than error or expired")],
        ),
        (("wait", {}), [("", "exactly one of the keys 'duration', 'until' must be given, not none")]),
        (
            ("wait", {"duration": 1, "until": "2026-03-29T01:00:00Z"}),
            [("", "exactly one of the keys 'duration', 'until' must be given, not 2")],
        ),
        (approval(reminders=[{}]), [("reminders[0]", "exactly one of the keys 'after', 'before_due' must be given, not none")]),
    ],
)
def test_what_does_not_fit_is_said_once_and_in_words(given: Any, expected: list[tuple[str, str]] | None) -> None:
    found = refused(*given)

    if expected is None:
        assert len(found) == 1
    else:
        assert found == expected


def test_what_was_saved_before_can_still_be_read() -> None:
    config = {"nodes": [{"id": "each", "type": "for_each", "config": {"count": 10**9, "graph": {"nodes": [{"id": "a", "type": "noop"}]}}}]}

    with pytest.raises(DefinitionError):
        parse_graph(config, built_in_registry().node_types)
    assert parse_graph(config, built_in_registry().node_types, stored=True).nodes[0].id == "each"
