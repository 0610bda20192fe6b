"""Secrets are taken out of what is kept, in the forms that they are met in."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from treadle.domain.activity import ChildRequest, Done, Spawn
from treadle.domain.masking import MASK, NOTHING_HIDDEN, Mask

SECRET = 'pa"ss/wörd+1'
HIDDEN = NOTHING_HIDDEN.hiding(SECRET)


@pytest.mark.parametrize("text", [
    SECRET, json.dumps(SECRET), json.dumps(SECRET, ensure_ascii=False), quote(SECRET), quote(SECRET, safe=""), quote_plus(SECRET),
    *(b64encode(b"u" * before + SECRET.encode() + b"tail").decode() for before in range(4)),
    *(urlsafe_b64encode(b"u" * before + SECRET.encode()).decode() for before in range(4)),
])  # fmt: skip
def test_a_secret_is_found_in_all_its_forms(text: str) -> None:
    masked = HIDDEN.text(f"before {text} after")

    assert MASK in masked
    assert HIDDEN.occurs_in({"a": [Done(text)]})
    assert text.strip('"') not in masked
    assert masked.startswith("before ")
    assert masked.endswith(" after")


def test_everything_that_a_handler_returns_is_looked_through() -> None:
    result = Spawn(ChildRequest("w", input={"keep": [1, None, True], SECRET: ({"deep": f"x{SECRET}"}, 2.5)}))

    assert HIDDEN.value(result) == Spawn(ChildRequest("w", input={"keep": [1, None, True], MASK: ({"deep": "x***"}, 2.5)}))
    assert HIDDEN.value(Done([SECRET], "out")) == Done([MASK], "out")


@pytest.mark.parametrize("value", [{"a": [1, "text"]}, Done({"a": 1}), ("x",), "text", 5, None, True])
def test_what_holds_no_secret_is_the_same_object(value: Any) -> None:
    assert HIDDEN.value(value) is value
    assert not HIDDEN.occurs_in(value)


def test_a_number_that_is_the_secret_is_hidden_and_others_are_not() -> None:
    pin = NOTHING_HIDDEN.hiding("123456")

    assert pin.value({"pin": 123456, "count": 1234567, "text": "a123456b"}) == {"pin": MASK, "count": 1234567, "text": "a***b"}


def test_what_is_too_short_or_blank_hides_nothing() -> None:
    assert NOTHING_HIDDEN.hiding("abc").hiding("      ").hiding("") == Mask()
    assert NOTHING_HIDDEN.hiding("abcd\n").text("an abcd here") == "an *** here"


def test_of_two_secrets_the_longer_one_goes_first() -> None:
    both = NOTHING_HIDDEN.hiding("secret").hiding("secret-and-more")

    assert both.text("secret-and-more secret") == "*** ***"
