"""Stand-ins: simulated homes with the sensors of a recorded one, heard through the same conventions and gate."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from anxin.comparison.portrait import Portrait, portrait
from anxin.comparison.rooms import rooms_of
from anxin.comparison.witness import witness
from core.places import Inventory, Room
from simulator import playback, recording
from simulator.community import Community, Household, build_community
from simulator.likeness import fitted_like
from simulator.recording import Recording
from simulator.timeline import HomeStream

FROM: Final = datetime(2026, 3, 2)  # noqa: DTZ001 - in each home's own zone
"""A Monday; simulated lives know no season, but for how warm their rooms are."""


def of_recorded(folder: Path, *, seed: int) -> Portrait:
    """The recorded home. Raises RecordingError for a folder that is none."""
    found = recording.load(folder)
    seen = witness(playback.messages(found), found.inventory, found.home)
    return portrait(seen, _rooms(_fitted(found, build_community(1, seed=seed), 0)))


def of_simulated(folder: Path, *, number: int, homes: int, seed: int, days: int) -> Portrait:
    """The `number`-th of so many simulated homes, fitted like the recorded one."""
    community = build_community(homes, seed=seed)
    household = _fitted(recording.load(folder), community, number)
    since = FROM.replace(tzinfo=community.zone)
    stream = HomeStream(household, seed=seed).messages(since, since + timedelta(days=days), announce=True)
    inventory = Inventory.of(community.areas, (household.home,), (household.gateway,), household.devices)
    return portrait(witness(stream, inventory, household.home), _rooms(household))


def _fitted(found: Recording, community: Community, number: int) -> Household:
    natives = ((device, device.id.partition("/")[2]) for device in found.devices)
    fitted = [(device, found.kinds[native]) for device, native in natives if native in found.kinds]
    return fitted_like(community.households[number], fitted, seed=community.seed)


def _rooms(household: Household) -> frozenset[Room]:
    """Those that both can tell apart."""
    return rooms_of((sensor.room, sensor.role) for sensor in household.kit.sensors)
