"""The page on which somebody without an account decides: plain HTML, no script, usable by keyboard and screen reader."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from treadle.api.approval_form import fixed_data, form_fields
from treadle.api.pages import page
from treadle.domain.approvals import EXPIRED, REJECTED, Outcome
from treadle.domain.values import decode
from treadle.engine.approval_desk import ApprovalRecord
from treadle.engine.approval_links import ApprovalLink

BY_LINK = "/api/v1/approvals/by-link/"
Sent = Mapping[str, str]


def link_path(token: str) -> str:
    return f"{BY_LINK}{token}"


def question_page(record: ApprovalRecord, link: ApprovalLink, *, path: str, sent: Sent, errors: tuple[str, ...] = ()) -> str:
    """The question with its form. `sent` is what was filled in when it was refused because of `errors`."""
    approval = record.approval
    payload = decode(approval.payload_json)
    buttons = " ".join(map(_button, record.rules.outcomes))
    said = sent.get("comment", "")
    return page(
        f"Decide: {approval.title}",
        f"{_question(record)}{_errors(errors)}"
        f'<form method="post" action="{escape(path)}" accept-charset="utf-8">'
        f"{form_fields(decode(approval.form_json), payload, sent)}{_who(link, sent)}"
        '<p><label for="comment">Comment</label><br>'
        f'<textarea id="comment" name="comment" rows="3" maxlength="10000">{escape(said)}</textarea></p>'
        f"<p>{buttons}</p></form>",
    )


def _button(outcome: Outcome) -> str:
    named = f'name="decision" value="{escape(outcome.port)}" class="{escape(outcome.style)}"'
    # What the form requires, it does not require of a rejection.
    unchecked = " formnovalidate" if outcome.port == REJECTED else ""
    return f'<button type="submit" {named}{unchecked}>{escape(outcome.label)}</button>'


def answer_page(record: ApprovalRecord) -> str:
    """What became of it."""
    return page(
        record.approval.title, f'{_question(record)}<p role="status"><strong>{escape(_became(record))}</strong></p>'
    )


def refusal_page(title: str, message: str) -> str:
    return page(title, f'<h1>{escape(title)}</h1><p role="alert">{escape(message)}</p>')


def _question(record: ApprovalRecord) -> str:
    approval = record.approval
    body = "".join(f"<p>{escape(line)}</p>" for line in approval.body.splitlines() if line.strip())
    due = f"<p>Due {approval.due_at:%Y-%m-%d %H:%M} UTC</p>" if approval.due_at and approval.status == "open" else ""
    votes = "".join(
        f"<li>{escape(vote.by or 'somebody')}: {escape(decode(vote.detail_json)['decision'])}</li>" for vote in record.votes
    )
    said = f"<h2>Decided so far</h2><ul>{votes}</ul>" if votes and record.rules.counts_people else ""
    details = fixed_data(decode(approval.form_json), decode(approval.payload_json))
    return f"<h1>{escape(approval.title)}</h1>{body}{due}{details}{said}"


def _who(link: ApprovalLink, sent: Sent) -> str:
    if link.person is not None:
        return f"<p>You decide as <strong>{escape(link.person)}</strong>.</p>"
    name = escape(sent.get("by", ""))
    field = f'<input id="by" name="by" autocomplete="name" maxlength="200" required value="{name}">'
    return f'<p><label for="by">Your name</label><br>{field}</p>'


def _errors(errors: tuple[str, ...]) -> str:
    if not errors:
        return ""
    items = "".join(f"<li>{escape(error)}</li>" for error in errors)
    return f'<div role="alert"><p><strong>Not accepted:</strong></p><ul>{items}</ul></div>'


def _became(record: ApprovalRecord) -> str:
    approval, rules = record.approval, record.rules
    if approval.status == "open":
        return "Your decision is recorded; others must decide too."
    if approval.status == EXPIRED or approval.decision_json is None:
        return "It is too late: this question is no longer open."
    decision: Any = decode(approval.decision_json)
    label = next((each.label for each in rules.outcomes if each.port == decision["decision"]), decision["decision"])
    by: str = decision.get("by") or ""
    return f"Decided: {label}" + (f", by {by}" if by else "") + "."
