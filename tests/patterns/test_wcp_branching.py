"""Branches that are chosen, joined and merged: patterns 6 to 8, 33, 37, 38, 41 and 42."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations

import pytest

from engine_house import House
from patterns.play import Play


def subsets(*names: str) -> Iterator[tuple[str, ...]]:
    """Every subset with at least one member, in every order."""
    for size in range(1, len(names) + 1):
        yield from permutations(names, size)


def choices(*names: str) -> Iterator[tuple[str, ...]]:
    for size in range(1, len(names) + 1):
        yield from combinations(names, size)


def test_wcp_06_multi_choice(house: House) -> None:
    for needs in choices("police", "doctor", "truck"):
        play = Play(house, 6, {"needs": needs})

        assert (play.status, play.ran) == ("completed", dict.fromkeys(("accident", *needs), 1))
        assert all(play.in_order("accident", service) for service in needs)


def test_wcp_06_multi_choice_without_any_takes_the_default(house: House) -> None:
    play = Play(house, 6, {"needs": []})

    assert (play.status, play.ran) == ("completed", {"accident": 1, "note": 1})


REPORTS = {"police": "police_report", "doctor": "doctors_report", "garage": "garage_report"}


def test_wcp_07_structured_synchronizing_merge(house: House) -> None:
    for reports in subsets(*REPORTS):
        play = Play(house, 7, {"reports": reports})

        play.send(*reports[:-1])
        before_the_last = play.reached
        play.send(reports[-1])

        asked = [REPORTS[report] for report in reports]
        assert "assess" not in before_the_last
        assert (play.status, play.ran) == ("completed", {"claim": 1, **dict.fromkeys(asked, 1), "assess": 1})
        assert all(play.in_order("claim", report, "assess") for report in asked)


def test_wcp_07_structured_synchronizing_merge_of_no_branch(house: House) -> None:
    play = Play(house, 7, {"reports": []})

    assert (play.status, play.ran) == ("completed", {"claim": 1, "assess": 1})


def test_wcp_08_multi_merge(house: House) -> None:
    for order in permutations(["photo", "form", "certificate"]):
        play = Play(house, 8)

        for number, document in enumerate(order, start=1):
            play.send(document)
            assert (play.ran["index_document"], play.ran["acknowledge"]) == (number, number)

        assert (play.status, play.ran["photo"], play.ran["form"], play.ran["certificate"]) == ("completed", 1, 1, 1)
        assert tuple(house.outputs(play.id, "index_document")) == order


def test_wcp_33_generalized_and_join(house: House) -> None:
    for ahead, behind in (("frame", "wheels"), ("wheels", "frame")):
        play = Play(house, 33)

        play.send(ahead, ahead)
        one_branch_twice = play.ran["assemble"]
        play.send(behind)
        first_pair = play.ran["assemble"]
        play.send(behind)

        assert (one_branch_twice, first_pair) == (0, 1)
        assert (play.status, play.ran) == ("completed", {"plan": 1, "frame": 2, "wheels": 2, "assemble": 2})


def test_wcp_33_generalized_and_join_of_pairs_that_come_by_turns(house: House) -> None:
    play = Play(house, 33)
    assembled = []

    for part in ("frame", "wheels", "wheels", "frame"):
        play.send(part)
        assembled.append(play.ran["assemble"])

    assert (play.status, assembled) == ("completed", [0, 1, 1, 2])


def test_wcp_33_generalized_and_join_takes_no_part_alone(house: House) -> None:
    play = Play(house, 33, {"frames": 2, "wheels": 1})

    play.send("frame", "wheels", "frame")

    assert (play.status, play.ran) == ("failed", {"plan": 1, "frame": 2, "wheels": 1, "assemble": 1})
    assert house.engine.show(play.id).error["type"] == "starved"


def test_wcp_37_acyclic_synchronizing_merge(house: House) -> None:
    """Police and garage meet in the damage, that and a lasting injury in the decision, everything in the archive."""
    for reports in subsets("police", "garage", "doctor"):
        for lasting in (True, False) if "doctor" in reports else (None,):
            play = Play(house, 37, {"reports": reports})
            expected = {"claim": 1, "archive": 1, **{REPORTS[report]: 1 for report in reports}}
            damaged = {"police", "garage"}.intersection(reports)
            if damaged:
                expected["damage"] = 1
            if "doctor" in reports:
                expected["lasting"] = 1
            if damaged or lasting:
                expected["decide"] = 1

            for report in reports:
                assert not play.reached & {"decide", "archive"}
                play.send(report, payload={"lasting": lasting})

            assert (play.status, play.ran) == ("completed", expected)
            assert all(play.in_order(REPORTS[report], "damage") for report in damaged)
            if damaged:
                assert play.in_order("damage", "decide", "archive")
            if lasting:
                assert play.in_order("doctors_report", "lasting", "decide", "archive")


def test_wcp_37_acyclic_synchronizing_merge_waits_only_for_what_was_chosen(house: House) -> None:
    play = Play(house, 37, {"reports": ["garage", "doctor"]})

    play.send("garage")
    without_police = (play.ran["damage"], play.ran["decide"])
    play.send("doctor", payload={"lasting": False})

    assert without_police == (1, 0)
    assert (play.status, play.ran["decide"], play.ran["archive"]) == ("completed", 1, 1)


@pytest.mark.parametrize("rounds", [[["stock"], ["stock", "credit"]], [["stock", "credit"], ["credit"], ["stock"]]])
@pytest.mark.parametrize("price_first", [True, False])
def test_wcp_38_general_synchronizing_merge(house: House, rounds: list[list[str]], price_first: bool) -> None:
    play = Play(house, 38, {"rounds": rounds})

    for number, checks in enumerate(rounds, start=1):
        if price_first:
            play.send(f"price_{number}")
        for check in checks:
            assert (play.ran["facts"], play.ran["make_offer"]) == (number - 1, number - 1)
            play.send(f"{check}_{number}")
        assert play.ran["facts"] == number
        if not price_first:
            assert play.ran["make_offer"] == number - 1
            play.send(f"price_{number}")
        assert play.ran["make_offer"] == number

    assert (play.status, play.ran["round"], play.ran["price"], play.ran["finish"]) == ("completed", len(rounds), len(rounds), 1)


def test_wcp_38_general_synchronizing_merge_of_a_round_without_checks(house: House) -> None:
    play = Play(house, 38, {"rounds": [[], ["stock"]]})

    by_default = play.ran["facts"]
    play.send("price_1", "stock_2", "price_2")

    assert (by_default, play.status, play.ran["facts"], play.ran["make_offer"]) == (1, "completed", 2, 2)


def test_wcp_41_thread_merge(house: House) -> None:
    play = Play(house, 41)
    pallets = []

    for _ in range(6):
        play.send("labelled")
        pallets.append(play.ran["load_pallet"])

    assert pallets == [0, 0, 1, 1, 1, 2]
    assert (play.status, play.ran) == ("completed", {"order": 1, "label": 6, "load_pallet": 2})


def test_wcp_42_thread_split(house: House) -> None:
    for guests in (1, 3):
        play = Play(house, 42, {"guests": guests})
        together = play.waits

        play.send(*["scanned"] * guests)

        assert together == ["scan"] * guests
        assert (play.status, play.ran) == ("completed", {"booking": 1, "print_ticket": guests, "scan": guests})
