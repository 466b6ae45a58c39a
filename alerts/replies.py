"""Answers that people send back: 1 and 2 by SMS or by a key, for the one whose number it is and what asks them last.

The same moves as by a one-tap link. Whatever is not understood, or comes too late, changes nothing and is said.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from alerts.channels.inbound import Replied, ReplyWords
from alerts.channels.text import phone
from alerts.channels.wire import AddressRefused
from alerts.desk import Desk
from alerts.proving import Proving
from alerts.taps import Tap, taps_of
from alerts.wording.catalogue import say
from core.alerts import Alert, Handling, Purpose, Refusal, Send
from core.delivery import Delivery, SendState
from core.people import Directory, Language, Person, Route
from core.policies import Target

_YES, _NO = "1", "2"
_TRIES = 3
"""When the alert moves in the same moment: whether it still asks this person is looked at anew."""
_RECENT = 100
"""How many of the newest alerts are looked through for a message that is named, beside all that are open."""


class ReplyFate(StrEnum):
    """What an answer came to; each has its words."""

    FINE = "fine"
    TAKEN = "taken"
    RELEASED = "released"
    CANNOT = "cannot"  # was asked and cannot: written down, others are asked as planned
    YOURS = "yours"  # has it already
    IN_HANDS = "in_hands"  # somebody else has it
    STALE = "stale"  # somebody moved it in this moment
    OVER = "over"
    PROVED = "proved"  # a test of their number
    NOTHING = "nothing"  # nobody asks this person anything
    NOT_UNDERSTOOD = "not_understood"
    NOT_UNDERSTOOD_RESIDENT = "not_understood_resident"


_AGAIN = (ReplyFate.NOT_UNDERSTOOD, ReplyFate.NOT_UNDERSTOOD_RESIDENT)


@dataclass(frozen=True, slots=True)
class _Ask:
    person: Person
    alert: Alert
    send: Send


@dataclass(frozen=True)
class Replies:
    """`directory`: everybody as they are enrolled now; `proving` keeps which ways are proved.

    Synchronous and safe from several threads.
    """

    desk: Desk
    directory: Callable[[], Directory]
    proving: Proving | None = None

    def hear(self, channel: str, reply: Replied) -> ReplyWords | None:
        """Act, and what whoever answered is told; None for an address that is nobody's.

        Raises StoreUnavailable: nothing is certain, say it again.
        """
        people = self._who(channel, reply)
        if not people:
            return None
        language = next(iter(people.values())).language
        fate = ReplyFate.NOTHING
        for _ in range(_TRIES):
            ask = self._asked(people, channel, reply)
            if ask is None:
                break
            fate, language = self._act(ask, _code(reply.words)), ask.person.language
            if fate is not ReplyFate.STALE:
                break
        was_test = self._proves(people, channel, reply)
        return _words(ReplyFate.PROVED if was_test and fate is ReplyFate.NOTHING else fate, language)

    def _proves(self, people: dict[str, Person], channel: str, reply: Replied) -> bool:
        """Whoever answers from a number has shown that it is theirs. Did they answer a test of it?"""
        if self.proving is None or not reply.address or _code(reply.words) not in {_YES, _NO}:
            return False
        ways = [(p, route) for p in people.values() for route in p.routes if _is_from(route, channel, reply)]
        return True in [self.proving.replied(person, route) for person, route in ways]

    def _who(self, channel: str, reply: Replied) -> dict[str, Person]:
        """Everybody who may have answered. A call that is named without a number was to one of those we called."""
        everybody = self.directory().people
        if reply.reference and not reply.address:
            return dict(everybody)
        return {
            id_: person
            for id_, person in everybody.items()
            if any(_is_from(route, channel, reply) for route in person.routes)
        }

    def _asked(self, people: dict[str, Person], channel: str, reply: Replied) -> _Ask | None:
        """By the message that is answered, else by the last that asks one of them.

        A message that is named and not found was long ago, unless what it was is just being written down.
        """
        store, reference = self.desk.store, reply.reference
        known = {alert.id: alert for alert in store.open_alerts()}
        if reference:
            known |= {alert.id: alert for alert in store.page(limit=_RECENT).alerts if alert.id not in known}
        asks = [
            (delivery, alert)
            for alert in known.values()
            if not people.keys().isdisjoint(alert.told) or alert.handed_to in people
            for delivery in store.deliveries(alert.id)
            if delivery.send.person in people and delivery.send.purpose is Purpose.ASK
        ]
        named = [one for one in asks if _was_called(one[0], channel, reference)]
        others = [
            (delivery, alert)
            for delivery, alert in asks
            if alert.is_open and reply.address and (not reference or delivery.state is SendState.QUEUED)
        ]
        latest = max(named or others, key=lambda one: one[0].send.created_at, default=None)
        return latest and _Ask(people[latest[0].send.person], latest[1], latest[0].send)

    def _act(self, ask: _Ask, code: str) -> ReplyFate:
        alert, by, role = ask.alert, ask.person.id, ask.send.target
        is_resident = role is Target.RESIDENT
        if code not in ((_YES,) if is_resident else (_YES, _NO)):
            return ReplyFate.NOT_UNDERSTOOD_RESIDENT if is_resident else ReplyFate.NOT_UNDERSTOOD
        if not alert.is_open:
            return ReplyFate.OVER
        taps = taps_of(alert, by, role)
        seen = alert.fence
        if Tap.FINE in taps:
            return _fate(self.desk.resident_fine(alert.id, by=by, seen_fence=seen), ReplyFate.FINE)
        if code == _NO:
            return self._cannot(ask, taps)
        if Tap.TAKE in taps:
            return _fate(self.desk.acknowledge(alert.id, by=by, seen_fence=seen), ReplyFate.TAKEN)
        return ReplyFate.YOURS if by in {alert.taken_by, alert.arrived_by} else ReplyFate.IN_HANDS

    def _cannot(self, ask: _Ask, taps: Sequence[Tap]) -> ReplyFate:
        """Whoever has it gives it back; whoever is only asked is written down, so that nobody waits for them."""
        alert, person = ask.alert, ask.person
        if Tap.CANNOT in taps:
            return _fate(self.desk.release(alert.id, by=person.id, seen_fence=alert.fence), ReplyFate.RELEASED)
        if alert.handling is not Handling.TRIGGERED and alert.handed_to != person.id:
            return ReplyFate.YOURS if alert.arrived_by == person.id else ReplyFate.IN_HANDS
        text = say(person.language, "reply.note_cannot")
        return _fate(self.desk.note(alert.id, by=person.id, text=text), ReplyFate.CANNOT)


def _fate(moved: Alert | Refusal, done: ReplyFate) -> ReplyFate:
    match moved:
        case Alert():
            return done
        case Refusal.CLOSED | Refusal.UNKNOWN:
            return ReplyFate.OVER
        case Refusal.ALREADY_THERE:
            return ReplyFate.YOURS
        case _:
            return ReplyFate.STALE


def _words(fate: ReplyFate, language: Language) -> ReplyWords:
    return ReplyWords(say(language, f"reply.{fate.value}"), language, fate not in _AGAIN)


def _code(words: str) -> str:
    """The digit, however it was typed: full-width, with a full stop or spaces around it."""
    return unicodedata.normalize("NFKC", words[:100]).strip(" \t\r\n.。!,，;；#*\"'“”")


def _is_from(route: Route, channel: str, reply: Replied) -> bool:
    return route.channel == channel and _number(route.address) == _number(reply.address)


def _number(address: str) -> str:
    """As a telephone number where it is one."""
    try:
        return phone(address)
    except AddressRefused:
        return address


def _was_called(delivery: Delivery, channel: str, reference: str) -> bool:
    return bool(reference) and any(
        (attempt.channel, attempt.provider_id) == (channel, reference) for attempt in delivery.attempts
    )
