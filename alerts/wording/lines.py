"""The timeline as sentences: one line per entry, in the reader's language and on the home's own clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from alerts.wording import terms
from alerts.wording.catalogue import say
from alerts.wording.facts import facts, facts_of
from core.alerts import Entry, EntryKind, Found, Outcome
from core.arrival import Proof
from core.concerns import ConcernKind, Severity
from core.delivery import Settlement
from core.outcomes import Access
from core.people import Language
from core.policies import whom
from core.receipts import Onwards


def entry(entry: Entry, names: Mapping[str, str], language: Language, zone: tzinfo) -> str:
    """What this line says. `names` gives people's names by id; one that is missing is shown as the id."""
    return _Line(entry, names, language, zone).text()


@dataclass(frozen=True, slots=True)
class _Line:
    entry: Entry
    names: Mapping[str, str]
    language: Language
    zone: tzinfo

    @property
    def detail(self) -> Mapping[str, Any]:
        return self.entry.detail

    def text(self) -> str:
        match self.entry.kind:
            case EntryKind.OPENED:
                return self._opened()
            case EntryKind.LEVEL_ENTERED:
                return self._level()
            case EntryKind.CLOSED:
                return self._closed()
            case EntryKind.DELIVERY | EntryKind.NOT_SENT | EntryKind.UNDELIVERED:
                return self._message()
            case EntryKind.ARRIVED | EntryKind.AT_DOOR:
                return self._say(self.entry.kind.value, evidence=self._evidence(), report_by=self._when("report_by"))
            case EntryKind.RELEASED | EntryKind.SNOOZED | EntryKind.ACKNOWLEDGED | EntryKind.HANDED_OVER:
                return self._in_hands()
            case EntryKind.MERGED | EntryKind.PART_CLEARED:
                return self._part()
            case EntryKind.NOTE if self.detail.get("found"):
                return self._knocked()
            case EntryKind.EVIDENCE if self.detail.get("address"):
                return self._gathered()
            case kind:
                return self._say(kind.value, **self._plain())

    def _in_hands(self) -> str:
        """Who takes it, gives it back, passes it on or puts it off."""
        kind = self.entry.kind
        if kind is EntryKind.ACKNOWLEDGED and self.detail.get("from"):
            return self._say("taken_over", previous=self._who("from"), arrive_by=self._when("arrive_by"))
        if kind is EntryKind.HANDED_OVER and self.detail.get("reason") == "shift_over":
            return self._say("shift_over", holder=self._who("from"), **self._plain())
        reason = str(self.detail.get("reason") or "")
        told = say(self.language, "entry.with_reason", reason=reason) if reason else ""
        places = {**self._plain(), "reason": told, "holder": self._who("from")}
        return self._say(kind.value, **places)

    def _part(self) -> str:
        kind = terms.kind(ConcernKind(self.detail["kind"]), self.language)
        severity = self._severity("severity") if "severity" in self.detail else ""
        return self._say(self.entry.kind.value, kind=kind, severity=severity)

    def _message(self) -> str:
        if self.entry.kind is EntryKind.DELIVERY:
            return self._delivery()
        if self.entry.kind is EntryKind.UNDELIVERED:
            return self._undelivered()
        reason = terms.not_sent(str(self.detail.get("reason", "")), self.language)
        return self._say("not_sent", name=self._recipient(), reason=reason)

    def _plain(self) -> dict[str, object]:
        """The places of the lines that only name people, times and words."""
        severities = ("from", "severity") if self.entry.kind is EntryKind.WORSENED else ()
        return {
            "who": self._who("who"),
            "targets": self._targets(),
            "arrive_by": self._when("arrive_by"),
            "report_by": self._when("report_by"),
            "accept_by": self._when("accept_by"),
            "until": self._when("until"),
            "to": str(self.detail.get("name") or self._who("to")),
            "text": self.detail.get("text", ""),
            **{{"from": "before"}.get(key, key): self._severity(key) for key in severities},
        }

    def _say(self, key: str, **places: object) -> str:
        told = facts(facts_of(self.detail.get("facts") or ()), self.language, self.zone)
        evidence = say(self.language, "entry.with_facts", facts=told) if told else ""
        return say(self.language, f"entry.{key}", **{"actor": self._actor(), "facts": evidence, **places})

    def _opened(self) -> str:
        kind = terms.kind(ConcernKind(self.detail["kind"]), self.language)
        key = "reopened" if self.detail.get("predecessor") else "opened"
        return self._say(key, kind=kind, severity=self._severity("severity"))

    def _level(self) -> str:
        people = [self.names.get(p, p) for p in self.detail["people"]]
        round_ = int(self.detail.get("round", 0))
        key = "level_empty" if not people else "level_entered"
        if people and round_:
            key = "level_again"
        if people and self.detail.get("stand_in"):
            key = "level_stand_in"
        said = self._say(
            key,
            targets=self._targets(),
            people=terms.listed(people, self.language),
            round=round_ + 1,
            until=self._when("until"),
        )
        beside = [self.names.get(str(p), str(p)) for p in self.detail.get("beside") or ()]
        if not beside:
            return said
        return said + self._say("with_beside", people=terms.listed(beside, self.language))

    def _closed(self) -> str:
        note, together = str(self.detail.get("note") or ""), int(self.detail.get("together", 1))
        others = say(self.language, "entry.with_others", count=together) if together > 1 else ""
        return self._say(
            "closed",
            outcome=terms.outcome(Outcome(self.detail["outcome"]), self.language),
            note=self._access() + others + (say(self.language, "entry.with_note", note=note) if note else ""),
        )

    def _knocked(self) -> str:
        found = terms.found(Found(self.detail["found"]), self.language)
        note = str(self.detail.get("text") or "")
        more = say(self.language, "entry.with_note", note=note) if note else ""
        return self._say("knocked", address=str(self.detail["address"]), found=found, note=more)

    def _gathered(self) -> str:
        """A home on the list of its building's alert."""
        address = str(self.detail["address"])
        if self.detail.get("over"):
            return self._say("gathered_over", address=address)
        kind = terms.kind(ConcernKind(self.detail["kind"]), self.language)
        return self._say("gathered", address=address, kind=kind, severity=self._severity("severity"))

    def _access(self) -> str:
        got_in = self.detail.get("access")
        word = terms.access(Access(got_in), self.language) if got_in else ""
        return say(self.language, "entry.with_access", access=word) if word else ""

    def _evidence(self) -> str:
        scanned = say(self.language, "entry.with_qr") if self.detail.get("evidence") == Proof.QR.value else ""
        at = self.detail.get("location")
        if not at:
            return scanned
        latitude, longitude = (f"{float(at[key]):.5f}" for key in ("latitude", "longitude"))
        accuracy = f"{float(at['accuracy_m']):.0f}"
        found = say(self.language, "entry.with_location", latitude=latitude, longitude=longitude, accuracy=accuracy)
        return scanned + found

    def _delivery(self) -> str:
        said = str(self.detail.get("said") or "")
        return self._say(
            "delivery",
            name=self._recipient(),
            channel=terms.channel(str(self.detail.get("channel", "")), self.language),
            settlement=terms.settlement(Settlement(self.detail["settlement"]), self.language),
            said=say(self.language, "entry.delivery_said", said=said) if said else "",
            repeat=say(self.language, "entry.delivery_repeat") if self.detail.get("repeat") else "",
        )

    def _undelivered(self) -> str:
        said, then = str(self.detail.get("said") or ""), Onwards(self.detail["then"])
        return self._say(
            "undelivered",
            name=self._recipient(),
            channel=terms.channel(str(self.detail.get("channel", "")), self.language),
            said=say(self.language, "entry.undelivered_said", said=said) if said else "",
            then="" if then is Onwards.NOTHING else say(self.language, f"entry.then_{then.value}"),
        )

    def _actor(self) -> str:
        if self.entry.actor == "system":
            return say(self.language, "entry.system")
        return self.names.get(self.entry.actor, self.entry.actor)

    def _who(self, key: str) -> str:
        person = self.detail.get(key)
        return say(self.language, "entry.nobody") if not person else self.names.get(str(person), str(person))

    def _recipient(self) -> str:
        return str(self.detail.get("name") or self._who("person"))

    def _when(self, key: str) -> str:
        text = self.detail.get(key)
        return "" if text is None else terms.clock_time(datetime.fromisoformat(str(text)), self.zone)

    def _severity(self, key: str) -> str:
        return terms.severity(Severity(self.detail[key]), self.language)

    def _targets(self) -> str:
        named: Iterable[str] = self.detail.get("targets", ())
        return terms.listed((terms.whom(whom(t), self.language, self.names) for t in named), self.language)
