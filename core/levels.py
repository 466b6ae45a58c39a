"""Entering a level: whom it asks, what is written when somebody cannot be asked, and the messages that are owed.

The mechanics under the moves of `escalation`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeAlias

from core.alerts import Alert, Entry, EntryKind, Handling, Purpose, Recipient, Send, Timer, TimerKind
from core.policies import Asking, Level, Policy, Whom

Reach: TypeAlias = Mapping[Whom, Sequence[Recipient]]

_NEVER = datetime.min.replace(tzinfo=UTC)
NO_ROUTE = "no_route"  # the reason of a NOT_SENT line: we know the person and no way to reach them
BESIDE = "beside"  # of the same level as who is asked, and told of it


@dataclass(frozen=True, slots=True)
class Entered:
    """Where a climb came to rest."""

    alert: Alert
    timer: Timer
    entries: tuple[Entry, ...]
    sends: tuple[Send, ...]


def enter(alert: Alert, *, level: int, round_: int, reach: Reach, now: datetime) -> Entered:
    """Enter a level: it sends, or records that nobody can be asked and moves on at once.

    Above the last level there is nothing: when nobody is in it, the nearest level below that has somebody is asked in
    its place. LEVEL_ENTERED's detail: `level`, `round`, `targets` (really asked), `people` (ids), `until`, `stand_in`,
    and `beside` (ids) where others are told of it.
    NO_RECIPIENT's: `level`, `targets`. NOT_SENT's: `level`, `person`, `name`, `target`, `reason`.
    """
    entries: list[Entry] = []
    while True:
        rung = alert.policy.levels[level]
        asked = chosen(rung, reach)
        entries += _not_asked(alert, rung.targets, reach, level, now)
        if not asked:
            detail = {"level": level, "targets": [t.value for t in rung.targets]}
            entries.append(Entry(alert.id, now, EntryKind.NO_RECIPIENT, alert.fence, detail=detail))
        if asked or level == alert.policy.last:
            break
        level += 1
    targets, people = (rung.targets, asked) if asked else _stand_ins(alert.policy, reach)
    until = now + rung.patience
    detail = {
        "level": level,
        "round": round_,
        "targets": [t.value for t in targets],
        "people": [r.person for r in people],
        "until": until.isoformat(),
        "stand_in": targets != rung.targets,
    }
    beside = _beside(targets, reach, already=(*alert.told, *(r.person for r in people)))
    if beside:
        detail["beside"] = [r.person for r in beside]
    entries.append(Entry(alert.id, now, EntryKind.LEVEL_ENTERED, alert.fence, detail=detail))
    told = tuple(dict.fromkeys((*alert.told, *(r.person for r in (*people, *beside)))))
    entered = replace(alert, level=level, round=round_, told=told)
    sends = tuple(owed(entered, r, Purpose.ASK, EntryKind.LEVEL_ENTERED, now) for r in people)
    sends += tuple(owed(entered, r, Purpose.INFORM, EntryKind.LEVEL_ENTERED, now) for r in beside)
    return Entered(entered, Timer(alert.id, TimerKind.LEVEL, until, alert.fence), tuple(entries), sends)


def raised(alert: Alert) -> Alert:
    """The same alert after one more move: what was armed or shown before is stale."""
    return replace(alert, fence=alert.fence + 1)


def settled(alert: Alert) -> Alert:
    """Raised, and neither being handed over nor put off any more."""
    return replace(raised(alert), handed_to=None, accept_by=None, snoozed_until=None)


def unheld(alert: Alert) -> Alert:
    """Settled, in nobody's hands, and waiting for somebody."""
    return replace(
        settled(alert),
        handling=Handling.TRIGGERED,
        taken_by=None,
        taken_at=None,
        arrived_by=None,
        arrived_at=None,
    )


def chosen(rung: Level, reach: Reach) -> tuple[Recipient, ...]:
    """Whom this level asks of those who can be reached, with the ways that it tries first."""
    able = reachable(rung.targets, reach)
    match rung.asking:
        case Asking.ROUND_ROBIN:
            able = tuple(sorted(able, key=lambda r: r.asked_at or _NEVER)[:1])
        case Asking.NEAREST:
            nearest = min((r.distance for r in able), default=0)
            able = tuple(r for r in able if r.distance == nearest)
        case Asking.ALL:
            pass
    return tuple(_preferring(r, rung.ways) for r in able) if rung.ways else able


def _preferring(recipient: Recipient, ways: Sequence[str]) -> Recipient:
    """No way is left out: those named come first, in that order."""
    order = {way: n for n, way in enumerate(ways)}
    ladder = sorted(recipient.ladder, key=lambda route: order.get(route.channel, len(order)))
    return replace(recipient, ladder=tuple(ladder))


def reachable(targets: Iterable[Whom], reach: Reach) -> tuple[Recipient, ...]:
    """The people of these targets who have any way to be reached, each once, in the order in which they are asked."""
    found: dict[str, Recipient] = {}
    for target in targets:
        for recipient in reach.get(target, ()):
            if recipient.ladder and not recipient.spared:
                found.setdefault(recipient.person, recipient)
    return tuple(found.values())


def _beside(targets: Iterable[Whom], reach: Reach, *, already: Collection[str]) -> tuple[Recipient, ...]:
    """Who is only told that others of these targets are asked, and has heard nothing yet."""
    told = (r for target in targets for r in reach.get(target, ()) if r.ladder and r.spared == BESIDE)
    return tuple(r for r in told if r.person not in already)


def inform(
    alert: Alert, event: EntryKind, audience: Iterable[Recipient], *, actor: str, now: datetime
) -> tuple[Send, ...]:
    """What is owed to those who were asked before: how it stands now. Whoever did it knows already."""
    told = {r.person: r for r in audience if r.person != actor and r.ladder}
    return tuple(owed(alert, recipient, Purpose.INFORM, event, now) for recipient in told.values())


def same_level(policy: Policy, asking: Sequence[Whom], level: int) -> int:
    """The level of this policy that asks the same people; where there is none, the one equally far up."""
    alike = (i for i, rung in enumerate(policy.levels) if set(rung.targets) & set(asking))
    return next(alike, min(level, policy.last))


def _stand_ins(policy: Policy, reach: Reach) -> tuple[tuple[Whom, ...], tuple[Recipient, ...]]:
    below = ((rung.targets, chosen(rung, reach)) for rung in reversed(policy.levels[:-1]))
    return next(((targets, people) for targets, people in below if people), (policy.levels[-1].targets, ()))


def _not_asked(alert: Alert, targets: Iterable[Whom], reach: Reach, level: int, now: datetime) -> tuple[Entry, ...]:
    found = {r.person: r for target in targets for r in reach.get(target, ())}
    return tuple(
        Entry(
            alert.id,
            now,
            EntryKind.NOT_SENT,
            alert.fence,
            detail={
                "level": level,
                "person": r.person,
                "name": r.name,
                "target": r.target.value,
                "reason": r.spared if r.spared not in {"", BESIDE} else NO_ROUTE,
            },
        )
        for r in found.values()
        if not r.ladder or r.spared not in {"", BESIDE}
    )


def owed(alert: Alert, to: Recipient, purpose: Purpose, event: EntryKind, now: datetime) -> Send:
    """A message to one person, about the alert as it is after this move."""
    return Send(
        id=f"{alert.id}.{alert.fence}.{to.person}",
        alert=alert.id,
        fence=alert.fence,
        level=alert.level,
        round=alert.round,
        person=to.person,
        name=to.name,
        target=to.target,
        purpose=purpose,
        event=event,
        language=to.language,
        ladder=to.ladder,
        created_at=now,
    )
