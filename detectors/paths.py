"""Paths: a gateway as heard through the devices behind it, in one home or in a thousand.

What a gateway's silence means depends on who else would have been heard through it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from core.places import Inventory
from core.ports import Snapshot
from detectors.health import LONGEST_ALLOWANCE, Rhythm
from detectors.instants import HOUR, MINUTE, NEVER

NAPPING = frozenset({"ctwing", "huawei-iotda", "onenet"})
"""Platforms of NB-IoT devices, whose `offline` is how a battery lives for years (power saving mode)."""
PLATFORMS = NAPPING | {"aliyun-alink", "the-things-stack", "tuya", "yolink"}
"""Conventions whose messages come from an operator's servers, not from a box in the home."""
GATEWAYS = "watch/gateways"
"""The owner of snapshots of shared gateways."""
_VERSION = 1
_PATH_FIELDS = 7


class Path(Rhythm):
    """A gateway as heard through any of its devices, and what its bridge says of itself (`said_at`: last time).

    `gone_at` and `back_at` date its last outage: nothing behind it is to be blamed for that. `platform`: what it
    brings comes from an operator's servers.
    """

    __slots__ = ("back_at", "gone_at", "offline_at", "platform", "said_at")

    is_shared = False

    def __init__(self) -> None:
        super().__init__(pause=HOUR)
        self.platform = False
        self.offline_at = self.said_at = self.gone_at = self.back_at = NEVER

    def own_deadline(self) -> float:
        return self.heard + self.allowance(shortest=20 * MINUTE, unlearned=3 * HOUR)

    def say(self, t: float, *, online: bool) -> bool:
        """The bridge speaks of itself. False if this is old news."""
        if t <= self.said_at:
            return False
        self.said_at = t
        if online:
            self.offline_at = NEVER
        elif self.offline_at == NEVER:
            self.offline_at = t
        return True

    def snapshot(self) -> list[float | None]:
        return [*super().snapshot(), *(None if t == NEVER else t for t in self._times()), float(self.platform)]

    def restore(self, body: list[float | None]) -> None:
        super().restore(body[:3])
        times = (NEVER if t is None else t for t in body[3:_PATH_FIELDS])
        self.offline_at, self.said_at, self.gone_at, self.back_at = times
        self.platform = bool(body[_PATH_FIELDS]) if len(body) > _PATH_FIELDS else False

    def _times(self) -> tuple[float, ...]:
        return self.offline_at, self.said_at, self.gone_at, self.back_at


class SharedPath(Path):
    """A gateway with several homes behind it: a building's radio mast, a network server, an operator's platform.

    It is heard through all of them, so that one home's dead sensor is never taken for its silence, and its silence
    never for that of a thousand sensors.
    """

    __slots__ = ()

    is_shared = True

    def own_deadline(self) -> float:
        return self.heard + self.allowance(shortest=20 * MINUTE, unlearned=LONGEST_ALLOWANCE)

    def fails(self, t: float) -> bool:
        """Called offline, or silent for longer than it ever is, by then."""
        return NEVER < self.offline_at <= t or (self.heard != NEVER and t > self.own_deadline())


def own_path(known: Path | None) -> Path:
    """One home's alone, also if it was shared until now."""
    if known is None or not known.is_shared:
        return known or Path()
    path = Path()
    path.restore(known.snapshot())
    return path


class SharedGateways:
    """The gateways that several homes stand behind, each known once."""

    def __init__(self) -> None:
        self.paths: dict[str, SharedPath] = {}
        self._unsaved: set[str] = set()

    def use_inventory(self, inventory: Inventory, learned: Callable[[str, str], Path | None]) -> None:
        """`learned` gives what one home knows of a gateway: kept where others now come to stand behind it."""
        known, self.paths = self.paths, {}
        for gateway, homes in inventory.homes_by_gateway.items():
            if len(homes) < 2:  # noqa: PLR2004 - several
                continue
            shared = self.paths[gateway] = known.get(gateway) or SharedPath()
            before = next((path for home in homes if (path := learned(home, gateway)) is not None), None)
            if gateway not in known and before is not None:
                shared.restore(before.snapshot())
                self._unsaved.add(gateway)

    def is_away(self, gateway: str, t: float) -> bool:
        """Is this a shared gateway that was silent or called offline until `t`?"""
        path = self.paths.get(gateway)
        return path is not None and path.fails(t)

    def heard(self, gateway: str) -> None:
        """Something of it may have changed."""
        if gateway in self.paths:
            self._unsaved.add(gateway)

    def snapshots(self, as_of: datetime, *, dirty_only: bool) -> Iterator[Snapshot]:
        wanted = self._unsaved & self.paths.keys() if dirty_only else set(self.paths)
        self._unsaved = set()
        for gateway in sorted(wanted):
            if gateway in self.paths:
                yield Snapshot(GATEWAYS, gateway, _VERSION, as_of, {"path": self.paths[gateway].snapshot()})

    def restore(self, snapshot: Snapshot) -> None:
        """Of a gateway that stands in one home now, nothing is taken up; of an unknown layout neither."""
        if snapshot.key in self.paths and snapshot.version == _VERSION:
            self.paths[snapshot.key].restore(snapshot.body["path"])
