"""The pages about control flow are true: each workflow on them is run as its comment lines say, and gives what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from treadle.domain.core_yaml import read_yaml
from treadle.domain.durations import parse_duration
from treadle.domain.errors import ActivityError, DefinitionError
from treadle.testing import Act, Result, cancel, retry, run_workflow, signal

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [
    DOCS / f"{name}.md"
    for name in (
        "control-flow", "input-schema", "joins", "maps", "loops", "sub-workflows", "errors", "compensation", "waiting", "stopping",
        "mutex",
    )
]  # fmt: skip
GIVEN = frozenset({"input", "signals", "approvals", "fails", "cancel", "retry"})
EXPECTED = frozenset({"output", "error", "ran", "undone", "takes", "refused"})
_HEADING = re.compile(r"^#+ (.*)$")
_NOTE = re.compile(r"# ([a-z]+): (.+)")


@dataclass(frozen=True)
class Example:
    """A workflow of the page. `name`: it is only there to be called by later ones. `runs` has what is given and expected."""

    heading: str
    config: Mapping[str, Any]
    name: str | None = None
    runs: list[dict[str, Any]] = field(default_factory=list)


def examples_of(page: Path) -> Iterator[Example]:
    heading = ""
    block: list[str] | None = None
    for line in page.read_text(encoding="utf-8").splitlines():
        if block is not None:
            if line != "```":
                block.append(line)
                continue
            yield example_of(heading, block)
            block = None
        elif line == "```yaml":
            block = []
        elif found := _HEADING.match(line):
            heading = found[1]


def example_of(heading: str, lines: list[str]) -> Example:
    [config] = read_yaml("\n".join(lines), source=heading)
    notes = [(found[1], value_of(found[2])) for line in lines if (found := _NOTE.fullmatch(line))]
    if notes and notes[0][0] == "name":
        return Example(heading, config, name=notes[0][1])
    runs: list[dict[str, Any]] = []
    for key, value in notes:
        assert key in GIVEN | EXPECTED, f"{heading}: what does `# {key}:` mean?"
        if not runs or (key in GIVEN and EXPECTED & runs[-1].keys()):
            runs.append({})
        runs[-1][key] = value
    return Example(heading, config, runs=runs)


def value_of(text: str) -> Any:
    [found] = read_yaml(f"value: {text}", source=text)
    return found["value"]


EXAMPLES = [example for page in PAGES for example in examples_of(page)]
CALLED = {example.name: example.config for example in EXAMPLES if example.name is not None}
RUNS = [(example, said) for example in EXAMPLES for said in example.runs]


def played(example: Example, said: Mapping[str, Any]) -> Result:
    signals = [signal(name, payload) for each in said.get("signals", ()) for name, payload in each.items()]
    return run_workflow(
        example.config,
        input=said.get("input"),
        workflows=CALLED,
        signals=signals,
        approvals=said.get("approvals", {}),
        acts=list(acts_of(said)),
        fakes={node_id: ActivityError("it failed", type=kind) for node_id, kind in said.get("fails", {}).items()},
    )


def acts_of(said: Mapping[str, Any]) -> Iterator[Act]:
    if "cancel" in said:
        yield cancel(**said["cancel"])
    if "retry" in said:
        yield retry(**said["retry"])


@pytest.mark.parametrize(("example", "said"), RUNS, ids=[f"{example.heading} {number}" for number, (example, _) in enumerate(RUNS)])
def test_a_workflow_does_what_the_page_says(example: Example, said: Mapping[str, Any]) -> None:
    if "refused" in said:
        with pytest.raises(DefinitionError) as refused:
            played(example, said)
        assert said["refused"] in str(refused.value)
        return

    result = played(example, said)

    assert result.status == ("failed" if "error" in said else "cancelled" if "cancel" in said else "completed"), result
    if "output" in said:
        assert result.output == said["output"]
    if "error" in said:
        assert {key: result.error[key] for key in said["error"]} == said["error"]
    if "ran" in said:
        assert result.ran == said["ran"]
    if "undone" in said:
        assert result.undone == said["undone"]
    if "takes" in said:
        assert result.time_skipped.total_seconds() == parse_duration(said["takes"])


def test_every_workflow_of_the_pages_is_run() -> None:
    run = [example.heading for example in EXAMPLES if example.name is not None or example.runs]

    assert [page.name for page in PAGES if not list(examples_of(page))] == []
    assert run == [example.heading for example in EXAMPLES]
    assert [example.heading for example, said in RUNS if not EXPECTED & said.keys()] == []
