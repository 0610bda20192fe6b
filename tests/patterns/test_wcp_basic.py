"""Basic control flow: patterns 1 to 5."""

from __future__ import annotations

from itertools import permutations

import pytest

from engine_house import House
from patterns.play import Play


def test_wcp_01_sequence(house: House) -> None:
    play = Play(house, 1)
    before = (play.waits, play.reached)

    play.send("checked")
    between = (play.waits, play.ran)
    play.send("booked")

    assert before == (["check"], {"check"})
    assert between == (["book"], {"check": 1})
    assert (play.status, play.ran) == ("completed", {"check": 1, "book": 1, "file_away": 1})
    assert play.in_order("check", "book", "file_away")


def test_wcp_02_parallel_split(house: House) -> None:
    for order in permutations(["packed", "billed", "thanked"]):
        play = Play(house, 2)
        together = play.waits

        play.send(*order)

        assert together == ["bill", "pack", "thank"]
        assert (play.status, play.ran) == ("completed", {"paid": 1, "pack": 1, "bill": 1, "thank": 1})
        assert all(play.in_order("paid", branch) for branch in ("pack", "bill", "thank"))


def test_wcp_03_synchronization(house: House) -> None:
    for first, second, last in permutations(["packed", "billed", "insured"]):
        play = Play(house, 3)

        play.send(first, second)
        with_two = play.reached
        play.send(last)

        assert "ship" not in with_two
        assert (play.status, play.ran) == ("completed", {"paid": 1, "pack": 1, "bill": 1, "insure": 1, "ship": 1})
        assert all(play.in_order(branch, "ship") for branch in ("pack", "bill", "insure"))


@pytest.mark.parametrize(("total", "way"), [(50, {"pay"}), (500, {"desk", "ask_clerk"}), (5000, {"desk", "ask_manager"})])
def test_wcp_04_exclusive_choice(house: House, total: int, way: set[str]) -> None:
    play = Play(house, 4, {"total": total})

    assert (play.status, play.ran) == ("completed", dict.fromkeys({"small", *way}, 1))


@pytest.mark.parametrize(("method", "way"), [("card", "charge_card"), ("transfer", "await_transfer"), ("cash", "take_cash")])
def test_wcp_05_simple_merge(house: House, method: str, way: str) -> None:
    play = Play(house, 5, {"method": method})
    only = play.waits

    play.send("received")

    assert only == [way]
    assert (play.status, play.ran) == ("completed", {"method": 1, way: 1, "confirm": 1})
    assert play.in_order("method", way, "confirm")
