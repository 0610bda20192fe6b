"""What depends on the state of the execution: choices by events, mutual exclusion, milestones and triggers; 16 to 18, 23, 24, 39 and 40."""

from __future__ import annotations

from itertools import permutations

import pytest

from engine_house import House
from patterns.play import Play
from treadle.domain.errors import ConflictError

DAY = 86400.0


@pytest.mark.parametrize("first", ["accepted", "decided", "lapsed"])
def test_wcp_16_deferred_choice(house: House, first: str) -> None:
    play = Play(house, 16)
    undecided = (play.waits, play.reached)

    if first == "accepted":
        play.send("accepted")
    elif first == "decided":
        play.decide("approved")
    else:
        play.pass_time(8 * DAY, until_ran="offer")

    way = {"accepted": "deliver", "decided": "tell_customer", "lapsed": "archive"}[first]
    assert undecided == (["offer"], {"offer"})
    assert play.waits == [way]
    assert (play.reached, play.in_order("offer", way)) == ({"offer", way}, True)


def test_wcp_16_deferred_choice_closes_the_other_ways(house: House) -> None:
    play = Play(house, 16)
    [approval] = house.store.executions.approvals(execution_id=play.id).items

    play.send("accepted")
    with pytest.raises(ConflictError) as too_late:
        house.engine.decide(approval.id, "approved")
    house.clock.advance(8 * DAY)
    play.send("accepted")
    after = (play.waits, play.reached)
    play.send("delivered")

    assert too_late.value.state == "expired"
    assert after == (["deliver"], {"offer", "deliver"})
    assert (play.status, play.ran) == ("completed", {"offer": 1, "deliver": 1})


@pytest.mark.parametrize(("signals", "order"), [
    (["wash_free", "lift_free", "washed", "lifted", "braked"], ["wash", "lift", "brakes"]),
    (["lift_free", "wash_free", "lifted", "washed", "braked"], ["lift", "wash", "brakes"]),
    (["lift_free", "lifted", "wash_free", "braked", "washed"], ["lift", "brakes", "wash"]),
])  # fmt: skip
def test_wcp_17_interleaved_parallel_routing(house: House, signals: list[str], order: list[str]) -> None:
    """Each asks for the car while another has it, but for the first."""
    play = Play(house, 17)

    for signal in signals:
        play.send(signal)
        assert len({"lift", "brakes", "wash"}.intersection(play.waits)) <= 1

    assert (play.status, play.ran["lift"], play.ran["brakes"], play.ran["wash"]) == ("completed", 1, 1, 1)
    assert play.in_order(*order, "hand_over")
    assert play.never_two_of("lift", "brakes", "wash")


def test_wcp_18_milestone_that_has_been_reached(house: House) -> None:
    play = Play(house, 18)

    play.send("bid")
    while_open = (play.ran["accept"], play.waits)
    play.send("hammer")

    assert while_open == (1, ["bidding"])
    assert (play.status, play.ran["refuse"]) == ("completed", 0)
    assert play.in_order("bid", "accept")


def test_wcp_18_milestone_that_has_passed(house: House) -> None:
    play = Play(house, 18)

    play.send("hammer", "bid")

    assert play.status == "completed"
    assert (play.ran["bidding"], play.ran["bid"], play.ran["accept"], play.ran["refuse"]) == (1, 1, 0, 1)


def test_wcp_23_transient_trigger(house: House) -> None:
    play = Play(house, 23)

    play.send("bell", payload="postman")
    play.send("sat_down")
    early_bell_lost = (play.waits, play.reached)
    play.send("bell", payload="milkman")

    assert early_bell_lost == (["listen"], {"coffee", "listen"})
    assert (play.status, play.ran, play.output) == ("completed", {"coffee": 1, "listen": 1, "open_door": 1}, "hello milkman")


def test_wcp_24_persistent_trigger(house: House) -> None:
    play = Play(house, 24)

    play.send("letter", payload="one")
    not_yet = play.ran
    play.send("sat_down")
    first_read = (play.ran, play.waits)
    play.send("letter", payload="two")

    assert not_yet == {}
    assert first_read == ({"coffee": 1, "first_letter": 1}, ["second_letter"])
    assert (play.status, play.output) == ("completed", "one, two")
    assert play.in_order("coffee", "first_letter", "second_letter", "answer")


def test_wcp_24_persistent_trigger_keeps_several(house: House) -> None:
    play = Play(house, 24)

    for letter in ("one", "two"):
        play.send("letter", payload=letter)
    play.send("sat_down")

    assert (play.status, play.output) == ("completed", "one, two")


@pytest.mark.parametrize(("first", "second"), [("payout", "audit"), ("audit", "payout")])
def test_wcp_39_critical_section(house: House, first: str, second: str) -> None:
    play = Play(house, 39)

    play.send(f"{first}_due", f"{second}_due", f"{second}_counted", f"{second}_booked")
    entered = (play.waits, play.reached)
    play.send(f"{first}_counted")
    half_way = (play.waits, play.reached)
    play.send(f"{first}_booked")

    assert entered[0] == [f"{first}_count"]
    assert half_way[0] == [f"{first}_book"]
    assert not (entered[1] | half_way[1]) & {second, f"{second}_count", f"{second}_book"}
    assert (play.status, play.ran["payout"], play.ran["audit"], play.ran["close_till"]) == ("completed", 1, 1, 1)
    assert play.in_order(f"{first}_count", f"{first}_book", f"{second}_count", f"{second}_book", "close_till")
    assert play.never_two_of("payout", "audit")


ROOMS = {"blood": "blood_taken", "xray": "xray_taken", "heart": "heart_tested"}


def test_wcp_40_interleaved_routing(house: House) -> None:
    for order in permutations(ROOMS):
        play = Play(house, 40)

        play.send(*(f"{room}_room" for room in order))
        for number, room in enumerate(order):
            assert play.waits == [room]
            assert not play.reached.intersection(order[number + 1 :])
            play.send(ROOMS[room])

        assert (play.status, play.ran["discuss"]) == ("completed", 1)
        assert play.in_order(*order, "discuss")
        assert play.never_two_of(*ROOMS)
