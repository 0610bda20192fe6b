"""Creates and changes webhooks: a new path for each, and what it names is looked at before it is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from secrets import token_urlsafe
from typing import Any

from treadle.domain.access import environment_name
from treadle.domain.errors import ConflictError, DefinitionError, ExpressionError, Finding, NotFoundError, TreadleError
from treadle.domain.records import Page
from treadle.domain.values import INPUT_LIMIT, encode
from treadle.domain.webhook_fields import template_of
from treadle.domain.webhook_signing import NONE, SIGNINGS
from treadle.domain.webhooks import Delivery, Webhook
from treadle.engine.names import check_path_name
from treadle.engine.program import Programs
from treadle.engine.starting import WEBHOOK, priority_level, trigger_node
from treadle.ports import Ids, Store

Secrets = Callable[[str], str]
"""A secret by its name. KeyError or NotFoundError if there is none."""

PATH_BYTES = 16
LONGEST_DESCRIPTION = 1000
NAMES = frozenset({"trigger"})
"""What the expressions of a webhook see."""


class WebhookDesk:
    def __init__(self, store: Store, ids: Ids, programs: Programs, secrets: Secrets) -> None:
        self._store = store
        self._ids = ids
        self._programs = programs
        self._secrets = secrets

    def add(
        self,
        workflow: str,
        *,
        description: str = "",
        signing: str = NONE,
        secret: str | None = None,
        trigger: str | None = None,
        input: object = None,
        signal: str | None = None,
        execution: str | None = None,
        priority: int | str = "normal",
        version: int | None = None,
        paused: bool = False,
    ) -> Webhook:
        """`secret` is the name of one. NotFoundError for the workflow; DefinitionError with a finding for each wrong field."""
        webhook = Webhook(
            id=self._ids.webhook(),
            workflow=workflow,
            path=token_urlsafe(PATH_BYTES),
            description=description,
            signing=signing,
            secret=secret,
            input_json=encode(input, limit=INPUT_LIMIT, name="input"),
            priority=priority_level(priority),
            paused=paused,
            row_version=1,
            created_at=self._store.now(),
            version=version,
            trigger=trigger,
            signal=signal,
            execution=execution,
        )
        self._check(webhook)
        self._store.webhooks.add(webhook)
        return self._store.webhooks.get(webhook.id)

    def change(self, webhook_id: str, **changes: Any) -> Webhook:
        """The same keys as `add`, but for the workflow. ConflictError if it was edited meanwhile."""
        fields = dict(changes)
        if "input" in fields:
            fields["input_json"] = encode(fields.pop("input"), limit=INPUT_LIMIT, name="input")
        if "priority" in fields:
            fields["priority"] = priority_level(fields["priority"])
        if fields.get("signing") == NONE:
            fields.setdefault("secret", None)
        changed = replace(self._store.webhooks.get(webhook_id), **fields)
        if fields.keys() - {"paused", "description"}:
            self._check(changed)
        return self._written(changed)

    def rotate(self, webhook_id: str) -> Webhook:
        """Give it a new path; the old one leads nowhere from then on."""
        return self._written(replace(self._store.webhooks.get(webhook_id), path=token_urlsafe(PATH_BYTES)))

    def deliveries(self, webhook_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Delivery]:
        """Newest first. NotFoundError for the webhook."""
        self._store.webhooks.get(webhook_id)
        return self._store.webhooks.deliveries(webhook_id, limit=limit, cursor=cursor)

    def _written(self, changed: Webhook) -> Webhook:
        if not self._store.webhooks.update(changed):
            raise ConflictError(f"webhook {changed.id} was edited by someone else meanwhile", state="edited")
        return self._store.webhooks.get(changed.id)

    def _check(self, webhook: Webhook) -> None:
        findings = [*_text_findings(webhook), *self._secret_findings(webhook), *_signal_findings(webhook)]
        if findings:
            raise DefinitionError(findings)
        found = self._store.workflows.get(webhook.workflow, webhook.version)
        if webhook.signal is None:
            graph = self._programs.get(found.workflow, found.version, found.graph_json).graph
            trigger_node(graph, webhook.trigger, WEBHOOK)

    def _secret_findings(self, webhook: Webhook) -> list[Finding]:
        if webhook.signing not in SIGNINGS:
            hint = f"one of {', '.join(SIGNINGS)}"
            return [Finding("invalid_choice", f"{webhook.signing!r} is not allowed", "signing", hint)]
        if webhook.signing == NONE:
            hint = "say which `signing`, or leave the secret out"
            return [] if webhook.secret is None else [Finding("unused_secret", "nothing is signed with it", "secret", hint)]
        if webhook.secret is None:
            hint = 'name the secret that both sides know: {"secret": "NAME"}'
            return [Finding("secret_needed", f"{webhook.signing} signatures need a secret", "secret", hint)]
        try:
            self._secrets(webhook.secret)
        except (NotFoundError, KeyError):
            hint = f"set it with: treadle secrets set {webhook.secret}; or give this process {environment_name(webhook.secret)}"
            return [Finding("unknown_secret", f"there is no secret {webhook.secret!r}", "secret", hint)]
        except TreadleError as error:
            return [Finding("closed_secret", f"the secret {webhook.secret!r} cannot be read: {error}", "secret")]
        return []


def _text_findings(webhook: Webhook) -> list[Finding]:
    findings = []
    if len(webhook.description) > LONGEST_DESCRIPTION or not webhook.description.isprintable():
        findings.append(
            Finding("invalid_text", f"must be at most {LONGEST_DESCRIPTION:,} printable characters in one line", "description")
        )
    try:
        expressions = template_of(webhook).expressions
    except ExpressionError as error:
        path = "execution" if str(error).startswith("execution") else "input"
        return [*findings, Finding("expression", str(error), path)]
    hint = "only `trigger`, what was delivered"
    strange = [(path, name) for path, expression, _ in expressions for name in sorted(expression.roots - NAMES)]
    return [*findings, *(Finding("unknown_name", f"there is no {name!r} here", path, hint) for path, name in strange)]


def _signal_findings(webhook: Webhook) -> list[Finding]:
    if (webhook.signal is None) != (webhook.execution is None):
        given, missing = ("signal", "execution") if webhook.execution is None else ("execution", "signal")
        hint = "a signal needs both: its name, and an expression for the execution's id, such as trigger.body.execution_id"
        return [Finding("signal_needs_both", f"`{given}` without `{missing}`", missing, hint)]
    if webhook.signal is None:
        return []
    if webhook.trigger is not None:
        hint = "leave one of them out"
        return [Finding("starts_or_signals", "a webhook starts executions or signals one, not both", "trigger", hint)]
    try:
        check_path_name(webhook.signal, "signal")
    except DefinitionError as error:
        return list(error.findings)
    return []
