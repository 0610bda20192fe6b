"""Reads executions that a worker has claimed, and makes actors of them: from what is warm, or from their first rows."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from treadle.domain.records import Claim, Loaded
from treadle.engine.actor import ExecutionActor
from treadle.engine.conclusions import Conclusions
from treadle.engine.decisions import Judge
from treadle.engine.execution_state import ExecutionState
from treadle.engine.history import asked_for
from treadle.engine.hosting import Host
from treadle.engine.mailbox import Mailbox
from treadle.engine.program import Programs
from treadle.engine.rows import RowMaker
from treadle.engine.starting import starts_of
from treadle.engine.vocabulary import Vocabulary
from treadle.engine.warm import Warm
from treadle.ports import OwnershipStore


class Loading:
    """`load` may be called from a thread while the worker's loop waits for it; the rest belongs to the loop."""

    def __init__(self, ownership: OwnershipStore, programs: Programs, warm: Warm, *, owner: str, random: Random) -> None:
        self._ownership = ownership
        self._programs = programs
        self._warm = warm
        self._owner = owner
        self._random = random

    def load(self, ids: Sequence[str]) -> Sequence[Loaded]:
        """Only what is new of executions that are warm, and all of those whose journal is not what it was."""
        known = self._warm.known(ids)
        loaded = list(self._ownership.load(ids, after=known))
        cold = [each.record.id for each in loaded if each.record.id in known and not self._warm.fits(each)]
        if not cold:
            return loaded
        again = {each.record.id: each for each in self._ownership.load(cold)}
        return [again.get(each.record.id, each) for each in loaded]

    def actor(self, host: Host, claim: Claim, loaded: Loaded) -> ExecutionActor:
        """DefinitionError, MarkingError: it cannot be run here."""
        record = loaded.record
        parked = self._warm.take(record.id)
        if parked is not None:
            state, mailbox, seen = parked.state, parked.mailbox, parked.seen
            state.go_on(loaded.rows[1:])
            mailbox.drop(row.message_seq for row in loaded.rows[1:] if row.message_seq is not None)
        else:
            program = self._programs.of(record, loaded.graph_json)
            starts, pending = starts_of(program.graph, record.trigger_json), asked_for(loaded.inbox, loaded.rows)
            state = ExecutionState.fold(record.id, program, starts, loaded.rows, pending=pending)
            mailbox, seen = Mailbox(), 0
        vocabulary = Vocabulary(record, state)
        rows = RowMaker(record, state, vocabulary, by=self._owner, random=self._random)
        judge = Judge(record, state, vocabulary, claim_no=claim.claim_no, random=self._random)
        conclusions = Conclusions(state, rows, vocabulary)
        return ExecutionActor(host, claim, record, state, rows, conclusions, judge, mailbox, seen=seen)
