"""Everything that a page says, in one language, one zone and at one instant: what templates speak through.

Sentences about alerts come from `alerts.wording`; the pages' furniture from their own catalogue.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from alerts import wording
from alerts.wording.terms import not_sent
from api.i18n.catalogue import Catalogue
from core.alerts import Alert, Condition, Entry, Found, Handling, Outcome
from core.concerns import ConcernKind, Fact, Severity
from core.delivery import Delivery, SendState, Settlement
from core.outcomes import BY_PEOPLE, Access, Need, need
from core.people import Language
from core.places import Room
from core.policies import Whom
from core.readings import UNITS, Kind, Value

_DEVICE_FACTS = {
    "silent_for": "tickets.silent_for",
    "battery": "tickets.battery",
    "refused": "tickets.refused",
    "waiting_mb": "tickets.waiting_mb",
    "waiting_most_mb": "tickets.waiting_most_mb",
    "open_share": "tickets.open_share",
    "never_cleared_for": "tickets.never_cleared_for",
    "peak_power": "tickets.peak_power",
}
"""How a fact about a device is said."""


@dataclass(frozen=True, slots=True)
class Words:
    """`zone_name` is the IANA name, for the page's script; `now` is the clock's; `names` are people's by id."""

    language: Language
    zone: tzinfo
    zone_name: str
    now: datetime
    t: Catalogue
    names: Mapping[str, str]

    def title(self, alert: Alert) -> str:
        return wording.concern_title(alert, self.language)

    def also(self, alert: Alert) -> str:
        """What else it is for; nothing for one concern alone."""
        return wording.also(alert, self.language)

    def fact(self, fact: Fact) -> str:
        return wording.fact(fact, self.language, self.zone)

    def device_fact(self, fact: Fact) -> str:
        """A fact about a device: its silence is no missing sign of life."""
        key = _DEVICE_FACTS.get(fact.name)
        if key is None:
            return self.fact(fact)
        if fact.unit == "s":
            return self.t(key, span=wording.duration(float(fact.value), self.language))
        return self.t(key, n=f"{float(fact.value):.3g}" if fact.name == "peak_power" else f"{float(fact.value):.0f}")

    def entry(self, entry: Entry, names: Mapping[str, str]) -> str:
        return wording.entry(entry, names, self.language, self.zone)

    def severity(self, severity: Severity) -> str:
        return wording.severity(severity, self.language)

    def kind(self, kind: ConcernKind) -> str:
        return wording.kind(kind, self.language)

    def found(self, found: Found) -> str:
        return wording.found(found, self.language)

    def outcome(self, outcome: Outcome) -> str:
        return wording.outcome(outcome, self.language)

    def outcomes(self, among: Iterable[Outcome] = BY_PEOPLE) -> dict[Need, list[tuple[Outcome, str, str]]]:
        """What may be chosen, by what it counts as: each with its word and its definition."""
        grouped: dict[Need, list[tuple[Outcome, str, str]]] = {}
        for each in among:
            told = (each, self.outcome(each), wording.outcome_means(each, self.language))
            grouped.setdefault(need(each), []).append(told)
        return grouped

    def accesses(self) -> list[tuple[Access, str]]:
        return [(each, wording.access(each, self.language)) for each in Access]

    def room(self, room: Room) -> str:
        return wording.room(room, self.language)

    def handling(self, handling: Handling) -> str:
        return wording.handling(handling, self.language)

    def condition(self, condition: Condition) -> str:
        return wording.condition(condition, self.language)

    def settlement(self, settlement: Settlement) -> str:
        return wording.settlement(settlement, self.language)

    def targets(self, targets: Iterable[Whom]) -> str:
        return self.listed(wording.whom(target, self.language, self.names) for target in targets)

    def named(self, people: Iterable[str | None]) -> str:
        """People by id, as they are called."""
        return self.listed(self.names.get(person, person) for person in people if person is not None)

    def listed(self, names: Iterable[str]) -> str:
        return wording.listed(names, self.language)

    def span(self, since: datetime, until: datetime | None = None) -> str:
        """How long from one instant to another, or until now."""
        return wording.duration((until or self.now) - since, self.language)

    def minutes(self, minutes: int) -> str:
        return wording.duration(minutes * 60, self.language)

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone)

    def when(self, instant: datetime) -> str:
        """The wall clock's time; with the date on another day than today, and the year where it is another."""
        if self.local(instant).date() == self.local(self.now).date():
            return wording.clock_time(instant, self.zone)
        year = self.local(instant).year != self.local(self.now).year
        return wording.dated_time(instant, self.language, self.zone, year=year)

    def left(self, due: datetime) -> str:
        """How soon a timer is due, or how long it has been."""
        if due > self.now:
            return self.t("alert.left", span=self.span(self.now, due))
        return self.t("alert.overdue", span=self.span(due))

    def ago(self, instant: datetime) -> str:
        return self.t("app.ago", span=self.span(instant))

    def channels(self, kinds: Iterable[str]) -> str:
        """In the order in which they are tried."""
        return self.t("list.then").join(self.channel(kind) for kind in kinds)

    def channel(self, kind: str) -> str:
        return wording.channel(kind, self.language)

    def unsent(self, delivery: Delivery) -> str:
        """Why no try has been made yet: it waits, or a decision not to send."""
        if delivery.state is SendState.QUEUED:
            at = delivery.next_attempt_at
            return self.t("alert.waiting_to_send" if at is None else "alert.next_try", time=self.when(at or self.now))
        return not_sent(delivery.reason, self.language) or self.t(f"send_state.{delivery.state}")

    def reading(self, kind: Kind, value: Value) -> str:
        """A reading in short: "door open", "battery 87 %"."""
        word = self.t(f"sort.{kind}")
        if isinstance(value, bool):
            return f"{word} {self.t('worth.yes' if value else 'worth.no')}"
        if isinstance(value, str):
            key = f"worth.{value}"
            return f"{word} {self.t(key) if key in self.t else value}"
        return f"{word} {value:g} {UNITS.get(kind, '')}".rstrip()

    def word(self, kind: str, said: str) -> str:
        """The last word of a device, as its status keeps it: kind and value as text."""
        match said:
            case "True" | "False":
                return self.reading(Kind(kind), said == "True")
            case _:
                try:
                    return self.reading(Kind(kind), float(said))
                except ValueError:
                    return self.reading(Kind(kind), said)

    def date(self, instant: datetime) -> str:
        """A day in the future, for planning: "2027-03-14"."""
        return self.local(instant).date().isoformat()

    def seconds(self, instant: datetime) -> str:
        """To the second; with the date on another day than today."""
        local = self.local(instant)
        today = local.date() == self.local(self.now).date()
        return f"{local:%H:%M:%S}" if today else f"{local:%Y-%m-%d %H:%M:%S}"

    def look(self, what: str) -> str:
        """What somebody looked at: the first word of a look says its kind."""
        kind = what.split(" ", maxsplit=1)[0]
        return self.t(f"look.{kind}") if f"look.{kind}" in self.t else what

    def reason(self, cause: str) -> str:
        """Why a home cannot be seen, as far as it is known."""
        return self.t(f"cause.{cause}") if f"cause.{cause}" in self.t else cause or self.t("cause.silent")
