"""`treadle webhooks`: addresses at which other systems start workflows and signal executions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from treadle.cli import shapes
from treadle.cli.arguments import input_value, priority
from treadle.cli.grammar import Group, output_option, page_options
from treadle.cli.rendering import rows_as_table, say, write_list, write_one
from treadle.cli.session import Session, host_in_url
from treadle.domain.errors import NotFoundError
from treadle.domain.webhook_signing import SIGNINGS

if TYPE_CHECKING:
    from treadle.domain.webhooks import Webhook
    from treadle.ports import Store
    from treadle.settings import Settings

WEBHOOK = click.argument("webhook_id", metavar="ID")
COLUMNS = ("id", "workflow", "signing", "signal", "status", "deliveries", "last_delivery_at", "refusals", "last_refusal")
DELIVERY_COLUMNS = ("received_at", "id", "outcome", "execution_id", "status")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - shown, not bound to

BODY = """'{"hello": "world"}'"""
UNSIGNED = """curl {url} -H 'Content-Type: application/json' -d {body}"""
SIGNED = """\
T=$(date +%s); BODY={body}
S=$(printf '%s.%s' "$T" "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
curl {url} -H "Treadle-Timestamp: $T" -H "Treadle-Signature: v1=$S" -H 'Content-Type: application/json' -d "$BODY\""""
ELSEWHERE = {
    "github": "On GitHub: Settings, Webhooks, Add webhook; content type application/json; the secret is {secret}.",
    "stripe": "On Stripe: Developers, Webhooks, Add endpoint; keep the signing secret it shows (whsec_…) as {secret}.",
    "standard": "Give the sender the address; keep the signing secret that it shows (whsec_…) as {secret}.",
}


@click.group(cls=Group, examples=["treadle webhooks create order_refund", "treadle webhooks show hook-0198"])
def webhooks() -> None:
    """Let other systems start workflows and signal executions.

    An ID may be shortened to any prefix that only one webhook has.
    """


@webhooks.command("list", examples=["treadle webhooks list", "treadle webhooks list --workflow order_refund"])
@click.option("--workflow", help="Only those of this workflow.")
@page_options
@output_option
@click.pass_obj
def list_webhooks(session: Session, workflow: str | None, limit: int, cursor: str | None, form: str) -> None:
    """List webhooks, what came and why something was refused; `show` says the address of one."""
    with session.open() as treadle:
        page = treadle.store.webhooks.list(workflow=workflow, limit=limit, cursor=cursor)
    write_list(map(shapes.webhook_row, page.items), form, columns=COLUMNS, cursor=page.next_cursor, none="no webhooks")


@webhooks.command("show", examples=["treadle webhooks show hook-0198"])
@WEBHOOK
@output_option
@click.pass_obj
def show_webhook(session: Session, webhook_id: str, form: str) -> None:
    """Show one webhook: its address, and how to call it."""
    with session.open() as treadle:
        found = find_webhook(treadle.store, webhook_id)
    write_one(shapes.webhook(found), form)
    if form == "table":
        _say_how(found, session.settings())


@webhooks.command(
    "create",
    examples=[
        "treadle webhooks create order_refund --input '{{ trigger.body }}'",
        "treadle webhooks create deploy --signing github --secret github_hook",
        "treadle webhooks create checkout --signal paid --execution trigger.body.data.object.client_reference_id",
    ],
)
@click.argument("workflow")
@click.option("--description", default="", help="What it is for.")
@click.option(
    "--signing", type=click.Choice(SIGNINGS), default="none", show_default=True, help="How what is delivered is signed."
)
@click.option("--secret", metavar="NAME", help="The name of the secret it is signed with.")
@click.option("--trigger", metavar="NODE", help="The trigger node to start at.  [default: the one for webhooks]")
@click.option("-i", "pairs", metavar="KEY=VALUE", multiple=True, help="A key of the input, such as name={{ trigger.body.name }}.")
@click.option("--input", "document", metavar="TEMPLATE|@FILE", help="The whole input: '{{ trigger.body }}', or JSON.")
@click.option("--signal", metavar="NAME", help="Send this signal instead of starting an execution.")
@click.option("--execution", metavar="EXPR", help="With --signal: gives the execution's id, such as trigger.query.id.")
@click.option("--priority", type=priority, default="normal", show_default=True, help="Of the executions it starts.")
@click.option("--version", type=click.IntRange(1), help="The workflow's version.  [default: the latest at each delivery]")
@click.option("--paused", is_flag=True, help="Take nothing before it is resumed.")
@output_option
@click.pass_obj
def create_webhook(
    session: Session, /, workflow: str, pairs: tuple[str, ...], document: str | None, form: str, **options: Any
) -> None:
    """Make an address at which a workflow is started, or one of its executions signalled."""
    with session.open() as treadle:
        created = treadle.engine.webhooks.add(workflow, input=_template(pairs, document), **options)
    shape = shapes.webhook(created)
    write_one(shape, form, people=lambda: rows_as_table([shape], ("id", "workflow", "signing", "status")))
    if form == "table":
        _say_how(created, session.settings())


@webhooks.command("pause", examples=["treadle webhooks pause hook-0198"])
@WEBHOOK
@click.pass_obj
def pause_webhook(session: Session, webhook_id: str) -> None:
    """Take nothing until resumed: who delivers is told that there is no such address."""
    _set_paused(session, webhook_id, paused=True)


@webhooks.command("resume", examples=["treadle webhooks resume hook-0198"])
@WEBHOOK
@click.pass_obj
def resume_webhook(session: Session, webhook_id: str) -> None:
    """Take deliveries again, at the same address."""
    _set_paused(session, webhook_id, paused=False)


@webhooks.command("rotate", examples=["treadle webhooks rotate hook-0198"])
@WEBHOOK
@output_option
@click.pass_obj
def rotate_webhook(session: Session, webhook_id: str, form: str) -> None:
    """Give it a new address; the old one leads nowhere from then on."""
    with session.open() as treadle:
        rotated = treadle.engine.webhooks.rotate(find_webhook(treadle.store, webhook_id).id)
    write_one(shapes.webhook(rotated), form, people=lambda: [_url(rotated, session.settings())])


@webhooks.command("delete", examples=["treadle webhooks delete hook-0198"])
@WEBHOOK
@click.pass_obj
def delete_webhook(session: Session, webhook_id: str) -> None:
    """Delete a webhook; the executions it started go on."""
    with session.open() as treadle:
        found = find_webhook(treadle.store, webhook_id)
        treadle.store.webhooks.delete(found.id)
    say(f"{found.id} deleted")


@webhooks.command("deliveries", examples=["treadle webhooks deliveries hook-0198 --limit 5"])
@WEBHOOK
@page_options
@output_option
@click.pass_obj
def list_deliveries(session: Session, webhook_id: str, limit: int, cursor: str | None, form: str) -> None:
    """List what was delivered and what became of it, newest first."""
    with session.open() as treadle:
        found = find_webhook(treadle.store, webhook_id)
        page = treadle.engine.webhooks.deliveries(found.id, limit=limit, cursor=cursor)
    rows = map(shapes.delivery, page.items)
    write_list(rows, form, columns=DELIVERY_COLUMNS, cursor=page.next_cursor, none="nothing was delivered yet")


def find_webhook(store: Store, word: str) -> Webhook:
    """The webhook of that id, or the only one whose id starts so. NotFoundError."""
    try:
        return store.webhooks.get(word)
    except NotFoundError:
        found = [one for one in _all(store) if one.id.startswith(word)]
        if len(found) != 1:
            raise NotFoundError("webhook", word, known=[one.id for one in found[:10]]) from None
        return found[0]


def _all(store: Store) -> Iterator[Webhook]:
    cursor: str | None = None
    while True:
        page = store.webhooks.list(limit=500, cursor=cursor)
        yield from page.items
        if (cursor := page.next_cursor) is None:
            return


def _template(pairs: tuple[str, ...], document: str | None) -> Any:
    """The input as a template: a text with an expression in it need not be written as JSON."""
    if document is not None and document.startswith("{{") and not pairs:
        return document
    return input_value(pairs, document)


def _set_paused(session: Session, word: str, *, paused: bool) -> None:
    with session.open() as treadle:
        changed = treadle.engine.webhooks.change(find_webhook(treadle.store, word).id, paused=paused)
    say(f"{changed.id} is paused" if paused else f"{changed.id} takes deliveries again")


def _say_how(webhook: Webhook, settings: Settings) -> None:
    url = _url(webhook, settings)
    say(f"\ndeliver at {url}; whoever knows this address may")
    if webhook.signing in ELSEWHERE:
        say(ELSEWHERE[webhook.signing].format(secret=webhook.secret))
        return
    say(f"with the secret {webhook.secret} in $SECRET:\n" if webhook.signing == "hmac" else "such as:\n")
    say((SIGNED if webhook.signing == "hmac" else UNSIGNED).format(url=url, body=BODY))


def _url(webhook: Webhook, settings: Settings) -> str:
    """As it is reached on this machine; behind a proxy the beginning is another."""
    host = EVERYWHERE.get(settings.host, settings.host)
    return f"http://{host_in_url(host)}:{settings.port}/hooks/{webhook.path}"
