"""Handlers of a test: the real ones, faked where the test says so, each call noted, the network out of reach."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from treadle.domain.activity import Context, Done, Event, Park
from treadle.domain.errors import Fatal
from treadle.domain.node_types import NodeType
from treadle.domain.values import own_copy
from treadle.engine.frames import place
from treadle.ports import Handler, Handlers
from treadle.testing.errors import SetUpError, UnfakedError
from treadle.testing.naming import name_in

NETWORK = frozenset({"network"})
"""Categories of node types that leave this process."""
_GIVEN = frozenset({"ctx", "config"})
_EMPTY = inspect.Parameter.empty
_REST = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a handler, faked or not. `node_id` is `undo/pay` for what undoes `pay`.

    `place` is such as `fetch`, `each[1]/fetch` or, at its second visit, `fetch#2`.
    """

    execution_id: str
    workflow: str
    node_id: str
    place: str
    attempt: int
    idempotency_key: str
    config: Mapping[str, Any]


class Attempts:
    """A fake for each attempt of a visit; made by `attempts`."""

    def __init__(self, fakes: tuple[Any, ...]) -> None:
        self.fakes = fakes


def attempts(*fakes: Any) -> Attempts:
    """One fake after another: the first for the first attempt, and so on; the last one for all that follow."""
    if not fakes:
        raise SetUpError("attempts() needs at least one fake, such as attempts(ConnectionError('down'), {'status': 200})")
    return Attempts(fakes)


@dataclass(slots=True)
class Stage:
    """What the handlers of one house share. `fakes` are by node id or by node type; `trouble` hears what the test must see."""

    fakes: Mapping[str, Any]
    allow_network: bool
    trouble: Callable[[BaseException], None]
    calls: list[Call]
    awaited: dict[str, int]
    """Coroutines of handlers that are under way, by place."""

    def called(self, ctx: Context, config: Mapping[str, Any]) -> None:
        name, where = name_in(ctx.scope, ctx.node_id), place(ctx.scope, ctx.node_id, ctx.visit)
        self.calls.append(Call(ctx.execution_id, ctx.workflow, name, where, ctx.attempt, ctx.idempotency_key, config))


class StagedHandlers:
    """A registry whose handlers are staged. `learn` says which node types have nodes with a fake of their own."""

    def __init__(self, handlers: Handlers, stage: Stage) -> None:
        self._handlers = handlers
        self._stage = stage
        self._faked = {name for name in stage.fakes if name in handlers.node_types}
        self._staged: dict[str, StagedHandler] = {}

    @property
    def node_types(self) -> Mapping[str, NodeType]:
        return self._handlers.node_types

    def get(self, node_type: str) -> Handler | None:
        known = self._staged.get(node_type)
        handler = self._handlers.get(node_type) if known is None else None
        if handler is not None:
            known = self._staged[node_type] = StagedHandler(handler, self._stage, faked=node_type in self._faked)
        return known

    def learn(self, types: Mapping[str, str]) -> None:
        """The type of each node id."""
        for node_id, node_type in types.items():
            if node_id in self._stage.fakes:
                self._faked.add(node_type)
                if node_type in self._staged:
                    self._staged[node_type].mode = "async"

    async def aclose(self) -> None:
        await self._handlers.aclose()


class StagedHandler:
    """One node type. A fake may be a coroutine, so a type that has one is awaited."""

    def __init__(self, handler: Handler, stage: Stage, *, faked: bool) -> None:
        handler = getattr(handler, "inner", handler)  # in a test all code runs in one process
        self.node_type = handler.node_type
        self.mode = "async" if faked else handler.mode
        self._handler = handler
        self._stage = stage

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        self._stage.called(ctx, config)
        if self.mode == "async":
            return self._perform(ctx, config)
        self._check_network(ctx)
        return self._handler.run(ctx, config)

    def resume(self, ctx: Context, config: Mapping[str, Any], event: Event) -> Done | Park:
        return self._handler.resume(ctx, config, event)

    async def _perform(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        awaited, where = self._stage.awaited, place(ctx.scope, ctx.node_id, ctx.visit)
        awaited[where] = awaited.get(where, 0) + 1
        try:
            for name in (name_in(ctx.scope, ctx.node_id), self.node_type.type):
                if name in self._stage.fakes:
                    return await self._play(self._stage.fakes[name], ctx, config)
            self._check_network(ctx)
            if self._handler.mode == "thread":
                return await asyncio.to_thread(self._handler.run, ctx, config)
            return await _awaited(self._handler.run(ctx, config))
        finally:
            awaited[where] -= 1

    async def _play(self, fake: Any, ctx: Context, config: Mapping[str, Any]) -> Any:
        if isinstance(fake, Attempts):
            fake = fake.fakes[min(ctx.attempt, len(fake.fakes)) - 1]
        if isinstance(fake, BaseException) or (inspect.isclass(fake) and issubclass(fake, BaseException)):
            raise fake
        if not callable(fake):
            return fake
        try:
            result = await _awaited(fake(**_arguments(fake, ctx, own_copy(config))))
        except (Exception, asyncio.CancelledError, SystemExit, KeyboardInterrupt) as error:
            if isinstance(error, AssertionError | SetUpError):
                self._stage.trouble(error)
            raise
        except BaseException as error:  # what pytest.fail and pytest.skip raise
            self._stage.trouble(error)
            raise Fatal(f"the fake of {ctx.node_id} ended the test: {error}") from error
        dump = getattr(result, "model_dump", None)
        return result if dump is None else dump(mode="json")

    def _check_network(self, ctx: Context) -> None:
        if self.node_type.category in NETWORK and not self._stage.allow_network:
            error = UnfakedError(name_in(ctx.scope, ctx.node_id), self.node_type.type)
            self._stage.trouble(error)
            raise Fatal(str(error), type="unfaked")


async def _awaited(result: Any) -> Any:
    return await result if inspect.isawaitable(result) else result


def _arguments(fake: Callable[..., Any], ctx: Context, config: Mapping[str, Any]) -> dict[str, Any]:
    """What of `ctx`, `config` and the fields of the config the function has parameters for, by name."""
    try:
        parameters = inspect.signature(fake).parameters
    except ValueError:  # a builtin says nothing of its parameters
        return {}
    given = {"config": config, **config, "ctx": ctx}
    named = {name: each for name, each in parameters.items() if each.kind not in _REST}
    needed = [name for name, each in named.items() if each.default is _EMPTY]
    missing = [name for name in needed if name not in given]
    if missing:
        raise SetUpError(
            f"the fake of node {ctx.node_id!r} wants {missing[0]!r}, which its config does not have; "
            f"it may have the parameters ctx, config, {', '.join(sorted(config.keys() - _GIVEN))}"
        )
    takes_all = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values())
    return {name: given[name] for name in given if name in named or (takes_all and name in config)}
