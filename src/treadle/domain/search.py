"""The language people search executions in: `status:failed,running workflow:orders since:24h "connection refused"`.

Terms stand beside each other and must all hold. A term is `key:value,value`, or a word; quotes keep spaces, commas and
colons together. `-` before `status:`, `workflow:` and `trigger:` excludes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

from treadle.domain.durations import parse_duration
from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.execution_filter import EVERY_STATUS, ExecutionFilter
from treadle.domain.states import TERMINAL, ExecutionStatus

KEYS = ("status", "workflow", "id", "trigger", "parent", "since", "until", "error")
EXCLUDABLE = ("status", "workflow", "trigger")
GROUPS = {
    "open": tuple(each for each in ExecutionStatus if each not in TERMINAL),
    "finished": tuple(each for each in ExecutionStatus if each in TERMINAL),
}
MOST_TERMS = 30
TIMES = "since:24h, since:2026-01-31 or since:2026-01-31T10:00:00Z"

_KEY = re.compile(r"(-?)([A-Za-z_]+):")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_WORD = re.compile(r"[^\s]+")
_VALUE = re.compile(r"[^\s,]+")
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Term:
    """One term; `key` is empty for a word, which has one value. `columns` are those of the values, counted from 1."""

    key: str
    values: tuple[str, ...]
    columns: tuple[int, ...]
    excludes: bool = False


def parse_search(text: str, *, now: Callable[[], datetime], path: str = "q") -> ExecutionFilter:
    """The filter that a search means; `now` is asked only when it speaks of the time before now.

    DefinitionError with one finding at `path` that names the column.
    """
    reader = _Reader(text, path)
    terms = reader.terms()
    if len(terms) > MOST_TERMS:
        raise reader.refused(terms[MOST_TERMS].columns[0], f"has more than {MOST_TERMS} terms", "leave some out")
    found = _Found(reader, now)
    for term in terms:
        found.add(term)
    return found.filter()


@dataclass(slots=True)
class _Reader:
    text: str
    path: str

    def terms(self) -> list[Term]:
        terms, at = [], self._skip(0)
        while at < len(self.text):
            term, at = self._term(at)
            terms.append(term)
            at = self._skip(at)
        return terms

    def refused(self, column: int, message: str, hint: str) -> DefinitionError:
        return DefinitionError([Finding("search", f"column {column}: {message}", self.path, hint)])

    def _skip(self, at: int) -> int:
        space = _SPACE.match(self.text, at)
        return space.end() if space else at

    def _term(self, at: int) -> tuple[Term, int]:
        if self.text[at] == '"':
            phrase, end = self._quoted(at)
            return Term("", (phrase,), (at + 1,)), end
        keyed = _KEY.match(self.text, at)
        if keyed is not None:
            return self._keyed(keyed, at)
        word = _WORD.match(self.text, at)
        assert word is not None
        if len(word[0]) > 1 and word[0].startswith("-"):
            hint = f"only {', '.join(f'-{key}:' for key in EXCLUDABLE)} exclude; put it in quotes to search for it"
            raise self.refused(at + 1, f"{word[0]!r} excludes nothing", hint)
        return Term("", (word[0],), (at + 1,)), word.end()

    def _keyed(self, keyed: re.Match[str], at: int) -> tuple[Term, int]:
        key, column = keyed[2].lower(), at + 1 + len(keyed[1])
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1)
            quote = f'put the word in quotes if you search for "{keyed[2]}:"'
            raise self.refused(
                column,
                f"there is no {keyed[2]!r} to search by",
                f"did you mean {near[0]!r}? Else {quote}" if near else f"there are {', '.join(KEYS)}; {quote}",
            )
        if keyed[1] and key not in EXCLUDABLE:
            raise self.refused(at + 1, f"{key!r} cannot be excluded", f"only {', '.join(EXCLUDABLE)} can")
        values, columns, end = self._values(keyed.end(), key)
        return Term(key, tuple(values), tuple(columns), excludes=bool(keyed[1])), end

    def _values(self, at: int, key: str) -> tuple[list[str], list[int], int]:
        values, columns = [], []
        while True:
            columns.append(at + 1)
            if self.text.startswith('"', at):
                value, at = self._quoted(at)
            else:
                bare = _VALUE.match(self.text, at)
                if bare is None:
                    raise self.refused(at + 1, f"{key!r} has no value here", f"write it after the colon, such as {_example(key)}")
                value, at = bare[0], bare.end()
            values.append(value)
            if not self.text.startswith(",", at):
                return values, columns, at
            at += 1

    def _quoted(self, at: int) -> tuple[str, int]:
        quoted = _QUOTED.match(self.text, at)
        if quoted is None:
            raise self.refused(at + 1, "this quote is never closed", 'add a " where the phrase ends')
        return re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL), quoted.end()


@dataclass(slots=True)
class _Found:
    """What the terms so far mean together."""

    reader: _Reader
    now: Callable[[], datetime]
    statuses: list[ExecutionStatus] = field(default_factory=list)
    not_statuses: list[ExecutionStatus] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    not_lists: dict[str, list[str]] = field(default_factory=dict)
    times: dict[str, list[datetime]] = field(default_factory=dict)

    def add(self, term: Term) -> None:
        for value, column in zip(term.values, term.columns, strict=True):
            if not value and term.key:
                raise self.reader.refused(column, f"{term.key!r} has an empty value", f"such as {_example(term.key)}")
            if term.key == "status":
                (self.not_statuses if term.excludes else self.statuses).extend(self._statuses(value, column))
            elif term.key in ("since", "until"):
                self.times.setdefault(term.key, []).append(self._time(term.key, value, column))
            elif value:
                value = value.removeprefix("trigger.") if term.key == "trigger" else value
                (self.not_lists if term.excludes else self.lists).setdefault(term.key, []).append(value)

    def filter(self) -> ExecutionFilter:
        wanted = self.statuses or EVERY_STATUS
        statuses = tuple(each for each in EVERY_STATUS if each in wanted and each not in self.not_statuses)
        if not statuses:
            raise self.reader.refused(1, "no status is left that could be found", "take back a status that it excludes")
        return ExecutionFilter(
            statuses=statuses,
            workflows=self._any_of("workflow"),
            parents=self._any_of("parent"),
            ids=self._any_of("id"),
            triggers=self._any_of("trigger"),
            since=max(self.times["since"], default=None) if "since" in self.times else None,
            until=min(self.times["until"], default=None) if "until" in self.times else None,
            errors=_once(self.lists.get("error", ())),
            words=_once(self.lists.get("", ())),
            not_workflows=_once(self.not_lists.get("workflow", ())),
            not_triggers=_once(self.not_lists.get("trigger", ())),
        )

    def _any_of(self, key: str) -> tuple[str, ...] | None:
        return _once(self.lists[key]) if key in self.lists else None

    def _statuses(self, value: str, column: int) -> tuple[ExecutionStatus, ...]:
        name = value.lower()
        if name in GROUPS:
            return GROUPS[name]
        if name in EVERY_STATUS:
            return (ExecutionStatus(name),)
        names = [*EVERY_STATUS, *GROUPS]
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean {str(near[0])!r}?" if near else f"there are {', '.join(names)}"
        raise self.reader.refused(column, f"{value!r} is not a status", hint)

    def _time(self, key: str, value: str, column: int) -> datetime:
        try:
            return _instant(value) or self.now() - timedelta(seconds=parse_duration(value))
        except (DefinitionError, OverflowError) as error:
            hint = f"such as {TIMES}" if key == "since" else f"such as {TIMES.replace('since', 'until')}"
            raise self.reader.refused(column, f"{value!r} is neither a time nor a time before now", hint) from error


def _instant(value: str) -> datetime | None:
    """A date or time, in UTC where it does not say."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _example(key: str) -> str:
    values = {"status": "failed,running", "workflow": "orders", "id": "exec-0198", "trigger": "schedule", "error": '"timed out"'}
    return f"{key}:{values.get(key, 'exec-0198' if key == 'parent' else '24h')}"
