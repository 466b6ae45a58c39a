"""The watch over one home: its detectors in the order in which they read each other, and what was already said.

A concern is said once per episode, over restarts too: what was raised is part of the snapshot.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from math import inf
from typing import Any, NamedTuple

from core.concerns import Clear, Concern, ConcernKind, Severity
from core.family import Expectation
from core.faults import Fault
from core.lessons import Taught
from core.places import Device, Home, Role
from core.readings import Kind, Reading
from core.routine import ShownRoutine
from core.states import HomeStatus
from detectors import extras, routine_shown, shown, taught
from detectors.appliance_on import HEATING_WATTS, ApplianceOn
from detectors.company import Company
from detectors.days import HomeDays
from detectors.decline import Decline
from detectors.detector import Detector, Observation
from detectors.events import ConcernCleared, ConcernRaised, StatusChanged, WatchEvent
from detectors.expected import ExpectedBy
from detectors.faults import faults_of
from detectors.guarded import Guarded, Listener
from detectors.instants import DAY, NEVER, instant, seconds, waking
from detectors.kit import density_of, sees_rooms
from detectors.likeness import Kit, Likeness, kit_of
from detectors.night_out import NightOut
from detectors.paths import SharedPath
from detectors.presence import HomePresence
from detectors.reception import Reception
from detectors.routine import Routine
from detectors.settings import WatchSettings
from detectors.silence import Silence
from detectors.temperature import NAME, Temperature, is_room_temperature
from detectors.visibility import HomeVisibility
from detectors.waiting import BATHROOM_RISK, DIM_BATHROOM_RISK
from detectors.weekend import Weekend

SNAPSHOT_VERSION = 6
READABLE = frozenset({1, 2, 3, 4, 5, SNAPSHOT_VERSION})
"""Layouts that can be taken up: what an older one did not know is learned anew, the rest is kept."""
_ALARMS = {
    **{kind: kind.value for kind in (Kind.SMOKE, Kind.GAS, Kind.WATER, Kind.CO, Kind.SOS)},
    Kind.CO_PPM: Kind.CO.value,
}
"""What is judged at once, by the name of its detector."""
_HEEDED = frozenset({Kind.DOOR, Kind.OCCUPANCY, Kind.POWER, Kind.TEMPERATURE, Kind.BUTTON, *_ALARMS})
"""What somebody goes by also where it is no sign of life. All else says no more than that its device lives."""
_NIGHT_OUT = "night_out:"
_SAME = 0.002
"""Times that differ by no more (s) are the same: they are kept in whole milliseconds."""
_FAR = 1e11
"""Stands for never in what is kept (s since 1970): JSON has no infinity."""


class _Raised(NamedTuple):
    kind: ConcernKind
    episode: str
    severity: Severity


def _risk_of(devices: Iterable[Device]) -> float:
    return BATHROOM_RISK if sees_rooms(devices) else DIM_BATHROOM_RISK


class HomeWatch(Guarded):
    """Everything known of one home. In seconds since the epoch: `latest`, the newest reading's time; `told_until`,
    the latest instant for which it was judged, so that a late reading cannot take back what time has shown. `judged`:
    days on which it was judged, of which `judged_day` is the last: what was only read from the past is not among them.
    `scheduled`: when it wants to be judged; `queued`: when that is looked up (`detectors.due_times`).
    """

    __slots__ = (
        "_appliances", "_declined", "_expected", "_extras", "_first", "_listeners", "_looks", "_settings", "_stirred",
        "_taught", "company", "decline", "faults", "home", "judged", "judged_day", "kit", "presence", "queued",
        "raised", "reception", "scheduled", "shown", "silence", "visibility",
    )  # fmt: skip

    def __init__(
        self,
        home: Home,
        devices: tuple[Device, ...],
        settings: WatchSettings,
        shared: Mapping[str, SharedPath] | None = None,
        like: Callable[[Kit], Likeness | None] = lambda _: None,
    ) -> None:
        super().__init__()
        self.home = home
        self._settings = settings
        self.reception = Reception(devices, home.timezone)
        self.visibility = HomeVisibility(devices, shared)
        self.presence = HomePresence(self.visibility, timezone=home.timezone, longest_absence=settings.longest_absence)
        self.company = Company(self.visibility, self.presence, home.timezone)
        density, risk = density_of(devices), _risk_of(devices)
        budget, self.kit = settings.questions_per_month, kit_of(density, risk)
        weekend = Weekend()
        routine = Routine(
            home.timezone, budget=budget, density=density, risk=risk, like=like(self.kit), weekend=weekend
        )
        self.silence = Silence(home.id, self.visibility, self.presence, routine, settings)
        days = HomeDays(self.visibility, self.presence, home.timezone, weekend)
        self.decline = Decline(home.id, days, home.timezone)
        self._declined: tuple[object, float] | None = None
        daily = extras.daily(home, days, self.visibility, self.presence)
        self._extras: dict[str, Detector] = {each.name: each for each in daily}
        self._listeners: tuple[Listener, ...] = (self.decline, self.company, *daily, self.presence)
        self._taught = taught.NOTHING
        self._appliances: tuple[ApplianceOn, ...] = ()
        self._expected: dict[str, ExpectedBy] = {}
        self.raised: dict[str, _Raised] = {}
        self.faults: frozenset[str] = frozenset()
        self.shown = HomeStatus(home.id)
        self._looks = 0
        self._stirred = False
        self._first = NEVER
        self.judged, self.judged_day = 0, -1
        self.scheduled = self.queued = NEVER

    def use_devices(self, devices: tuple[Device, ...], shared: Mapping[str, SharedPath]) -> None:
        """Devices were added, moved or taken away; what is known of the others stays."""
        self.reception.use_devices(devices)
        self.visibility.use_devices(devices, shared)
        self.decline.use_devices()
        self.company.use_devices()
        self.kit = self.silence.routine.use_kit(density_of(devices), _risk_of(devices))
        here = {self.home.id, *(device.id for device in devices)}
        self._extras = {name: d for name, d in self._extras.items() if name.split(":", 1)[1] in here}
        self._listeners = tuple(each for each in self._listeners if not isinstance(each, NightOut))
        self._appliances = ()
        for detector in self._extras.values():
            self._know(detector)

    def use_budget(self, budget: float) -> None:
        """Another budget of false alarms, from the next sign of life on. What was raised stays raised."""
        self._settings = self._settings.with_budget(budget)
        self.use_lessons(self._taught)

    def use_lessons(self, lessons: Taught) -> bool:
        """What alerts that ended here have taught. What was raised stays raised, and is judged as it was. False if it
        was known.
        """
        is_new, self._taught = lessons != self._taught, lessons
        taught.bring(lessons, self.silence, self.decline, self._settings)
        for name, detector in self._extras.items():
            if name not in self.raised:
                taught.bring_to_extra(lessons, detector)
        return is_new

    def use_expectations(self, expectations: Iterable[Expectation]) -> list[WatchEvent]:
        """What is expected was changed: from now on; what is known of a window that stays as it was is kept. Says what
        was raised for a window that nobody expects any more.
        """
        before = self._expected
        made = (
            ExpectedBy(each, self.visibility, self.presence, self.home.timezone, born=self.latest)
            for each in expectations
        )
        kept = ((old if (old := before.get(new.name)) and old.of == new.of else new) for new in made)
        self._expected = {detector.name: detector for detector in kept}
        now = instant(max(self.latest, self.told_until, 0.0))
        gone = [name for name in self.raised if name in before and name not in self._expected]
        return [event for name in gone for event in self._release(name, self.raised[name], now, "no longer expected")]

    def detectors(self) -> Iterator[Detector]:
        yield self.silence
        yield self.decline
        yield from self._extras.values()
        yield from self._expected.values()

    # -- observing ------------------------------------------------------------------------------------------------

    def observe(self, reading: Reading) -> list[WatchEvent] | None:
        """Feed one reading to whom it concerns. None if it was seen before; alarms come out at once."""
        seen = self.reception.receive(reading)
        if seen is None:
            return None
        kind = reading.kind
        if self._expected:
            self._tell(tuple(self._expected.values()), seen)
        is_alarm = kind in _ALARMS or (kind is Kind.BUTTON and seen.device.role is Role.SOS)
        try:  # these two hear every reading: `_tell` would cost as much again
            self.visibility.observe(seen)
        except Exception as error:  # noqa: BLE001 - any: see `Guarded`
            self.trouble(error)
        self.latest = max(self.latest, seen.t)
        alarms = (self._surely(self._observe_alarm, seen) or []) if is_alarm else []
        try:
            self.silence.observe(seen)
        except Exception as error:  # noqa: BLE001 - any: see `Guarded`
            self.trouble(error)
        if seen.sign is None and kind not in _HEEDED:
            return alarms
        self._stirred = True
        self._tell((self.presence,) if seen.sign is None else self._listeners, seen)
        if not is_alarm:
            self._surely(self._observe_extras, seen)
        return alarms

    def _observe_extras(self, seen: Observation) -> None:
        kind = seen.reading.kind
        if kind is Kind.POWER and seen.device.role in HEATING_WATTS:
            self._extra(f"appliance_on:{seen.device.id}", seen.device).observe(seen)
        elif kind is Kind.DOOR and seen.device.role is Role.FRONT_DOOR:
            self._extra(f"door_open:{seen.device.id}", seen.device).observe(seen)
            if seen.device == self.visibility.front_doors[0].device:
                self._extra(f"{_NIGHT_OUT}{seen.device.id}", seen.device)
        elif kind is Kind.TEMPERATURE and is_room_temperature(seen.reading, seen.device.role):
            self._extra(f"{NAME}:{self.home.id}", seen.device).observe(seen)
        if seen.sign is not None:
            self._tell(self._appliances, seen)

    def _observe_alarm(self, seen: Observation) -> list[WatchEvent]:
        """Before all that goes by how people live."""
        name = f"{_ALARMS.get(seen.reading.kind, Kind.SOS.value)}:{seen.device.id}"
        detector = self._extra(name, seen.device)
        detector.observe(seen)
        return self._judge(name, detector, instant(max(seen.t, seconds(seen.reading.received_at))))

    def _extra(self, name: str, device: Device | None) -> Detector:
        if name not in self._extras:
            self._extras[name] = made = extras.make(name, device, self.home, self.visibility, self.presence)
            taught.bring_to_extra(self._taught, made)
            self._know(made)
        return self._extras[name]

    def _know(self, extra: Detector) -> None:
        """Those to whom more than their own device matters."""
        if isinstance(extra, NightOut):
            self._listeners = (*self._listeners[:-1], extra, self.presence)
        elif isinstance(extra, ApplianceOn):
            self._appliances = (*self._appliances, extra)

    def end_batch(self) -> list[WatchEvent]:
        """After a batch of readings: what they ended. Nothing is raised here that has to be waited for."""
        self._stirred = False
        now = instant(max(self.latest, self.told_until))
        events: list[WatchEvent] = []
        for name in [*self.raised]:
            detector = self._named(name)
            if detector is not None:
                events += self._judge(name, detector, now, may_raise=False)
        return events + (self._surely(self.show, now) or [])

    def _named(self, name: str) -> Detector | None:
        always: dict[str, Detector] = {self.silence.name: self.silence, self.decline.name: self.decline}
        return always.get(name) or self._extras.get(name) or self._expected.get(name)

    # -- judging --------------------------------------------------------------------------------------------------

    def run(self, now: datetime) -> list[WatchEvent]:
        """Ask every detector. A no-op for what was said already."""
        self.told_until = max(self.told_until, seconds(now))
        day = int(seconds(now) // DAY)
        self.judged, self.judged_day = self.judged + (day > self.judged_day), max(self.judged_day, day)
        self._looks = self.visibility.looks
        decline = self.decline
        self._declined = (decline.standing, decline.shown_from) if self.told_until >= decline.shown_from else None
        events: list[WatchEvent] = []
        for detector in list(self.detectors()):
            events += self._judge(detector.name, detector, now)
        return events + (self._surely(self.show, now) or [])

    def _judge(self, name: str, detector: Detector, now: datetime, *, may_raise: bool = True) -> list[WatchEvent]:
        held = self.raised.get(name)
        match self._surely(detector.assess, now):
            case Concern() as concern:
                return self._hold(name, held, concern, now, may_raise=may_raise)
            case Clear(reason=reason) if held is not None:
                return self._release(name, held, now, reason)
            case _:
                return []

    def _hold(
        self, name: str, held: _Raised | None, concern: Concern, now: datetime, *, may_raise: bool
    ) -> list[WatchEvent]:
        same = held is not None and held.episode == concern.episode
        if held is not None and same and concern.severity.rank >= held.severity.rank:
            return []
        said = self._surely(self._beside, concern) or concern
        events = [] if held is None or same else self._release(name, held, now, "another began")
        if may_raise:
            self.raised[name] = _Raised(concern.kind, concern.episode, concern.severity)
            events.append(ConcernRaised(said))
        return events

    def _beside(self, concern: Concern) -> Concern:
        return shown.beside(concern, self.company)

    def _release(self, name: str, held: _Raised, now: datetime, reason: str) -> list[WatchEvent]:
        """A press is never taken back by time."""
        del self.raised[name]
        if held.kind is ConcernKind.SOS:
            return []
        return [ConcernCleared(self.home.id, held.kind, held.episode, now, reason)]

    def take_up(self, kind: ConcernKind, episode: str, severity: Severity) -> None:
        """This was said already, after the last snapshot."""
        always = {ConcernKind.SILENCE: self.silence.name, ConcernKind.DECLINE: self.decline.name}
        name = always.get(kind) or extras.name_of(kind, episode.rpartition("@")[0])
        if name not in self.raised and self._named(name) is not None:
            self.raised[name] = _Raised(kind, episode, severity)

    def standing_faults(self, now: datetime) -> list[Fault]:
        own = (fault for d in self._extras.values() if isinstance(d, Temperature) for fault in d.faults(now))
        return [*faults_of(self.home.id, self.visibility, now), *own]

    def looked_anew(self) -> bool:
        """Did something that was observed change what can be seen, since the home was last judged?"""
        return self._looks != self.visibility.looks

    def is_as_before(self) -> bool:
        """Can nothing have changed since the last batch? Nothing was observed that anybody goes by, nothing was raised
        that may have ended, and no moment of anybody's has come. Most readings say no more than that a device lives;
        after such a moment, that may be just what was waited for.
        """
        waited_for = self._stirred or self.raised or self._expected or self.troubles or self.looked_anew()
        waited_for = waited_for or NEVER < self.visibility.bound < self.scheduled - _SAME  # rhythms may have shrunk
        return not waited_for and max(self.latest, self.told_until) < min(self.scheduled, self._first)

    # -- due times ------------------------------------------------------------------------------------------------

    def put_off(self, now: datetime) -> float | None:
        """Does nobody wait for `now`, as what might have failed to be heard was heard? Then until when. Each day is
        judged once at least, and thermometers, which are doubted by the hour, whenever they are to be looked at.
        """
        t = seconds(now)
        may_change = self.raised or self._expected or self.troubles or self.looked_anew() or t >= self._first
        may_change = may_change or int(t // DAY) > self.judged_day or self.is_troubled(now)
        may_change = may_change or self.visibility.view(t).state is not self.shown.visibility
        if may_change or any(isinstance(each, Temperature) for each in self._extras.values()):
            return None
        due = self.due(instant(self.told_until))
        return due if due is not None and due > t else None

    def due_after_batch(self) -> float | None:
        """When to be asked, in seconds: at once for whoever may have changed its mind by what it just observed."""
        soonest, self._first = waking(max(self.latest, self.told_until, 0.0)), NEVER
        if self.looked_anew():
            return soonest
        always: tuple[Detector, ...] = (self.silence, self.presence, self.company, *self._undeclined())
        self._first = self._soonest((*always, *self._extras.values(), *self._expected.values()), None)
        first = min(self._first, waking(self.visibility.bound))
        if self.is_troubled(instant(max(self.latest, self.told_until, 0.0))):
            first = min(first, self.again_at(), self.troubled_until())
        return max(soonest, first)

    def _undeclined(self) -> tuple[Decline, ...]:
        """Not when it was asked after its only moment and nothing changed since: what was found of the weeks stands
        from one morning to the next day, and every reading in between would ask for it again.
        """
        decline = self.decline
        return () if self._declined == (decline.standing, decline.shown_from) else (decline,)

    def due(self, after: datetime) -> float | None:
        parts = (*self.detectors(), self.presence, self.company, self.visibility)
        soonest = min(self._soonest(parts, after), self.troubled_until() if self.is_troubled(after) else inf)
        return None if soonest == inf else soonest

    def _soonest(self, detectors: Iterable[Detector], after: datetime | None) -> float:
        """Infinite where nobody waits for anything."""
        dues = []
        for detector in detectors:
            try:
                due = detector.due(after)
            except Exception as error:  # noqa: BLE001 - any: see `Guarded`
                self.trouble(error)
                continue
            if due is not None:
                dues.append(due)
        return min(dues).timestamp() if dues else inf

    # -- status ---------------------------------------------------------------------------------------------------

    def show(self, now: datetime) -> list[WatchEvent]:
        status = self.status(now)
        changed = status.presence is not self.shown.presence or status.visibility is not self.shown.visibility
        changed = changed or (status.company is None) is not (self.shown.company is None)
        changed = changed or (status.overdue_since is None) is not (self.shown.overdue_since is None)
        self.shown = status
        return [StatusChanged(status)] if changed else []

    def status(self, now: datetime) -> HomeStatus:
        company = self._surely(self.company.at, seconds(now))
        parts = self.presence, self.visibility, self.silence
        status = shown.status_of(self.home.id, self.shown, *parts, company, now)
        return shown.unseen(status, self.shown, now) if self.is_troubled(now) else status

    def routine(self) -> ShownRoutine:
        t = max(self.latest, self.told_until, 0.0)
        zone, answered = self.home.timezone, self._settings.answered
        return routine_shown.shown(self.silence, self.presence, self.visibility.view(t), zone, answered=answered, t=t)

    def mean_wait(self) -> float:
        """How long (s) a fall is waited for on average, by what is in force."""
        return routine_shown.mean_wait(self.silence.routine)

    # -- keeping --------------------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        return {
            "reception": self.reception.snapshot(),
            "visibility": self.visibility.snapshot(),
            "presence": self.presence.snapshot(),
            "silence": self.silence.snapshot(),
            "decline": self.decline.snapshot(),
            "company": self.company.snapshot(),
            "extras": {name: detector.snapshot() for name, detector in self._extras.items()},
            "raised": {name: [r.kind.value, r.episode, r.severity.value] for name, r in self.raised.items()},
            "faults": sorted(self.faults),
            "times": [None if t == NEVER else t for t in (self.latest, self.told_until)],
            "shown": shown.to_json(self.shown),
            "expected": {name: detector.snapshot() for name, detector in self._expected.items()},
            "taught": taught.to_json(self._taught),
            "judged": [self.judged, self.judged_day],
            "asked": [
                *(None if t == NEVER else min(t, _FAR) for t in (self.scheduled, self._first)),
                self.looked_anew(), not self._undeclined(),
            ],
        }  # fmt: skip

    def restore(self, body: Mapping[str, Any]) -> float | None:
        """Take up what was kept. Says when it wants to be asked, in seconds."""
        self.reception.restore(body["reception"])
        self.visibility.restore(body["visibility"])
        self.presence.restore(body["presence"])
        self.silence.restore(body["silence"])
        if "decline" in body:  # unknown to versions 1 and 2
            self.decline.restore(body["decline"])
        if "company" in body:  # nor was it told from one person before
            self.company.restore(body["company"])
        for name, state in body["extras"].items():
            subject = name.partition(":")[2]
            health = self.visibility.health.get(subject)
            if health is not None or subject == self.home.id:
                self._extra(name, None if health is None else health.device).restore(state)
        self.raised = {
            name: _Raised(ConcernKind(kind), episode, Severity(severity))
            for name, (kind, episode, severity) in body["raised"].items()
        }
        self.faults = frozenset(body["faults"])
        self.latest, self.told_until = (NEVER if t is None else float(t) for t in body["times"])
        for name, state in body.get("expected", {}).items():
            if name in self._expected:
                self._expected[name].restore(state)
        self.shown = shown.from_json(self.home.id, self.silence, body["shown"])
        known = self._taught is not taught.NOTHING  # told since the start: newer than what was kept
        self.use_lessons(self._taught if known else taught.from_json(body.get("taught", {})))
        self.judged, self.judged_day = body.get("judged", (0, -1))
        return self._restore_due(body)

    def _restore_due(self, body: Mapping[str, Any]) -> float | None:
        """As if it had never stopped; at once after the next reading where it has other devices now, or was kept by an
        older version.
        """
        scheduled, first, anew, declined = body.get("asked", (None, None, True, False))
        self._declined = (self.decline.standing, self.decline.shown_from) if declined else None
        if scheduled is None or body["visibility"]["devices"].keys() != self.visibility.health.keys():
            self._looks = -1
            return self.due_after_batch()
        self._looks = -1 if anew else self.visibility.looks
        self._first = NEVER if first is None else float(first)
        due = self.due(instant(max(self.latest, self.told_until, 0.0)))
        return float(scheduled) if due is None else min(float(scheduled), due)
