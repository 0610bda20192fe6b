"""How a server knows stored tokens: from a list that is at most two seconds old, and not for ever without the database."""

from __future__ import annotations

from collections.abc import Sequence

from conftest import START, MovableClock
from treadle.api.credentials import Credentials
from treadle.api.token_roll import FRESH, PATIENCE, UNKNOWN_FRESH, TokenRoll
from treadle.domain.access import AccessToken, Role
from treadle.domain.errors import StoreUnavailableError
from treadle.engine.token_desk import TokenDesk
from treadle.ports import Store
from treadle.ports_access import TokenStore


class Counted:
    """Reads, counts, and can be away."""

    def __init__(self, store: TokenStore) -> None:
        self._within = store
        self.asked = 0
        self.away = False

    def list(self) -> Sequence[AccessToken]:
        self.asked += 1
        if self.away:
            raise StoreUnavailableError("away")
        return self._within.list()


def test_many_requests_ask_the_database_once(store: Store, clock: MovableClock) -> None:
    counted = Counted(store.tokens)
    roll = TokenRoll(counted.list, clock=clock.boottime)

    for _ in range(5):
        roll.refresh()
        roll.refresh(after=UNKNOWN_FRESH)

    assert counted.asked == 1
    clock.advance(FRESH + 0.1)
    roll.refresh()
    assert counted.asked == 2


def test_a_revoked_or_expired_token_is_no_longer_known(store: Store, clock: MovableClock) -> None:
    roll = TokenRoll(store.tokens.list, clock=clock.boottime)
    credentials = Credentials([], roll=roll, now=lambda: clock.now().timestamp())
    desk = TokenDesk(store.tokens)
    kept, short = desk.create("kept", Role.OPERATOR), desk.create("short", Role.VIEWER, lifetime=60)
    roll.refresh()
    cookie = credentials.cookie_for(kept)
    assert cookie is not None
    before = credentials.knows(kept), credentials.knows(short), credentials.accepts(cookie)

    desk.revoke("kept")
    clock.advance(61)
    roll.refresh()

    assert [each and each.role for each in before] == [Role.OPERATOR, Role.VIEWER, Role.OPERATOR]
    assert (credentials.knows(kept), credentials.knows(short), credentials.accepts(cookie)) == (None, None, None)
    assert credentials.required


def test_without_the_database_what_was_known_holds_for_a_while(store: Store, clock: MovableClock) -> None:
    counted = Counted(store.tokens)
    roll = TokenRoll(counted.list, clock=clock.boottime)
    credentials = Credentials([], roll=roll, now=START.timestamp)
    token = TokenDesk(store.tokens).create("kept", Role.OPERATOR)
    roll.refresh()

    counted.away = True
    clock.advance(PATIENCE - 1)
    roll.refresh()
    during = credentials.knows(token)
    clock.advance(2)

    assert during is not None
    assert credentials.knows(token) is None
    assert credentials.undecided


def test_a_server_that_never_reached_the_database_lets_nobody_in(store: Store, clock: MovableClock) -> None:
    counted = Counted(store.tokens)
    counted.away = True
    roll = TokenRoll(counted.list, clock=clock.boottime)
    roll.refresh()

    assert Credentials([], roll=roll).required
    assert Credentials(["configured"], roll=roll).knows("configured") is not None
