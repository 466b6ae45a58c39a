"""Single words and spans of time: every enum that people read, durations, and times on a home's own clock."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo

from alerts.wording.catalogue import knows, say
from core.alerts import Condition, Found, Handling, Outcome, Refusal
from core.concerns import ConcernKind, Severity
from core.delivery import Settlement
from core.outcomes import Access
from core.people import Language
from core.places import Room
from core.policies import Named, Target, Whom

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def kind(value: ConcernKind, language: Language) -> str:
    return say(language, f"kind.{value.value}")


def severity(value: Severity, language: Language) -> str:
    return say(language, f"severity.{value.value}")


def outcome(value: Outcome, language: Language) -> str:
    return say(language, f"outcome.{value.value}")


def outcome_means(value: Outcome, language: Language) -> str:
    """When to choose it, in one or two sentences."""
    return say(language, f"outcome_means.{value.value}")


def access(value: Access, language: Language) -> str:
    return say(language, f"access.{value.value}")


def handling(value: Handling, language: Language) -> str:
    return say(language, f"handling.{value.value}")


def condition(value: Condition, language: Language) -> str:
    return say(language, f"condition.{value.value}")


def room(value: Room, language: Language) -> str:
    return say(language, f"room.{value.value}")


def target(value: Target, language: Language) -> str:
    return say(language, f"target.{value.value}")


def whom(value: Whom, language: Language, names: Mapping[str, str]) -> str:
    """A role by what it is, somebody who is named by their name."""
    return names.get(value.person, value.person) if isinstance(value, Named) else target(value, language)


def settlement(value: Settlement, language: Language) -> str:
    return say(language, f"settlement.{value.value}")


def found(value: Found, language: Language) -> str:
    return say(language, f"found.{value.value}")


def refusal(value: Refusal, language: Language) -> str:
    """Why a button did nothing, and what to do next."""
    return say(language, f"refusal.{value.value}")


def channel(name: str, language: Language) -> str:
    """A channel that an operator added keeps its own name."""
    key = f"channel.{name}"
    return say(language, key) if knows(language, key) else name


def not_sent(reason: str, language: Language) -> str:
    key = f"not_sent.{reason}"
    return say(language, key) if knows(language, key) else reason


def how_to_answer(by: str, target: Target, language: Language) -> str:
    """How one answers by `text` or by `key`, in one sentence that stands at the end of a message."""
    whom = "resident" if target is Target.RESIDENT else "responder"
    return say(language, f"how.{by}_{whom}")


def listed(names: Iterable[str], language: Language) -> str:
    return say(language, "list.between").join(names)


def duration(span: timedelta | float, language: Language) -> str:
    """A span, or seconds, as people say it: "5 h 12 min", "5小时12分". Rounded down; below zero is zero."""
    total = int(max(0.0, span.total_seconds() if isinstance(span, timedelta) else span))
    days, hours, minutes = total // _DAY, total // _HOUR, total % _HOUR // _MINUTE
    if total < _MINUTE:
        return say(language, "time.seconds", seconds=total)
    if total < _HOUR:
        return say(language, "time.minutes", minutes=minutes)
    if days < 2:  # noqa: PLR2004 - up to two days people count in hours
        key = "time.hours_minutes" if minutes else "time.hours"
        return say(language, key, hours=hours, minutes=minutes)
    key = "time.days_hours" if hours % 24 else "time.days"
    return say(language, key, days=days, hours=hours % 24)


def clock_time(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%H:%M}"


def date_of(instant: datetime, language: Language, zone: tzinfo) -> str:
    """The day on the home's own calendar: "11月24日", "24 Nov"."""
    local = instant.astimezone(zone)
    return say(language, "time.date", month=local.month, month_name=f"{local:%b}", day=local.day)


def dated_time(instant: datetime, language: Language, zone: tzinfo, *, year: bool = False) -> str:
    """Day and time on the home's own clock: "11月24日09:02", "24 Nov 09:02"; with the year where that is not clear."""
    local = instant.astimezone(zone)
    return say(
        language,
        "time.with_year" if year else "time.with_date",
        year=local.year,
        month=local.month,
        month_name=f"{local:%b}",
        day=local.day,
        clock=f"{local:%H:%M}",
    )
