"""Alerts, entries, timers and sends as rows, and back. Every field is kept exactly."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from core.alerts import (
    Alert,
    Condition,
    Entry,
    EntryKind,
    Handling,
    Outcome,
    Part,
    Purpose,
    Send,
    Timer,
    TimerKind,
)
from core.concerns import ConcernKind, Fact, Severity
from core.delivery import Attempt, SendState, Settlement
from core.people import Language, Route
from core.places import Room
from core.policies import Policy, Target
from storage.columns import from_microseconds, to_microseconds

AnyRow = Row[Any]


def facts_to_json(facts: tuple[Fact, ...]) -> list[list[Any]]:
    return [[fact.name, fact.value, fact.unit] for fact in facts]


def facts_of(data: list[list[Any]]) -> tuple[Fact, ...]:
    return tuple(Fact(name, value, unit) for name, value, unit in data)


def routes_to_json(routes: tuple[Route, ...]) -> list[list[str]]:
    return [[route.channel, route.address] for route in routes]


def routes_of(data: list[list[str]]) -> tuple[Route, ...]:
    return tuple(Route(channel, address) for channel, address in data)


def parts_to_json(parts: tuple[Part, ...]) -> list[list[Any]]:
    return [[p.kind.value, p.severity.value, p.episode, to_microseconds(p.since)] for p in parts]


def parts_of(data: list[list[Any]]) -> tuple[Part, ...]:
    return tuple(
        Part(ConcernKind(kind), Severity(severity), episode, from_microseconds(since))
        for kind, severity, episode, since in data
    )


def alert_values(alert: Alert) -> dict[str, Any]:
    """The row of an alert, whole."""
    return {
        "id": alert.id,
        "key": alert.key,
        "episode": alert.episode,
        "home": alert.home,
        "area": alert.area,
        "opened_at": alert.opened_at,
        "predecessor": alert.predecessor,
        "condition": alert.condition.value,
        **purpose_values(alert),
        **standing_values(alert),
    }


def purpose_values(alert: Alert) -> dict[str, Any]:
    """What the alert is for."""
    return {
        "kind": alert.kind.value,
        "severity": alert.severity.value,
        "policy": alert.policy.to_json(),
        "since": alert.since,
        "facts": facts_to_json(alert.facts),
        "place": alert.place.value if alert.place else None,
        "joined": parts_to_json(alert.joined),
    }


def standing_values(alert: Alert) -> dict[str, Any]:
    """How it stands with the people. `timer` names the armed timer, which an open alert has and a closed one not."""
    return {
        "handling": alert.handling.value,
        "level": alert.level,
        "round": alert.round,
        "fence": alert.fence,
        "taken_by": alert.taken_by,
        "taken_at": alert.taken_at,
        "arrived_by": alert.arrived_by,
        "arrived_at": alert.arrived_at,
        "closed_by": alert.closed_by,
        "closed_at": alert.closed_at,
        "outcome": alert.outcome.value if alert.outcome else None,
        "note": alert.note,
        "told": list(alert.told),
        "handed_to": alert.handed_to,
        "accept_by": alert.accept_by,
        "snoozed_until": alert.snoozed_until,
        "timer": alert.id if alert.is_open else None,
    }


PURPOSE = (
    "kind",
    "severity",
    "policy",
    "since",
    "facts",
    "place",
    "joined",
)
STANDING = (
    "handling",
    "level",
    "round",
    "fence",
    "taken_by",
    "taken_at",
    "arrived_by",
    "arrived_at",
    "closed_by",
    "closed_at",
    "outcome",
    "note",
    "told",
    "handed_to",
    "accept_by",
    "snoozed_until",
    "timer",
)
"""The columns of each."""


_POLICIES: dict[tuple[str, int], tuple[Mapping[str, Any], Policy]] = {}
_MOST_POLICIES = 1_000


def _policy_of(data: Mapping[str, Any]) -> Policy:
    """Alerts share a few policies: one that was read before is not built again. Safe from several threads, for whoever
    comes second builds the same.
    """
    key = str(data["name"]), int(data["version"])
    known = _POLICIES.get(key)
    if known is not None and known[0] == data:
        return known[1]
    made = Policy.from_json(data)
    if len(_POLICIES) >= _MOST_POLICIES:
        _POLICIES.clear()
    _POLICIES[key] = data, made
    return made


def alert_of(row: AnyRow) -> Alert:
    return Alert(
        id=row.id,
        key=row.key,
        episode=row.episode,
        home=row.home,
        area=row.area,
        kind=ConcernKind(row.kind),
        severity=Severity(row.severity),
        policy=_policy_of(row.policy),
        opened_at=row.opened_at,
        since=row.since,
        facts=facts_of(row.facts),
        place=Room(row.place) if row.place else None,
        handling=Handling(row.handling),
        condition=Condition(row.condition),
        level=row.level,
        round=row.round,
        fence=row.fence,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        arrived_by=row.arrived_by,
        arrived_at=row.arrived_at,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        note=row.note,
        told=tuple(row.told),
        predecessor=row.predecessor,
        handed_to=row.handed_to,
        accept_by=row.accept_by,
        snoozed_until=row.snoozed_until,
        joined=parts_of(row.joined),
    )


def timer_values(timer: Timer) -> dict[str, Any]:
    return {"alert": timer.alert, "kind": timer.kind.value, "due_at": timer.due_at, "fence": timer.fence}


def timer_of(row: AnyRow) -> Timer:
    return Timer(row.alert, TimerKind(row.kind), row.due_at, row.fence)


def entry_values(entry: Entry) -> dict[str, Any]:
    return {
        "alert": entry.alert,
        "at": entry.at,
        "kind": entry.kind.value,
        "fence": entry.fence,
        "actor": entry.actor,
        "detail": entry.detail,
    }


def entry_of(row: AnyRow) -> Entry:
    return Entry(row.alert, row.at, EntryKind(row.kind), row.fence, row.actor, row.detail)


def send_values(send: Send) -> dict[str, Any]:
    """The row of a send that has not been tried yet, and may be at once."""
    return {
        "id": send.id,
        "alert": send.alert,
        "fence": send.fence,
        "level": send.level,
        "round": send.round,
        "person": send.person,
        "name": send.name,
        "target": send.target.value,
        "purpose": send.purpose.value,
        "event": send.event.value,
        "language": send.language.value,
        "ladder": routes_to_json(send.ladder),
        "created_at": send.created_at,
        "state": SendState.QUEUED.value,
        "rung": 0,
        "attempts": 0,
        "next_attempt_at": send.created_at,
        "lease": None,
        "unheard": False,
        "reason": "",
    }


def send_of(row: AnyRow) -> Send:
    return Send(
        id=row.id,
        alert=row.alert,
        fence=row.fence,
        level=row.level,
        round=row.round,
        person=row.person,
        name=row.name,
        target=Target(row.target),
        purpose=Purpose(row.purpose),
        event=EntryKind(row.event),
        language=Language(row.language),
        ladder=routes_of(row.ladder),
        created_at=row.created_at,
    )


def attempt_values(attempt: Attempt, *, held: bool) -> Mapping[str, Any]:
    return {
        "send": attempt.send,
        "number": attempt.number,
        "at": attempt.at,
        "channel": attempt.channel,
        "address": attempt.address,
        "settlement": attempt.settlement.value,
        "said": attempt.said,
        "provider_id": attempt.provider_id,
        "repeat": attempt.repeat,
        "held": held,
    }


def attempt_of(row: AnyRow) -> Attempt:
    return Attempt(
        send=row.send,
        number=row.number,
        at=row.at,
        channel=row.channel,
        address=row.address,
        settlement=Settlement(row.settlement),
        said=row.said,
        provider_id=row.provider_id,
        repeat=row.repeat,
    )
