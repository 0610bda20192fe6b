"""Joins that do not wait for everybody, over two rounds of a loop: patterns 9 and 28 to 32."""

from __future__ import annotations

import pytest

from engine_house import House
from patterns.play import Play

DESKS = ("north", "south", "west")
TURNED = [
    (DESKS, ("south", "west", "north")),
    (("south", "west", "north"), ("west", "north", "south")),
    (("west", "north", "south"), DESKS),
]
"""Who comes first, second and third in the first round and in the second: each is each once, and no round is as the other."""

in_each_order = pytest.mark.parametrize(("first", "second"), TURNED, ids=[f"{one[0]}-{two[0]}" for one, two in TURNED])


def ran_to_the_end(play: Play, join: str, end: str) -> bool:
    """Whether both rounds came to their end, and every branch of both did too."""
    branches = [count for node, count in play.ran.items() if node.split("_")[0] in DESKS]
    return (play.status, play.ran["round"], play.ran[join], play.ran[end], branches) == ("completed", 2, 2, 1, [2, 2, 2])


@in_each_order
def test_wcp_09_structured_discriminator(house: House, first: tuple[str, ...], second: tuple[str, ...]) -> None:
    play = Play(house, 9)
    published = []

    for report in (f"{first[0]}_1", f"{first[1]}_1", f"{first[2]}_1", f"{second[0]}_2"):
        play.send(report)
        published.append(play.ran["publish"])
    play.send(f"{second[1]}_2", f"{second[2]}_2")

    assert published == [1, 1, 1, 2]
    assert ran_to_the_end(play, "publish", "go_home")


@in_each_order
def test_wcp_09_structured_discriminator_with_late_ones_among_the_next_round(
    house: House, first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    """A late report of the first edition comes before and after the second went out: it counts in neither."""
    play = Play(house, 9)
    published = []

    for report in (f"{first[0]}_1", f"{first[1]}_1", f"{second[0]}_2", f"{first[2]}_1"):
        play.send(report)
        published.append(play.ran["publish"])
    play.send(f"{second[1]}_2", f"{second[2]}_2")

    assert published == [1, 1, 2, 2]
    assert ran_to_the_end(play, "publish", "go_home")


@in_each_order
def test_wcp_28_blocking_discriminator(house: House, first: tuple[str, ...], second: tuple[str, ...]) -> None:
    play = Play(house, 28)
    published = []

    for report in (f"{first[0]}_1", f"{second[0]}_2", f"{first[1]}_1", f"{first[2]}_1"):
        play.send(report)
        published.append(play.ran["publish"])
    play.send(f"{second[1]}_2", f"{second[2]}_2")

    assert published == [1, 1, 1, 2]
    assert ran_to_the_end(play, "publish", "go_home")


@in_each_order
def test_wcp_29_cancelling_discriminator(house: House, first: tuple[str, ...], second: tuple[str, ...]) -> None:
    play = Play(house, 29)

    play.send(f"{first[0]}_1")
    cancelled = play.cancelled
    again = play.waits
    play.send(f"{first[1]}_1", f"{first[2]}_1")
    late = play.ran
    play.send(f"{second[0]}_2")

    assert cancelled == sorted(f"{name}_desk" for name in first[1:])
    assert again == sorted(f"{name}_desk" for name in DESKS)
    assert late == {"newsroom": 1, "round": 2, f"{first[0]}_desk": 1, "publish": 1, "last_edition": 1}
    assert (play.status, play.ran["publish"], play.ran["go_home"]) == ("completed", 2, 1)
    assert play.cancelled == sorted(f"{name}_desk" for name in (*first[1:], *second[1:]))


@in_each_order
def test_wcp_30_structured_partial_join(house: House, first: tuple[str, ...], second: tuple[str, ...]) -> None:
    """The late third quote of the first purchase does not count as one of the second."""
    play = Play(house, 30)
    ordered = []

    for quote in (f"{first[0]}_1", f"{first[1]}_1", f"{second[0]}_2", f"{first[2]}_1", f"{second[1]}_2"):
        play.send(quote)
        ordered.append(play.ran["order"])
    play.send(f"{second[2]}_2")

    assert ordered == [0, 1, 1, 1, 2]
    assert ran_to_the_end(play, "order", "close_books")


@in_each_order
def test_wcp_30_structured_partial_join_does_not_wait_for_late_ones(
    house: House, first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    """The late third quote of the first purchase comes when the second has been ordered, and orders nothing."""
    play = Play(house, 30)
    ordered = []

    for quote in (f"{first[0]}_1", f"{first[1]}_1", f"{second[0]}_2", f"{second[1]}_2", f"{first[2]}_1"):
        play.send(quote)
        ordered.append(play.ran["order"])
    play.send(f"{second[2]}_2")

    assert ordered == [0, 1, 1, 2, 2]
    assert ran_to_the_end(play, "order", "close_books")


@in_each_order
def test_wcp_31_blocking_partial_join(house: House, first: tuple[str, ...], second: tuple[str, ...]) -> None:
    play = Play(house, 31)
    ordered = []

    for quote in (f"{first[0]}_1", f"{first[1]}_1", f"{second[0]}_2", f"{second[1]}_2", f"{first[2]}_1"):
        play.send(quote)
        ordered.append(play.ran["order"])
    play.send(f"{second[2]}_2")

    assert ordered == [0, 1, 1, 1, 2]
    assert ran_to_the_end(play, "order", "close_books")


@in_each_order
def test_wcp_32_cancelling_partial_join(house: House, first: tuple[str, ...], second: tuple[str, ...]) -> None:
    play = Play(house, 32)

    play.send(f"{first[0]}_1")
    with_one = (play.ran["order"], play.cancelled)
    play.send(f"{first[1]}_1")
    cancelled = play.cancelled
    play.send(f"{first[2]}_1", f"{second[0]}_2")
    one_of_the_second = play.ran["order"]
    play.send(f"{second[1]}_2")

    assert with_one == (0, [])
    assert cancelled == [f"{first[2]}_supplier"]
    assert one_of_the_second == 1
    assert (play.status, play.ran["order"], play.ran["close_books"]) == ("completed", 2, 1)
    assert play.cancelled == sorted([f"{first[2]}_supplier", f"{second[2]}_supplier"])
