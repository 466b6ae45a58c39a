"""The past of one home, gone through twice at once: by the budget that it has, and by the one that is proposed.

Both begin with what was learned before, and hear the same readings as the service heard them, in the same order.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from anxin.evaluation.calls import Call, Calls
from anxin.walking import Walk
from core.budget_replays import FOLLOWED, Arm, Difference, HomeReplay
from core.budgets import BUDGETED
from core.concerns import Concern, ConcernKind
from core.lessons import Taught
from core.places import Inventory
from core.ports import ReadingsStore
from core.readings import Kind, Novelty, Reading, Semantics
from detectors.events import ConcernCleared, ConcernRaised, WatchEvent
from detectors.settings import WatchSettings
from detectors.watch import Watch

WINDOW, LOOKED_FOR = timedelta(days=7), timedelta(days=28)
AHEAD = timedelta(hours=1)
"""By so much a reading may be dated later than it was received."""
METERED: Final = frozenset({Kind.POWER, Kind.ENERGY})
PEOPLES: Final = frozenset({Kind.MOTION, Kind.DOOR, Kind.OCCUPANCY, Kind.VIBRATION, Kind.BUTTON, Kind.SOS, Kind.TAMPER})
"""What only somebody who moves makes a device say."""
_RECEIVED = attrgetter("received_at")
_DAY = timedelta(days=1)
_Key = tuple[ConcernKind, str]


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be gone through: `home` from `since` until `until`, with what it taught from `earliest` on.

    `taught`: what endings have taught it, by the two budgets. `inventory` holds that home alone. A gateway that it
    shares is judged by its own devices.
    """

    home: str
    inventory: Inventory
    settings: WatchSettings
    before: float
    after: float
    earliest: datetime
    since: datetime
    until: datetime
    taught: Mapping[float, Taught] = field(default_factory=dict)

    @property
    def devices(self) -> frozenset[str]:
        """Whose readings are heard: the home's own, and the voices of its gateways."""
        return frozenset(self.inventory.devices) | {f"{gateway}/bridge" for gateway in self.inventory.gateways}

    def watch(self, budget: float) -> Watch:
        lessons = {self.home: self.taught.get(budget, Taught({}))}
        return Watch(self.inventory, self.settings, budgets={self.home: budget}, lessons=lessons)


def alone(inventory: Inventory, home: str) -> Inventory:
    """One home of it, with its devices and their gateways, in a form that goes to another process."""
    devices = [replace(device, profile=dict(device.profile)) for device in inventory.devices_of(home)]
    gateways = {device.gateway for device in devices}
    return Inventory.of(
        homes=[inventory.homes[home]],
        gateways=[each for each in inventory.gateways.values() if each.id in gateways],
        devices=devices,
    )


def stored(store: ReadingsStore, devices: Collection[str], since: datetime, until: datetime) -> Iterator[Reading]:
    """Readings of these devices dated from `since` on and received before `until`, in order of receipt; never more
    than a part of them is held.
    """
    waiting: list[Reading] = []
    while since < until:
        end = min(since + WINDOW, until)
        waiting += store.between(devices, since, end + AHEAD if end == until else end)
        waiting.sort(key=_RECEIVED)
        sure = until if end == until else end - AHEAD
        ready = sum(1 for each in waiting if each.received_at < sure)
        yield from waiting[:ready]
        waiting, since = waiting[ready:], end


def replay(store: ReadingsStore, errand: Errand) -> HomeReplay:
    """Raises StoreUnavailable."""
    oldest = _oldest(store, errand)
    if oldest is None:
        return HomeReplay(errand.home, 0.0, 0, 0, Arm(errand.before, None, 0, 0), Arm(errand.after, None, 0, 0))
    return _Passage(store, errand).run(oldest)


def _oldest(store: ReadingsStore, errand: Errand) -> datetime | None:
    """When the first reading is dated. A part at a time: no store has to sort a year."""
    since = errand.earliest
    while since < errand.until:
        end = min(since + LOOKED_FOR, errand.until)
        first = store.between(errand.devices, since, end, limit=1)
        if first:
            return first[0].at
        since = end
    return None


class _Passage:
    """The two walks, side by side from `since` on."""

    def __init__(self, store: ReadingsStore, errand: Errand) -> None:
        self._store = store
        self._errand = errand
        self._one = Walk(errand.watch(errand.before))
        self._other: Walk | None = None
        self._before, self._after = Calls(), Calls()
        self._pending: dict[_Key, tuple[Walk, datetime]] = {}
        self._anyway: dict[_Key, datetime | None] = {}
        self._learned = self._readings = 0

    def run(self, oldest: datetime) -> HomeReplay:
        errand = self._errand
        for reading in stored(self._store, errand.devices, oldest, errand.until):
            if reading.received_at < errand.since:
                self._one.hear((reading,), reading.received_at)
            else:
                self._hear(reading)
        if self._other is None:
            self._part()
        assert self._other is not None
        self._note(self._one.judge(errand.until), self._other)
        self._resolve(self._other.judge(errand.until))
        for key in [*self._pending]:
            self._follow(key)
        return self._told(oldest, self._other)

    def _part(self) -> Walk:
        """From here on they differ."""
        self._one.judge(self._errand.since)
        self._learned = self._days_known()
        self._other = self._one.go_on(self._errand.watch(self._errand.after))
        return self._other

    def _hear(self, reading: Reading) -> None:
        other = self._other or self._part()
        self._readings += 1
        self._note(self._one.hear((reading,), reading.received_at), other)
        self._resolve(other.hear((reading,), reading.received_at))

    def _note(self, said: list[tuple[datetime, WatchEvent]], other: Walk) -> None:
        """As it is. Where only this way says so, the other goes on from here as if nobody came, should it matter."""
        for at, event in said:
            self._before.note([event])
            if isinstance(event, ConcernRaised) and _key(event.concern) not in self._anyway:
                self._wait_for(event.concern, at, other)

    def _wait_for(self, concern: Concern, at: datetime, other: Walk) -> None:
        key = _key(concern)
        if concern.kind in BUDGETED and key not in self._pending and not _has(self._after, key):
            self._pending[key] = other.go_on(self._errand.watch(self._errand.after)), at

    def _resolve(self, said: list[tuple[datetime, WatchEvent]]) -> None:
        """As proposed."""
        for _, event in said:
            self._after.note([event])
            if isinstance(event, ConcernRaised):
                self._pending.pop(_key(event.concern), None)
        if self._pending:
            over = {_key(call.concern) for call in self._before if call.cleared_at is not None}
            for key in [key for key in self._pending if key in over]:
                self._follow(key)

    def _follow(self, key: _Key) -> None:
        """When would it be a concern as proposed, had nobody come and nothing moved?"""
        walk, raised = self._pending.pop(key)
        until = min(raised + FOLLOWED, self._errand.until)
        self._anyway[key] = None
        for reading in stored(self._store, self._errand.devices, raised, until):
            still = lifeless(reading)
            if still is not None and self._is_said(walk.hear((still,), still.received_at), key):
                return
        self._is_said(walk.judge(until), key)

    def _is_said(self, said: list[tuple[datetime, WatchEvent]], key: _Key) -> bool:
        for at, event in said:
            if isinstance(event, ConcernRaised) and _key(event.concern) == key:
                self._anyway[key] = at
                return True
            if isinstance(event, ConcernCleared) and (event.kind, event.episode) == key:
                return True
        return False

    def _days_known(self) -> int:
        homes, _ = self._one.watch.statuses(dirty_only=False)
        return max((status.learned_days for status in homes), default=0)

    def _told(self, oldest: datetime, other: Walk) -> HomeReplay:
        errand = self._errand
        before, after = _by_key(self._before), _by_key(self._after)
        differences = (self._difference(key, before.get(key), after.get(key)) for key in {**before, **after})
        return HomeReplay(
            errand.home,
            round((errand.until - max(errand.since, oldest)) / _DAY, 2),
            self._learned,
            self._readings,
            _arm(errand.before, self._one.watch.mean_wait(errand.home), before),
            _arm(errand.after, other.watch.mean_wait(errand.home), after),
            tuple(sorted((each for each in differences if each is not None), key=lambda each: each.since)),
        )

    def _difference(self, key: _Key, before: Call | None, after: Call | None) -> Difference | None:
        """None where both say the same."""
        call = before or after
        assert call is not None
        one, other = (None if each is None else each.concern.at for each in (before, after))
        if one == other:
            return None
        return Difference(
            call.concern.kind,
            call.concern.episode,
            call.concern.since,
            one,
            other,
            sent_before=before is not None and before.sent_somebody,
            sent_after=after is not None and after.sent_somebody,
            ended=call.cleared_at,
            anyway=self._anyway.get(key),
        )


def lifeless(reading: Reading) -> Reading | None:
    """What a device would have said all the same had nobody moved: of a meter only that it lives; None for nothing."""
    if reading.kind in PEOPLES:
        return None
    if reading.kind not in METERED:
        return reading
    said = replace(reading, kind=Kind.LIVENESS, value=True, unit=None)
    return replace(said, semantics=Semantics.STATE, novelty=Novelty.REPEATED)


def _key(concern: Concern) -> _Key:
    return concern.kind, concern.episode


def _has(calls: Calls, key: _Key) -> bool:
    return any(_key(call.concern) == key for call in calls)


def _by_key(calls: Calls) -> dict[_Key, Call]:
    return {_key(call.concern): call for call in calls if call.kind in BUDGETED}


def _arm(budget: float, mean_wait: float | None, calls: dict[_Key, Call]) -> Arm:
    return Arm(budget, mean_wait, len(calls), sum(call.sent_somebody for call in calls.values()))
