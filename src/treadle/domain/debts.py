"""The tokens that late branches owe to counting joins that have fired without them."""

from __future__ import annotations

from collections.abc import Iterable

from treadle.domain.liveness import Liveness
from treadle.domain.rules import Rules
from treadle.domain.tokens import Token, Tokens


class Debts:
    """`owed` maps edges to the firings of their join that expect a token to absorb; `owing` counts a join's edges in it."""

    __slots__ = ("_due", "_liveness", "_rules", "_tokens", "owed", "owing")

    def __init__(self, rules: Rules, tokens: Tokens, liveness: Liveness) -> None:
        self._rules = rules
        self._tokens = tokens
        self._liveness = liveness
        self.owed: dict[int, list[int]] = {}
        self.owing: dict[int, int] = {}
        self._due: dict[int, set[int]] = {}

    def incur(self, edges: Iterable[int], firing: int) -> None:
        """Each of the join's edges that a live node can still bring a token to owes one to this firing."""
        for edge in edges:
            if self._liveness.watch(edge):
                self.add(edge, [firing])

    def add(self, edge: int, firings: list[int]) -> None:
        debts = self.owed.get(edge)
        if debts is None:
            debts = self.owed[edge] = []
            join = self._rules.targets[edge]
            self.owing[join] = self.owing.get(join, 0) + 1
        debts.extend(firings)
        if edge in self._tokens.on:
            self.look_at(edge)

    def look_at(self, edge: int) -> bool:
        """Have an edge settled: a token came, or its witness went. False if it owes nothing."""
        if edge not in self.owed:
            return False
        self._due.setdefault(self._rules.targets[edge], set()).add(edge)
        return True

    def settle(self, join: int) -> None:
        """Pay, then forget, on those of the join's edges that are due."""
        for edge in sorted(self._due.pop(join, ())):
            firings = self.owed.get(edge)
            if firings is None:
                continue
            if edge in self._tokens.on:
                self._pay(edge, join, firings)
            if not firings or not self._liveness.watch(edge):
                self._forget(edge, join)

    def clear(self) -> None:
        self.owed.clear()
        self.owing.clear()
        self._due.clear()

    def _pay(self, edge: int, join: int, firings: list[int]) -> None:
        place = 0
        while firings and place < len(self._tokens.on.get(edge, ())):
            since = _descends_from(self._tokens.on[edge][place], join)
            debt = next((firing for firing in firings if firing > since), None)
            if debt is None:
                place += 1
            else:
                firings.remove(debt)
                self._tokens.remove(edge, place)

    def _forget(self, edge: int, join: int) -> None:
        del self.owed[edge]
        self._liveness.release(edge)
        if self.owing[join] == 1:
            del self.owing[join]
        else:
            self.owing[join] -= 1


def _descends_from(token: Token, join: int) -> int:
    """The latest firing of `join` in the token's past, 0 if there is none or it does not matter."""
    stamps = token[1]
    return stamps.get(join, 0) if stamps else 0
