"""Visibility: can we see this home at all? Blind is its own state and never means quiet.

A device is seen while it keeps its own rhythm; a home is as visible as the devices that usually see its person.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from core.concerns import CannotTell, Clear, Verdict
from core.faults import FaultCause
from core.places import Device, Role, Room
from core.readings import Kind, Replay
from core.states import Visibility
from detectors.detector import Observation
from detectors.health import LONGEST_ALLOWANCE, Health, excused
from detectors.instants import DAY, HOUR, MINUTE, NEVER, next_waking
from detectors.paths import NAPPING, PLATFORMS, Path, SharedPath, own_path
from detectors.selfreport import end_day, sees_nobody, take_note
from detectors.view import View

BLIND_BELOW = 0.3
"""Share of the usual signs of life that working devices must cover for a home not to be blind."""
FADING = 1.0 - 1.0 / 4000.0
BRIDGE_GRACE = MINUTE
"""A bridge that restarts is back within seconds; only then does it become an installer's business."""
LIVED_IN = 15
"""Signs of life that make a day one on which a working sensor should have seen somebody."""
LOOK_AGAIN = HOUR
"""Rhythms shrink as they are learned, so a remembered deadline is not trusted for longer than this."""
_TIMES = (
    "day",
    "first_heard",
    "path_heard",
    "lost_at",
    "was_lost_at",
    "regained_at",
    "sight_since",
    "blind_from",
    "bound",
)


class HomeVisibility:
    """Learns each device's rhythm and knows at any instant what of the home can be seen, and why not.

    `shared`: the gateways that other homes stand behind too; whoever owns them tells every such home of their news.
    `sight_since`: when the home was last seen again after being blind; `blind_from`: until when it surely was seen
    before.
    `bound`: before then nothing comes to be doubted. `looks` counts the times when something may have changed.
    """

    name = "visibility"
    version = 1

    __slots__ = ("_dark", "_doubted", "_last_view", "front_doors", "health", "home_signs", "looks", "paths", *_TIMES)

    def __init__(self, devices: Iterable[Device], shared: Mapping[str, SharedPath] | None = None) -> None:
        self.health: dict[str, Health] = {}
        self.front_doors: tuple[Health, ...] = ()
        self.paths: dict[str, Path] = {}
        self.home_signs = 0
        self.day = NEVER
        self.looks = 0
        self.first_heard = self.path_heard = NEVER
        self.lost_at = self.was_lost_at = self.regained_at = NEVER
        self.sight_since = self.blind_from = self.bound = NEVER
        self._dark = True
        self._last_view: View | None = None
        self._doubted: frozenset[str] = frozenset()
        self.use_devices(devices, shared or {})

    def use_devices(self, devices: Iterable[Device], shared: Mapping[str, SharedPath]) -> None:
        """What is known of devices that stay is kept, also when they were given another role or room."""
        kept, paths = self.health, self.paths
        self.health, self.paths = {}, {}
        for device in devices:
            health = Health(device)
            if device.id in kept:
                health.restore(kept[device.id].snapshot())
                if kept[device.id].device != device:
                    health.doubts = health.question = None  # it was set up anew: asked again only if it still seems so
            else:
                health.known_since = self.path_heard
            self.health[device.id] = health
            if device.gateway not in self.paths:
                self.paths[device.gateway] = shared.get(device.gateway) or own_path(paths.get(device.gateway))
        self.front_doors = tuple(h for h in self.health.values() if h.device.role is Role.FRONT_DOOR)
        self.bound, self._last_view = NEVER, None
        self.looks += 1

    def observe(self, seen: Observation) -> None:
        t, reading, device = seen.t, seen.reading, seen.device
        if t > self.bound:
            self._look_back(t, news=False)
        health, path, doubted = self.health[device.id], self.paths[device.gateway], self._doubted
        changed = bool(doubted) and (device.id in doubted or device.gateway in doubted)
        if reading.kind is Kind.AVAILABILITY:
            self._hear_availability(health, path, seen)
            changed = True
        elif reading.replay is Replay.LIVE:
            self._hear(health, path, t)
        path.platform = reading.source in PLATFORMS
        if seen.sign is not None:
            self.home_signs += 1
            health.signs = health.signs * FADING + 1.0
            health.sees = True
            health.sign_at, health.stuck_since = t, NEVER
        if take_note(health, reading, t):
            self.looks += 1
        if changed:
            self._look_back(t)

    def _hear(self, health: Health, path: Path, t: float) -> None:
        """A device spoke, so it lives, and so does its gateway."""
        if self._doubted and health.device.gateway in self._doubted and path.heard != NEVER:
            path.gone_at, path.back_at = path.heard, t
        regained_at = self.regained_at
        health.hear(t, excused=health.heard < regained_at or health.heard < path.back_at)
        path.hear(t, excused=path.heard < regained_at)
        if t >= health.offline_at:
            health.offline_at = NEVER
        if t >= path.offline_at:
            path.offline_at = NEVER
        self.path_heard = max(self.path_heard, t)
        if self.first_heard == NEVER:
            self.first_heard = t

    def _hear_availability(self, health: Health, path: Path, seen: Observation) -> None:
        if seen.reading.value == "sleeping" or (seen.reading.value == "offline" and seen.reading.source in NAPPING):
            return  # off on purpose: its own rhythm says when it should have woken
        online = seen.reading.value == "online"
        health.online = online
        if health.device.role is Role.BRIDGE:
            path.say(seen.t, online=online)
        elif not online:
            health.offline_at = seen.t if health.offline_at == NEVER else health.offline_at
        elif seen.reading.replay is Replay.LIVE:
            self._hear(health, path, seen.t)
        else:
            health.offline_at = NEVER

    def bridge_says(self, gateway: str, t: float, *, online: bool) -> None:
        """The voice of a gateway, also where its bridge is no device of this home. Old news changes nothing."""
        path = self.paths.get(gateway)
        if path is not None and (path.say(t, online=online) or path.is_shared):
            self._look_back(t)

    def look(self, t: float) -> None:
        """A gateway that this home shares with others has news."""
        self._look_back(t)

    def lose_broker(self, t: float) -> None:
        """Our own session ended: whatever a home does now, we would not hear it."""
        if self.lost_at == NEVER:
            self.lost_at = self.was_lost_at = t
            self._look_back(t)

    def regain_broker(self, t: float) -> None:
        """The session is back: pauses that began before it count from now on."""
        if self.lost_at != NEVER:
            self.lost_at, self.regained_at = NEVER, t
            self._look_back(t)

    def deadline(self, health: Health) -> float:
        """When this device's silence becomes unusual; for one never heard, a day after it could have been."""
        if health.heard == NEVER:
            since = max(self.first_heard, health.known_since)
            return NEVER if since == NEVER else since + LONGEST_ALLOWANCE
        until = health.speaks_until
        if health.heard < self.regained_at:
            until = excused(health.heard, until, self.was_lost_at, self.regained_at)
        path = self.paths[health.device.gateway]
        return excused(health.heard, until, path.gone_at, path.back_at) if health.heard < path.back_at else until

    def path_deadline(self, gateway: str) -> float:
        """When the gateway itself is to be doubted: nothing for longer than usual, from two devices at least."""
        path = self.paths[gateway]
        own = path.own_deadline()
        if path.is_shared:
            return excused(path.heard, own, self.was_lost_at, self.regained_at)
        oldest = path.heard - LONGEST_ALLOWANCE
        behind = [
            h for h in self.health.values() if h.heard >= oldest and h.heard != NEVER and h.device.gateway == gateway
        ]
        if len(behind) > 1:
            second = sorted([h.heard + 1.2 * h.pause for h in behind])[1]
        else:
            second = max((h.speaks_until for h in behind), default=own)
        until = min(max(own, second), path.heard + LONGEST_ALLOWANCE)
        return excused(path.heard, until, self.was_lost_at, self.regained_at)

    def usual_pause(self) -> float:
        """The longest that is usual between two words from this home, over the gateway that speaks most."""
        own = [path.pause for path in self.paths.values() if path.heard != NEVER and not path.is_shared]
        return min(own or [h.pause for h in self.health.values() if h.heard != NEVER], default=HOUR)

    def path_fails(self, gateway: str, t: float) -> FaultCause | None:
        path = self.paths[gateway]
        if NEVER < path.offline_at <= t:
            return FaultCause.BRIDGE_OFFLINE
        if path.heard != NEVER and t > self.path_deadline(gateway):
            return FaultCause.PLATFORM_SILENT if path.platform else FaultCause.GATEWAY_SILENT
        return None

    def works(self, health: Health, t: float) -> bool:
        """Heard within its rhythm, neither offline nor stuck by then; its gateway apart."""
        if health.heard == NEVER or (t > health.speaks_until and t > self.deadline(health)):
            return False  # outages put a deadline off, they never bring it forward
        return not (NEVER < health.offline_at <= t or NEVER < health.stuck_since <= t)

    def view(self, t: float) -> View:
        """What can be seen at `t` if nothing more is heard until then."""
        return self._view(t, {gateway: self.path_fails(gateway, t) for gateway in self.paths})

    def _view(self, t: float, failing: Mapping[str, FaultCause | None]) -> View:
        """`failing`: why each gateway is not to be heard."""
        total = covered = 0.0
        families = seeing = watching = 0
        for health in self.health.values():
            if not health.sees:
                continue
            weight = health.signs + 0.5
            total += weight
            watching += 1
            if failing[health.device.gateway] is None and self.works(health, t):
                covered += weight
                seeing += 1
                families |= health.family
        coverage = covered / total if total else 0.0
        if NEVER < self.lost_at <= t:
            return View(Visibility.BLIND, 0.0, 0, 0, FaultCause.BROKER_LOST.value)
        if seeing == watching and total:
            return View(Visibility.VISIBLE, 1.0, families.bit_count(), seeing, "")
        reason = next((c.value for c in failing.values() if c is not None), "") or self._device_reason(t)
        state = Visibility.BLIND if coverage < BLIND_BELOW else Visibility.PARTIAL
        return View(state, coverage, families.bit_count(), seeing, reason)

    def covered(self, room: Room, t: float) -> float:
        """The share of the usual signs of this room that working devices cover; 1 where nothing watches it."""
        here = [health for health in self.health.values() if health.sees and health.device.room is room]
        total = sum(health.signs + 0.5 for health in here)
        works = sum(health.signs + 0.5 for health in here if self.works(health, t))
        return works / total if here else 1.0

    def view_unheard(self, t: float) -> View:
        """`view`, remembered while nothing can have changed."""
        if self._last_view is None or t > self.bound:
            return self.view(t)
        return self._last_view

    def _device_reason(self, t: float) -> str:
        watching = [h for h in self.health.values() if h.sees and h.heard != NEVER]
        if not watching:
            return ""
        stuck = any(NEVER < h.stuck_since <= t for h in watching)
        return (FaultCause.DEVICE_STUCK if stuck else FaultCause.DEVICE_SILENT).value

    def deadlines(self) -> Iterator[float]:
        """Every instant at which, with nothing heard, something comes to be doubted."""
        for health in self.health.values():
            yield self.deadline(health)
        for gateway, path in self.paths.items():
            if path.heard != NEVER:
                yield self.path_deadline(gateway)
            if path.offline_at != NEVER:
                yield path.offline_at + BRIDGE_GRACE

    def _look_back(self, t: float, *, news: bool = True) -> None:
        """Notice what silence up to `t` means, and when the next deadline passes. Where there are no `news`, that is
        mostly nothing.
        """
        before = self._dark, self._doubted
        failing = {gateway: self.path_fails(gateway, t) for gateway in self.paths}
        self._last_view = self._view(t, failing)
        blind = self._last_view.state is Visibility.BLIND
        if blind and not self._dark:
            self.blind_from = min(t, self.path_heard)
        elif self._dark and not blind:
            self.sight_since = t
        self._dark = blind
        self._end_days(t)
        doubted = {i for i, h in self.health.items() if not self.works(h, t)}
        self._doubted = frozenset(doubted | {gateway for gateway, cause in failing.items() if cause is not None})
        self.looks += news or bool(self._doubted) or (self._dark, self._doubted) != before
        self.bound = min(min((d for d in self.deadlines() if d > t), default=math.inf), t + LOOK_AGAIN)

    def _end_days(self, t: float) -> None:
        """Once a day: which devices saw anybody, on a day on which there was somebody to see?"""
        day = t // DAY
        if day <= self.day:
            return
        if self.home_signs >= LIVED_IN:
            for health in self.health.values():
                signed, works = health.sign_at >= self.day * DAY, self.works(health, t)
                end_day(health, signed=signed, works=works)
                if health.sees and works and health.stuck_since == NEVER and sees_nobody(health):
                    health.stuck_since = t
        self.day, self.home_signs = day, 0

    def due(self, after: datetime | None = None) -> datetime | None:
        return next_waking(after, *self.deadlines())

    def assess(self, now: datetime) -> Verdict:
        view = self.view(now.timestamp())
        return CannotTell(view.reason or "no_sensor") if view.state is Visibility.BLIND else Clear(view.state.value)

    def snapshot(self) -> dict[str, Any]:
        return {
            "devices": {device: health.snapshot() for device, health in self.health.items()},
            "paths": {gateway: path.snapshot() for gateway, path in self.paths.items() if not path.is_shared},
            "times": [None if (t := getattr(self, name)) == NEVER else t for name in _TIMES],
            "signs": self.home_signs,
            "dark": self._dark,
            "doubted": sorted(self._doubted),
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        for device, state in body["devices"].items():
            if device in self.health:
                self.health[device].restore(state)
        for gateway, state in body["paths"].items():
            if gateway in self.paths and not self.paths[gateway].is_shared:
                self.paths[gateway].restore(state)
        for name, t in zip(_TIMES, body["times"], strict=True):
            setattr(self, name, NEVER if t is None else float(t))
        for device, health in self.health.items():
            if device not in body["devices"]:
                health.known_since = self.path_heard
        self.home_signs = int(body["signs"])
        self._dark = bool(body["dark"])
        self._doubted = frozenset(body["doubted"])
