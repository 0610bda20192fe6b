"""Draw docs/images/states.svg from the transition table: `python scripts/generate_state_diagram.py`."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from pathlib import Path

from treadle.domain.states import TERMINAL, TRANSITIONS, ExecutionStatus

PAGE = Path(__file__).parent.parent / "docs" / "images" / "states.svg"

S = ExecutionStatus
CENTRES = {
    S.RUNNING: (210, 170), S.WAITING: (210, 50), S.PAUSED: (210, 290),
    S.COMPLETED: (510, 50), S.FAILED: (510, 170), S.CANCELLED: (510, 290),
}  # fmt: skip
"""Where each state stands. A new one needs a place here."""

WIDTH, HEIGHT = 640, 340
BOX = (120, 40)
ASIDE = (34, 14)
"""How far an arrow moves for the one that leads back: an upright one by half a word, a level one by half a line."""

STYLE = """
  .paper { fill: #ffffff; stroke: #d0d5dd; }
  .state { fill: #eef2ff; stroke: #4f46e5; }
  .over { fill: #f2f4f7; stroke: #667085; }
  .arrow { stroke: #475467; stroke-width: 1.5; fill: none; }
  .head, .dot { fill: #475467; }
  .ring { fill: none; stroke: #475467; }
  text { font: 14px system-ui, sans-serif; fill: #101828; text-anchor: middle; dominant-baseline: central; }
  .verb { font-size: 13px; fill: #344054; stroke: #ffffff; stroke-width: 5px; paint-order: stroke; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #15171c; stroke: #344054; }
    .state { fill: #27264a; stroke: #a5b4fc; }
    .over { fill: #22262e; stroke: #98a2b3; }
    .arrow, .ring { stroke: #98a2b3; }
    .head, .dot { fill: #98a2b3; }
    text { fill: #f2f4f7; }
    .verb { fill: #d0d5dd; stroke: #15171c; }
  }
"""
"""It has a paper of its own, so that it can be read on a page of either colour."""


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float

    def moved(self, by: Point, times: float) -> Point:
        return Point(self.x + by.x * times, self.y + by.y * times)


def page() -> str:
    """The whole file."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">',
        "<title>The states of an execution, and what leads from one to another</title>",
        f"<style>{STYLE}</style>",
        '<marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">',
        '<path class="head" d="M0 0 10 5 0 10z"/></marker>',
        f'<rect class="paper" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="8"/>',
        *_beginning(),
        *(part for (before, verb), after in TRANSITIONS.items() for part in _transition(before, verb, after)),
        *(part for status in ExecutionStatus for part in _state(status)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _state(status: ExecutionStatus) -> list[str]:
    x, y = CENTRES[status]
    width, height = BOX
    kind = "over" if status in TERMINAL else "state"
    drawn = [
        f'<rect class="{kind}" x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}" rx="8"/>',
        f'<text x="{x}" y="{y}">{status}</text>',
    ]
    return [*drawn, *_ending(Point(x + width / 2, y))] if status in TERMINAL else drawn


def _beginning() -> list[str]:
    edge = Point(CENTRES[S.RUNNING][0] - BOX[0] / 2, CENTRES[S.RUNNING][1])
    dot = edge.moved(Point(-1, 0), 100)
    return [f'<circle class="dot" cx="{dot.x:g}" cy="{dot.y:g}" r="7"/>', _arrow(dot.moved(Point(1, 0), 7), edge)]


def _ending(edge: Point) -> list[str]:
    ring = edge.moved(Point(1, 0), 42)
    return [
        _arrow(edge, ring.moved(Point(-1, 0), 9)),
        f'<circle class="ring" cx="{ring.x:g}" cy="{ring.y:g}" r="9"/><circle class="dot" cx="{ring.x:g}" cy="{ring.y:g}" r="5"/>',
    ]


def _transition(before: ExecutionStatus, verb: str, after: ExecutionStatus) -> list[str]:
    """A straight arrow from border to border, moved to its right if another one leads back."""
    start, end = Point(*CENTRES[before]), Point(*CENTRES[after])
    length = hypot(end.x - start.x, end.y - start.y)
    way = Point((end.x - start.x) / length, (end.y - start.y) / length)
    aside = abs(way.y) * ASIDE[0] + abs(way.x) * ASIDE[1] if _leads_back(before, after) else 0
    start, end = (point.moved(Point(-way.y, way.x), aside) for point in (start, end))
    start, end = start.moved(way, _to_border(way, aside)), end.moved(way, -_to_border(way, aside))
    middle = Point((start.x + end.x) / 2, (start.y + end.y) / 2)
    return [_arrow(start, end), f'<text class="verb" x="{middle.x:g}" y="{middle.y:g}">{verb}</text>']


def _leads_back(before: ExecutionStatus, after: ExecutionStatus) -> bool:
    return any((start, end) == (after, before) for (start, _), end in TRANSITIONS.items())


def _to_border(way: Point, aside: float) -> float:
    """How far it is from the middle of a box, moved aside, to its border."""
    across = (BOX[0] / 2 - abs(way.y) * aside) / abs(way.x) if way.x else float("inf")
    up = (BOX[1] / 2 - abs(way.x) * aside) / abs(way.y) if way.y else float("inf")
    return min(across, up)


def _arrow(start: Point, end: Point) -> str:
    return f'<path class="arrow" marker-end="url(#head)" d="M{start.x:.0f} {start.y:.0f} {end.x:.0f} {end.y:.0f}"/>'


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
