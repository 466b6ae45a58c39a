"""The daily word to family. What is told beyond "well" or "being checked" is what the resident agrees to."""

from dataclasses import dataclass
from datetime import datetime

from alerts.wording import terms
from alerts.wording.catalogue import say
from alerts.wording.messages import Text
from core.alerts import Outcome
from core.family import Scope
from core.people import Language
from core.places import Home
from core.reassurance import FamilyState
from core.states import HomeStatus


@dataclass(frozen=True, slots=True)
class DayBefore:
    """`checks`: alerts that were closed in the day before, in which somebody else than the resident was asked.

    `last`: how the newest of them ended.
    """

    checks: int = 0
    last: Outcome | None = None


def digest(
    state: FamilyState,
    home: Home,
    language: Language,
    *,
    now: datetime,
    scope: Scope,
    status: HomeStatus,
    before: DayBefore,
    repeat: bool = False,
) -> Text:
    """The words for one home as it stands at `now`."""
    resident = home.resident or say(language, "message.the_resident")
    places = {"resident": resident, "time": terms.clock_time(now, home.zone)}
    title = say(language, f"digest.title_{state.value}", **places)
    body = [say(language, f"digest.body_{state.value}", **places)]
    if state is FamilyState.WELL:
        body += _more(home, language, scope=scope, status=status, before=before)
    return Text(say(language, "message.repeat", title=title) if repeat else title, "".join(body))


def _more(home: Home, language: Language, *, scope: Scope, status: HomeStatus, before: DayBefore) -> list[str]:
    more: list[str] = []
    if before.checks and before.last is not None:
        key = "checked_why" if scope.holds(Scope.REASON) else "checked"
        outcome = terms.outcome(before.last, language)
        more.append(say(language, f"digest.{key}", count=before.checks, outcome=outcome))
    if scope.holds(Scope.DAY) and status.last_sign_at is not None:
        when = terms.dated_time(status.last_sign_at, language, home.zone)
        room = "" if status.last_sign_room is None else terms.room(status.last_sign_room, language)
        more.append(say(language, "digest.last_sign" if room else "digest.last_sign_somewhere", time=when, room=room))
    return more
