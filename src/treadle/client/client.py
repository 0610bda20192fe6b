"""One server: what it knows about workflows, executions, approvals, schedules and webhooks, and what it can be asked to do."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from treadle.api.schemas.executions import Execution, StartedExecution
from treadle.api.schemas.system import NodeType, Stats, Worker
from treadle.client.access import Secrets, Tokens
from treadle.client.answers import items_of, model_of
from treadle.client.approvals import Approvals
from treadle.client.executions import Executions
from treadle.client.schedules import Schedules
from treadle.client.transport import ANSWER_WITHIN, Transport
from treadle.client.webhooks import Webhooks
from treadle.client.workflows import Workflows


class Client:
    """Calls to the server at `url`, with a bearer token where it asks for one. Safe to use from several threads.

    Answers are the models that docs/http.md describes, times are aware datetimes; keys that a later release adds are left
    out. Every call may raise the errors of `treadle.client.errors`. Requests that are safe to repeat are repeated when the
    connection breaks or the database is away: reads, starts, signals, decisions.
    """

    def __init__(self, url: str = "http://127.0.0.1:8765", *, token: str | None = None, timeout: float = ANSWER_WITHIN) -> None:
        self._transport = Transport(url, token=token, timeout=timeout)
        self.workflows = Workflows(self._transport)
        self.executions = Executions(self._transport)
        self.approvals = Approvals(self._transport)
        self.schedules = Schedules(self._transport)
        self.webhooks = Webhooks(self._transport)
        self.secrets = Secrets(self._transport)
        self.tokens = Tokens(self._transport)

    def run(self, workflow: str, input: Any = None, **start: Any) -> StartedExecution:
        """Start an execution; `start` takes what `workflows.run` takes. When this returns it is stored."""
        return self.workflows.run(workflow, input, **start)

    def wait(self, execution_id: str) -> Execution:
        """Wait until an execution is over, however long that takes, and give it as it is then."""
        return self.executions.wait(execution_id)

    def save_workflow(self, name: str, graph_config: object, *, description: str | None = None) -> Any:
        """As `workflows.save`; so that a Workflow can be saved to a Client as well as to an engine."""
        return self.workflows.save(name, graph_config, description=description)

    def node_types(self) -> list[NodeType]:
        return items_of(NodeType, self._transport.ask("GET", "/node-types"))

    def workers(self) -> list[Worker]:
        return items_of(Worker, self._transport.ask("GET", "/workers"))

    def stats(self) -> Stats:
        return model_of(Stats, self._transport.ask("GET", "/stats"))

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
