"""What reaches a phone. A resident is asked kindly, a responder is told where and why.

Family hears "please check", "being checked" and how to ask further; why, where the resident agrees; never how bad.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.wording import terms
from alerts.wording.catalogue import knows, say
from alerts.wording.facts import also, concern_title, facts, facts_at
from core.alerts import Alert, EntryKind, Outcome, Purpose, Send
from core.family import Scope
from core.people import Language
from core.places import Home
from core.policies import Target

_FACTS_ON_A_PHONE = 4
_FAMILY_HEARS = {
    Outcome.WELL_AT_HOME: "well",
    Outcome.BY_MISTAKE: "nothing",
    Outcome.AWAY: "nothing",
    Outcome.DEVICE_FAULT: "nothing",
    Outcome.TEST: "nothing",
    Outcome.OVER: "nothing",
    Outcome.HELPED: "call",
    Outcome.HOSPITAL: "call",
    Outcome.REFERRED: "call",
    Outcome.HAZARD: "call",
    Outcome.DECEASED: "call",
    Outcome.NO_ACCESS: "unseen",
}


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    body: str


def message(
    send: Send,
    alert: Alert,
    home: Home,
    language: Language,
    *,
    repeat: bool = False,
    names: Mapping[str, str] | None = None,
    scope: Scope = Scope.STATE,
) -> Text:
    """The words of one send, about the alert as it stands now. `repeat` says that it may have arrived before.

    `scope`: what the resident agrees that family hears.
    """
    voice = _Voice(send, alert, home, language, names or {}, scope)
    text = voice.ask() if send.purpose is Purpose.ASK else voice.inform()
    if not repeat:
        return text
    return Text(say(language, "message.repeat", title=text.title), text.body)


@dataclass(frozen=True, slots=True)
class _Voice:
    send: Send
    alert: Alert
    home: Home
    language: Language
    names: Mapping[str, str] = field(default_factory=dict)
    scope: Scope = Scope.STATE

    def ask(self) -> Text:
        match self.send.target:
            case Target.RESIDENT:
                title, body = self._resident_title(), f"message.ask_resident.{self.alert.kind.value}"
            case Target.FAMILY:
                why = "_why" if self.scope.holds(Scope.REASON) else ""
                title, body = "message.ask_family.title", f"message.ask_family.body{why}"
            case Target.CONTRACT:
                title, body = "message.ask_contract.title", "message.ask_contract.body"
            case _:
                title, body = "message.ask_responder.title", "message.ask_responder.body"
        return Text(self._say(title), self._why_again() + self._say(body))

    def _why_again(self) -> str:
        """What comes first when this is not the first that is heard of it."""
        if self.send.event is EntryKind.HANDED_OVER and self._to() in {"responder", "contract"}:
            return self._say("message.handed_over")
        return self._say("message.again", count=self.send.round + 1) if self.send.round else ""

    def _resident_title(self) -> str:
        """Whoever pressed the button, or must leave the house, is not asked how they are."""
        own = f"message.ask_resident.title_{self.alert.kind.value}"
        return own if knows(self.language, own) else "message.ask_resident.title"

    def inform(self) -> Text:
        match self.send.event:
            case EntryKind.CLOSED:
                return self._told("ended", self._ended_to())
            case EntryKind.LEVEL_ENTERED:
                return self._told("beside", self._to())
            case EntryKind.WORSENED:
                return self._told("worse", self._to())
            case EntryKind.MERGED:
                return self._told("merged", self._to())
            case EntryKind.SNOOZED:
                return self._told("snoozed", self._to())
            case _:
                return self._told("taken", self._to())

    def _told(self, what: str, to: str) -> Text:
        return Text(self._say(f"message.{what}.title_{to}"), self._say(f"message.{what}.body_{to}"))

    def _to(self) -> str:
        match self.send.target:
            case Target.RESIDENT:
                return "resident"
            case Target.FAMILY:
                return "family"
            case Target.CONTRACT:
                return "contract"
            case _:
                return "responder"

    def _ended_to(self) -> str:
        to = self._to()
        if to != "family":
            return to
        hears = _FAMILY_HEARS[self.alert.outcome or Outcome.HELPED]
        return "family_why" if hears == "nothing" and self.scope.holds(Scope.REASON) else f"family_{hears}"

    def _say(self, key: str, **places: object) -> str:
        return say(self.language, key, **{**self._places(), **places})

    def _places(self) -> dict[str, object]:
        resident = self.home.resident or say(self.language, "message.the_resident")
        present = facts_at(self.alert, self.send.created_at)
        worth = [fact for fact in present if fact.unit != "device"]  # a sensor's number helps nobody on the stairs
        told = facts(worth[:_FACTS_ON_A_PHONE], self.language, self.home.zone)
        outcome, until = self.alert.outcome, self.alert.snoozed_until
        return {
            "resident": resident,
            "home": say(
                self.language, "message.home", address=self.home.address, resident=self.home.resident or ""
            ).strip(),
            "address": self.home.address,
            "also": also(self.alert, self.language),
            "newest": terms.kind(self.alert.parts[-1].kind, self.language),
            "who": self._who(),
            "severity": terms.severity(self.alert.severity, self.language),
            "kind": concern_title(self.alert, self.language),
            "facts": told + say(self.language, "list.stop") if told else "",
            "until": terms.clock_time(until, self.home.zone) if until else "",
            "outcome": terms.outcome(outcome, self.language) if outcome else "",
        }

    def _who(self) -> str:
        person = self.alert.closed_by if self.send.event is EntryKind.CLOSED else self.alert.taken_by
        if person is None:
            return say(self.language, "message.someone")
        return self.names.get(person) or say(self.language, "message.someone")
