"""Several instances of one part: patterns 12 to 15, 26, 27 and 34 to 36."""

from __future__ import annotations

from itertools import permutations

import pytest

from engine_house import House
from patterns.play import Play


def test_wcp_12_instances_without_synchronization(house: House) -> None:
    play = Play(house, 12, ["ann", "ben", "cem"])
    at_once = (play.ran, play.waits, play.status)

    play.send("signed_ben", "signed_cem")
    before_the_last = play.status
    play.send("signed_ann")

    assert at_once == ({"letters": 1, "register": 1}, ["sign", "sign", "sign"], "waiting")
    assert before_the_last == "waiting"
    assert (play.status, play.ran) == ("completed", {"letters": 1, "register": 1, "sign": 3})


def test_wcp_13_instances_known_at_design_time(house: House) -> None:
    for order in permutations(["signed_0", "signed_1", "signed_2"]):
        play = Play(house, 13)
        together = play.waits

        play.send(*order[:2])
        with_two = play.reached
        play.send(order[2])

        assert together == ["sign", "sign", "sign"]
        assert "seal" not in with_two
        assert (play.status, play.ran) == ("completed", {"sign": 3, "signatures": 1, "seal": 1})


@pytest.mark.parametrize("lines", [[], ["tea"], ["tea", "cup", "pot"]])
def test_wcp_14_instances_known_at_run_time(house: House, lines: list[str]) -> None:
    for order in permutations(lines):
        play = Play(house, 14, {"lines": lines})

        for line in order:
            assert "weigh" not in play.reached
            play.send(f"picked_{line}", payload=f"weight of {line}")

        assert (play.status, play.ran["pick_line"], play.ran["pick"], play.ran["weigh"]) == ("completed", len(lines), 1, 1)
        assert play.output == [f"weight of {line}" for line in lines]


def test_wcp_15_instances_added_while_running(house: House) -> None:
    play = Play(house, 15, ["ann"])

    play.send("witness", payload="ben")
    play.send("heard_ann", "heard_ben")
    all_heard = (play.status, play.ran)
    play.send("witness", payload=["cem", "dot"])
    play.send("heard_dot", "no_more_witnesses")
    closed = play.reached
    play.send("heard_cem")

    assert all_heard == ("waiting", {"statement": 2})
    assert "report" not in closed
    assert (play.status, play.ran) == ("completed", {"statement": 4, "hear": 1, "report": 1})
    assert play.output == "4 witnesses"


def test_wcp_26_cancel_instances(house: House) -> None:
    play = Play(house, 26, ["ann", "ben", "cem"])

    play.send("offer_ann", "sold_elsewhere")
    cancelled = play.cancelled
    play.send("offer_ben", "offer_cem")
    open_after = play.waits
    play.send("archived")

    assert cancelled == ["ask_bidders", "offer", "offer"]
    assert open_after == ["archive"]
    assert (play.status, play.ran) == ("completed", {"house": 1, "offer": 1, "sold": 1, "tell_bidders": 1, "archive": 1})


def test_wcp_26_cancel_instances_that_have_all_ended_changes_nothing(house: House) -> None:
    play = Play(house, 26, ["ann", "ben"])

    play.send("offer_ben", "offer_ann", "sold_elsewhere", "archived")

    assert (play.status, play.cancelled) == ("completed", [])
    assert (play.ran["compare"], play.ran["tell_bidders"]) == (1, 1)


def test_wcp_27_complete_instances(house: House) -> None:
    for hired, others in (("ann", ("ben", "cem")), ("ben", ("cem", "ann")), ("cem", ("ann", "ben"))):
        play = Play(house, 27, ["ann", "ben", "cem"])

        play.send(f"seen_{others[0]}", payload="no")
        after_a_no = (play.ran["interviews"], play.reached)
        play.send(f"seen_{hired}", payload="hire")
        play.send(f"seen_{others[1]}", payload="hire")
        open_after = play.waits
        play.send("signed")

        assert after_a_no == (0, {"interviews", "interview"})
        assert open_after == ["contract"]
        assert (play.status, play.ran, play.cancelled) == (
            "completed",
            {"interview": 2, "interviews": 1, "contract": 1},
            ["interview"],
        )


def test_wcp_27_complete_instances_where_none_is_enough(house: House) -> None:
    play = Play(house, 27, ["ann", "ben"])

    for name in ("ann", "ben"):
        assert "contract" not in play.reached
        play.send(f"seen_{name}", payload="no")
    play.send("signed")

    assert (play.status, play.ran, play.cancelled) == ("completed", {"interview": 2, "interviews": 1, "contract": 1}, [])


def test_wcp_34_static_partial_join_for_instances(house: House) -> None:
    for first, second, late in permutations("012"):
        play = Play(house, 34)

        play.send(f"review_{first}")
        with_one = play.reached
        play.send(f"review_{second}")
        with_two = (play.ran, play.waits, play.status)
        play.send(f"review_{late}")

        assert "decide" not in with_one
        assert with_two == ({"review": 2, "referees": 1, "decide": 1}, ["review"], "waiting")
        assert (play.status, play.ran, play.cancelled) == ("completed", {"review": 3, "referees": 1, "decide": 1}, [])


def test_wcp_35_cancelling_partial_join_for_instances(house: House) -> None:
    for first, second, late in permutations("012"):
        play = Play(house, 35)

        play.send(f"result_{first}")
        with_one = (play.reached, play.cancelled)
        play.send(f"result_{second}", f"result_{late}")
        with_two = (play.waits, play.cancelled)
        play.send("reported")

        assert with_one == ({"laboratories", "analyse"}, [])
        assert with_two == (["report"], ["analyse"])
        assert (play.status, play.ran) == ("completed", {"analyse": 2, "laboratories": 1, "report": 1})


def test_wcp_36_dynamic_partial_join_for_instances(house: House) -> None:
    play = Play(house, 36, ["ann"])

    play.send("answer_ann", payload="no")
    everyone_answered = (play.status, play.reached)
    play.send("ask", payload=["ben", "cem", "dot"])
    play.send("answer_cem", payload="yes")
    one_yes = play.reached
    play.send("ask", payload="eva")
    play.send("answer_eva", payload="yes")
    two_yes = (play.waits, play.cancelled)
    play.send("ask", payload="fay")
    play.send("answer_ben", payload="yes")
    absorbed = play.waits
    play.send("begun")

    assert everyone_answered == ("waiting", {"ask_people", "answer"})
    assert "begin" not in one_yes
    assert two_yes == (["begin"], ["answer", "answer"])
    assert absorbed == ["begin"]
    assert (play.status, play.ran) == ("completed", {"answer": 3, "ask_people": 1, "begin": 1})


def test_wcp_36_dynamic_partial_join_for_instances_that_is_closed_first(house: House) -> None:
    play = Play(house, 36, ["ann"])

    play.send("answer_ann", payload="yes")
    play.send("nobody_else", "begun")

    assert (play.status, play.ran, play.cancelled) == ("completed", {"answer": 1, "ask_people": 1, "begin": 1}, [])
