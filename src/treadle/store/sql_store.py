"""The store over SQL: its groups of verbs, put together for one database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from treadle.domain.heartbeats import HeartbeatStore
from treadle.observation import LogStore, UpkeepStore, VitalStore
from treadle.ports import ExecutionStore, OwnershipStore, PhaseStore, WorkerStore, WorkflowStore
from treadle.ports_access import SecretStore, TokenStore
from treadle.ports_desks import ApprovalStore, LimitStore, ScheduleStore, WebhookStore
from treadle.ports_live import LiveStore
from treadle.store.access import Secrets, Tokens
from treadle.store.approvals import Approvals
from treadle.store.claims import Claims
from treadle.store.commits import Commits
from treadle.store.database import Database
from treadle.store.executions import Executions
from treadle.store.heartbeats import Heartbeats
from treadle.store.inbox import Inbox
from treadle.store.limits import Limits
from treadle.store.live import Live
from treadle.store.migrations import Migrations
from treadle.store.node_logs import NodeLogs
from treadle.store.ownership import Ownership
from treadle.store.phases import Phases
from treadle.store.schedules import Schedules
from treadle.store.starts import Starts
from treadle.store.upkeep import Upkeep
from treadle.store.vitals import Vitals
from treadle.store.webhooks import Webhooks
from treadle.store.workers import Workers
from treadle.store.workflows import Workflows


class SqlStore:
    """`head_start` in microseconds: what a level of priority is worth in the order of claims."""

    workers: WorkerStore
    ownership: OwnershipStore
    phases: PhaseStore
    executions: ExecutionStore
    approvals: ApprovalStore
    workflows: WorkflowStore
    schedules: ScheduleStore
    webhooks: WebhookStore
    limits: LimitStore
    live: LiveStore
    heartbeats: HeartbeatStore
    vitals: VitalStore
    logs: LogStore
    upkeep: UpkeepStore
    secrets: SecretStore
    tokens: TokenStore

    def __init__(self, database: Database, *, claims: Claims, commits: Commits, head_start: int) -> None:
        self._database = database
        self._migrations = Migrations(database)
        inbox = Inbox(database, head_start=head_start)
        starts = Starts(inbox, head_start=head_start)
        self.workers = Workers(database, head_start=head_start)
        self.ownership = Ownership(database, claims=claims, commits=commits, head_start=head_start)
        self.phases = Phases(database, inbox, starts, head_start=head_start)
        self.approvals = approvals = Approvals(database, inbox, starts)
        self.executions = Executions(database, inbox, starts, approvals)
        self.workflows = Workflows(database)
        self.schedules = Schedules(database, inbox, starts)
        self.webhooks = Webhooks(database, inbox, starts)
        self.limits = Limits(database, head_start=head_start)
        self.live = Live(database)
        self.heartbeats = Heartbeats(database)
        self.vitals = Vitals(database)
        self.logs = NodeLogs(database)
        self.upkeep = Upkeep(database)
        self.secrets = Secrets(database)
        self.tokens = Tokens(database)
        self.url = database.url
        self.single_writer = database.dialect == "sqlite"

    def migrate(self) -> Sequence[str]:
        return self._migrations.migrate()

    def check(self) -> None:
        self._migrations.check()

    def now(self) -> datetime:
        with self._database.reading() as session:
            [(now,)] = session.rows("clock")
        moment: datetime = self._database.time(now)
        return moment

    def describe(self) -> Mapping[str, str]:
        return {**self._database.facts(), "schema": self._migrations.version()}

    def close(self) -> None:
        self._database.close()
