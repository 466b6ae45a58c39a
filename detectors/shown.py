"""A home's status: as it follows from its detectors, and as its snapshot keeps what was shown of it last, so that a
restart tells nothing twice.
"""

from dataclasses import astuple, replace
from datetime import datetime
from typing import Any, Final

from core.concerns import Concern, ConcernKind, Fact
from core.faults import FaultCause
from core.states import Company, HomeStatus, Presence, Visibility
from detectors.company import Company as HomeCompany
from detectors.instants import NEVER, instant, instant_or_none, seconds
from detectors.presence import HomePresence
from detectors.silence import Silence
from detectors.visibility import HomeVisibility

_OF_PEOPLE: Final = frozenset({
    ConcernKind.SILENCE, ConcernKind.NOT_UP, ConcernKind.BATHROOM, ConcernKind.NIGHT_OUT, ConcernKind.NO_MEAL,
    ConcernKind.RESTLESS, ConcernKind.WANDERING, ConcernKind.EXPECTED,
})  # fmt: skip
"""What is said of the resident by signs of life, which may be another's."""


def status_of(
    home: str,
    before: HomeStatus,
    presences: HomePresence,
    visibility: HomeVisibility,
    silence: Silence,
    company: Company | None,
    now: datetime,
) -> HomeStatus:
    """What is believed at `now`; `before`: what was shown last, and is again where it is still so."""
    t = seconds(now)
    presence, view, last = presences.told(t), visibility.view_unheard(t), instant_or_none(silence.last)
    overdue = instant_or_none(presences.overdue_from(t)) if presence is Presence.OUT else None
    if (
        presence is before.presence
        and view.state is before.visibility
        and view.reason == before.visibility_reason
        and last == before.last_sign_at
        and (silence.room, silence.device) == (before.last_sign_room, before.last_sign_device)
        and silence.routine.days == before.learned_days
        and (company, overdue) == (before.company, before.overdue_since)
    ):
        return before
    since = presences.since_when(presence, t)
    changed_at = instant_or_none(t if since == NEVER else since)
    return HomeStatus(
        home=home,
        presence=presence,
        presence_since=before.presence_since if presence is before.presence else changed_at,
        visibility=view.state,
        visibility_since=before.visibility_since if view.state is before.visibility else now,
        visibility_reason=view.reason,
        last_sign_at=last,
        last_sign_room=silence.room,
        last_sign_device=silence.device,
        learned_days=silence.routine.days,
        company=company,
        overdue_since=overdue,
    )


def unseen(status: HomeStatus, before: HomeStatus, now: datetime) -> HomeStatus:
    """Where watching itself has failed, nobody knows how they are."""
    since = before.visibility_since if before.visibility is Visibility.BLIND else now
    reason = FaultCause.WATCH_FAILED.value
    return replace(status, visibility=Visibility.BLIND, visibility_since=since, visibility_reason=reason, company=None)


def beside(concern: Concern, company: HomeCompany) -> Concern:
    """A concern with what to know of company: what was sensed of the resident may have been somebody else."""
    if concern.kind not in _OF_PEOPLE or (found := company.during(seconds(concern.since), seconds(concern.at))) is None:
        return concern
    since, until = found
    facts = [Fact("company_since", instant(since).isoformat(), "time")]
    if until is not None:
        facts.append(Fact("company_until", instant(until).isoformat(), "time"))
    return replace(concern, facts=(*concern.facts, *facts))


def to_json(shown: HomeStatus) -> list[Any]:
    """What does not follow from the detectors."""
    return [
        shown.presence.value,
        _iso(shown.presence_since),
        shown.visibility.value,
        _iso(shown.visibility_since),
        shown.visibility_reason,
        None if shown.company is None else [_iso(shown.company.since), *astuple(shown.company)[1:]],
        _iso(shown.overdue_since),
    ]


def from_json(home: str, silence: Silence, shown: list[Any]) -> HomeStatus:
    """With the last sign of life that `silence` has been restored to."""
    presence, presence_since, visibility, visibility_since, reason, *more = shown
    return HomeStatus(
        home,
        Presence(presence),
        _instant(presence_since),
        Visibility(visibility),
        _instant(visibility_since),
        reason,
        instant_or_none(silence.last),
        silence.room,
        silence.device,
        silence.routine.days,
        _company(*more[:1]),
        _instant(*more[1:]),
    )


def _company(kept: list[Any] | None = None) -> Company | None:
    """Earlier snapshots had nothing to say of it."""
    return None if kept is None else Company(datetime.fromisoformat(kept[0]), *kept[1:])


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _instant(text: str | None = None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
