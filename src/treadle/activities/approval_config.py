"""The fields of a config that say what people are asked, and what they make of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from treadle.activities.handler import is_literal, refusals, refuse_config
from treadle.domain.activity import ApprovalNotice, ApprovalRequest
from treadle.domain.approvals import EXPIRED, REJECTED, YES_OR_NO, ApprovalRules, Outcome
from treadle.domain.errors import LimitExceededError, UnstorableValueError
from treadle.domain.schema import check_schema
from treadle.domain.values import SIGNAL_LIMIT, encode

OUTCOMES = "outcomes"
MOST_PEOPLE = 100
STYLES = ("primary", "danger", "plain")
_NAME_LIST: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}

APPROVAL_FIELDS: Mapping[str, Any] = {
    "title": {"title": "Title", "description": "The question, in one line.", "type": "string", "minLength": 1},
    "body": {"title": "Body", "description": "What people should know to decide.", "type": "string", "format": "multiline"},
    "form": {
        "title": "Form",
        "description": "A JSON Schema of the data to fill in with the decision; `rejected` needs none.",
        "type": ["object", "null"],
    },
    "payload": {
        "title": "Payload",
        "description": "Any JSON to look at, which the decision's `data` may replace; at most 64 KiB.",
    },
    "assignees": {"title": "Assignees", "description": "Who should decide.", **_NAME_LIST},
    "groups": {"title": "Groups", "description": "Groups whose members should decide.", **_NAME_LIST},
    "outcomes": {
        "title": "Outcomes",
        "description": "What can be chosen instead of `approved` and `rejected`; each is a port of an `approval` node.",
        "type": "array",
        "minItems": 1,
        "maxItems": 20,
        "items": {
            "type": "object",
            "properties": {
                "port": {
                    "title": "Port",
                    "description": "The exit to take; `error` and `expired` are taken.",
                    "type": "string",
                    "minLength": 1,
                    "pattern": "^(?!(error|expired)$)",
                },
                "label": {"title": "Label", "description": "What the button says; the port if left out.", "type": "string"},
                "style": {"title": "Style", "description": "How the button looks.", "enum": list(STYLES), "default": "plain"},
            },
            "required": ["port"],
            "additionalProperties": False,
        },
    },
    "required": {
        "title": "Required",
        "description": "How many people must choose the same outcome; each counts once.",
        "type": "integer",
        "minimum": 1,
        "maximum": MOST_PEOPLE,
        "default": 1,
    },
    "reject_after": {
        "title": "Reject after",
        "description": "How many rejections are enough for `rejected`.",
        "type": "integer",
        "minimum": 1,
        "maximum": MOST_PEOPLE,
        "default": 1,
    },
    "not_by_starter": {
        "title": "Not by the starter",
        "description": "Whoever started the execution may not decide; starting one by hand then needs a name.",
        "type": "boolean",
        "default": False,
    },
}


def request_of(config: Mapping[str, Any], path: str, *, notices: tuple[ApprovalNotice, ...] = ()) -> ApprovalRequest:
    """What is asked. `path` is that of the config, with a dot at its end, for what cannot be asked."""
    form = config.get("form")
    _check_form(form, path)
    assignees, groups = _names(config.get("assignees")), _names(config.get("groups"))
    rules = rules_of(config, path)
    _check_people(assignees, groups, rules.required, path)
    return ApprovalRequest(
        title=str(config["title"]),
        body=str(config.get("body") or ""),
        form=form,
        assignees=assignees,
        groups=groups,
        payload=_payload(config.get("payload"), f"{path}payload"),
        rules=rules,
        notices=notices,
        notify=config.get("notify"),
    )


def wrong_request(config: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """What `request_of` refuses of the fields that are written out."""
    fields = ("form", "assignees", "groups", "outcomes", "required", "reject_after")
    written = {key for key in fields if is_literal(config.get(key))}
    if "form" in written:
        yield from refusals(lambda: _check_form(config.get("form"), path))
    if {"outcomes", "required", "reject_after"} <= written:
        yield from refusals(lambda: rules_of(config, path))
    if {"assignees", "groups", "required"} <= written:
        assignees, groups = _names(config.get("assignees")), _names(config.get("groups"))
        yield from refusals(lambda: _check_people(assignees, groups, _number(config, "required", path), path))


def _check_form(form: Any, path: str) -> None:
    if form and (findings := check_schema(form, path=f"{path}form")):
        refuse_config(findings[0].path, findings[0].message)


def _check_people(assignees: tuple[str, ...], groups: tuple[str, ...], required: int, path: str) -> None:
    if assignees and not groups and required > len(set(assignees)):
        refuse_config(f"{path}required", f"{required} people must agree, and only {len(set(assignees))} are asked")


def rules_of(config: Mapping[str, Any], path: str) -> ApprovalRules:
    outcomes = tuple(_outcome(each) for each in config.get(OUTCOMES) or ()) or YES_OR_NO
    ports = [outcome.port for outcome in outcomes]
    taken = next((port for index, port in enumerate(ports) if port in ("error", EXPIRED, *ports[:index])), None)
    if taken is not None:
        refuse_config(f"{path}outcomes", f"the port {taken!r} is taken; give each outcome a port of its own")
    if config.get("reject_after", 1) != 1 and REJECTED not in ports:
        refuse_config(f"{path}reject_after", "there is no outcome `rejected`; add it to the outcomes or leave this out")
    return ApprovalRules(
        outcomes=outcomes,
        required=_number(config, "required", path),
        reject_after=_number(config, "reject_after", path),
        not_by_starter=bool(config.get("not_by_starter")),
    )


def _number(config: Mapping[str, Any], field: str, path: str) -> int:
    """A count of people; a template may have made it anything."""
    value = config.get(field)
    if value is None:
        return 1
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_PEOPLE:
        refuse_config(f"{path}{field}", f"must be a whole number from 1 to {MOST_PEOPLE}")
    return value


def _names(value: Any) -> tuple[str, ...]:
    """Names; one alone is a list of one."""
    return (value,) if isinstance(value, str) else tuple(str(name) for name in value or ())


def _outcome(entry: Mapping[str, Any]) -> Outcome:
    port = str(entry["port"])
    return Outcome(port, str(entry.get("label") or port), str(entry.get("style") or "plain"))


def _payload(payload: Any, path: str) -> Any:
    try:
        encode(payload, limit=SIGNAL_LIMIT, name="payload")
    except (LimitExceededError, UnstorableValueError) as error:
        refuse_config(path, str(error))
    return payload
