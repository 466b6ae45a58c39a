"""Family as they wish and as the resident agrees: whom a level asks, who is told beside them, and who hears later."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.alerts import Alert, EntryKind, Recipient
from core.family import Families, Hears, Scope
from core.levels import BESIDE

PAUSED, LATER, NO_CONSENT = "paused", "later", "no_consent"
"""Why somebody of the family is not asked."""

_HEARS_OF = {
    EntryKind.ACKNOWLEDGED: frozenset({Hears.WHEN_TAKEN}),
    EntryKind.CLOSED: frozenset({Hears.WHEN_TAKEN, Hears.AT_OUTCOME}),
}


def asked(kin: Sequence[Recipient], families: Families, home: str, now: datetime) -> tuple[Recipient, ...]:
    """The same people, each with why they are not asked; where some take responsibility, the others are told beside."""
    if families.is_silent_of(home):
        return tuple(kin)
    judged = tuple(replace(r, spared=_why_spared(families, home, r.person, now)) for r in kin)
    willing = [r for r in judged if r.ladder and not r.spared]
    responsible = {r.person for r in willing if families.wish(home, r.person).responsible}
    if not responsible:
        return judged
    return tuple(r if r.spared or r.person in responsible else replace(r, spared=BESIDE) for r in judged)


def in_need(kin: Sequence[Recipient], families: Families, home: str) -> tuple[Recipient, ...]:
    """The same people where nobody else at all can be asked: only consent still counts."""
    barred = (families.scope(home, r.person) is Scope.NOTHING for r in kin)
    return tuple(replace(r, spared=NO_CONSENT if is_barred else "") for r, is_barred in zip(kin, barred, strict=True))


def _why_spared(families: Families, home: str, person: str, now: datetime) -> str:
    wish = families.wish(home, person)
    if families.scope(home, person) is Scope.NOTHING:
        return NO_CONSENT
    if wish.is_paused(now):
        return PAUSED
    return "" if wish.hears is Hears.AT_ONCE else LATER


def may_hear(families: Families, home: str, person: str, now: datetime) -> bool:
    return families.scope(home, person) is not Scope.NOTHING and not families.wish(home, person).is_paused(now)


def hear_of(
    event: EntryKind, alert: Alert, kin: Sequence[Recipient], families: Families, now: datetime
) -> tuple[Recipient, ...]:
    """Those of these who wish to hear of this."""
    wanted = _HEARS_OF.get(event, frozenset())
    return tuple(
        r
        for r in kin
        if families.wish(alert.home, r.person).hears in wanted and may_hear(families, alert.home, r.person, now)
    )
