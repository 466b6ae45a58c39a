"""What the watch costs: time per reading in bulk and one by one, memory and restore of ten thousand homes.

Homes are drawn by a small seeded generator; figures depend on the machine and are printed, not asserted.
"""

import argparse
import gc
import heapq
import json
import random
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room
from core.ports import Snapshot
from core.readings import Kind, Novelty, Reading, Semantics, Value
from detectors.home_watch import SNAPSHOT_VERSION
from detectors.watch import Watch

START = datetime(2026, 9, 1, tzinfo=UTC)
_KIT = (
    ("bathroom", Room.BATHROOM, Role.ROOM), ("bedroom", Room.BEDROOM, Role.ROOM), ("living", Room.LIVING, Role.ROOM),
    ("kitchen", Room.KITCHEN, Role.ROOM), ("door", Room.ENTRANCE, Role.FRONT_DOOR), ("sos", Room.BEDROOM, Role.SOS),
    ("kettle", Room.KITCHEN, Role.KETTLE), ("smoke", Room.KITCHEN, Role.SMOKE), ("bridge", Room.OTHER, Role.BRIDGE),
)  # fmt: skip
MOVED: Value = True
_CHECK_IN = timedelta(minutes=50)
KNOWN_DAYS, LONGEST_DAYS = 62, 90
"""Two months; and as long as anything of a single day is kept."""


def inventory(homes: int) -> Inventory:
    return Inventory.of(
        [Area("grid", AreaKind.GRID, "grid")],
        [Home(f"h-{n}", "grid", f"{n}") for n in range(homes)],
        [Gateway(f"g-{n}", f"h-{n}") for n in range(homes)],
        [Device(f"g-{n}/{name}", f"h-{n}", room, role, f"g-{n}") for n in range(homes) for name, room, role in _KIT],
    )


def day_of(home: int, day: int) -> Iterator[Reading]:
    """About 300 readings: bouts of motion from seven to ten in the evening, a walk, tea, and check-ins."""
    chance = random.Random(home * 1000 + day)
    gateway, morning = f"g-{home}", START + timedelta(days=day, hours=-1)  # seven in Shanghai
    said: list[Reading] = []
    at = morning + timedelta(minutes=chance.uniform(0, 40))
    while at < morning + timedelta(hours=15):
        room = chance.choice(("bathroom", "living", "living", "kitchen", "bedroom"))
        for _ in range(chance.randint(1, 5)):
            said.append(_said(f"{gateway}/{room}", Kind.MOTION, MOVED, at))
            at += timedelta(seconds=chance.uniform(70, 240))
        at += timedelta(minutes=chance.uniform(2, 35))
    for minute in (150.0, 230.0):
        out = morning + timedelta(minutes=minute, seconds=chance.uniform(0, 600))
        said.append(_said(f"{gateway}/door", Kind.DOOR, "open", out))
        said.append(_said(f"{gateway}/door", Kind.DOOR, "closed", out + timedelta(seconds=5)))
    for n, (name, _, _) in enumerate(_KIT):
        beat = START + timedelta(days=day, minutes=5.5 * n - 480, seconds=chance.uniform(0, 30))
        said += [_said(f"{gateway}/{name}", Kind.BATTERY, 80.0, beat + k * _CHECK_IN) for k in range(28)]
    yield from sorted(said, key=lambda reading: reading.at)


def _said(device: str, kind: Kind, value: Value, at: datetime) -> Reading:
    semantics = Semantics.EVENT if kind is Kind.MOTION else Semantics.STATE
    novelty = Novelty.REPEATED if kind is Kind.BATTERY else Novelty.CHANGED
    return Reading(device, kind, value, at, at, novelty=novelty, semantics=semantics)


def community(homes: int, days: int, *, first: int = 0) -> Iterator[Reading]:
    for day in range(first, first + days):
        yield from heapq.merge(*(day_of(home, day) for home in range(homes)), key=lambda reading: reading.at)


def bulk(homes: int, days: int, batch: int, *, known: int = 0) -> dict[str, float]:
    """History as it goes in before a demonstration: in batches, with nobody asking. Of homes that are known for so many
    days before, which are not counted: what is learned of many days may cost more.
    """
    watch = Watch(inventory(homes))
    for day in range(known):
        watch.observe(list(community(homes, 1, first=day)))
    readings = list(community(homes, days, first=known))
    begun = time.process_time()
    for first in range(0, len(readings), batch):
        watch.observe(readings[first : first + batch])
    spent = time.process_time() - begun
    return {
        "readings": len(readings),
        "seconds": round(spent, 2),
        "us_per_reading": round(1e6 * spent / len(readings), 2),
    }


def live(homes: int) -> dict[str, float]:
    """One reading at a time, everything judged when it is due."""
    watch = Watch(inventory(homes))
    readings = list(community(homes, 2))
    begun, asked = time.process_time(), 0
    for reading in readings:
        due = watch.next_due()
        while due is not None and due <= reading.at:
            watch.run_due(due)
            asked += 1
            due = watch.next_due()
        watch.observe((reading,))
    spent = time.process_time() - begun
    return {"readings": len(readings), "asked": asked, "us_per_reading": round(1e6 * spent / len(readings), 2)}


def at_rest(homes: int, days: int) -> dict[str, float]:
    """Memory of homes that have learned, beyond the inventory; size and time of their snapshots."""
    taught = Watch(inventory(1))
    taught.observe(list(community(1, days)))
    body = json.loads(json.dumps(next(iter(taught.snapshots(START))).body))
    places = inventory(homes)
    snapshots = [Snapshot("watch", f"h-{n}", SNAPSHOT_VERSION, START, _renamed(body, n)) for n in range(homes)]
    gc.collect()
    tracemalloc.start()
    watch = Watch(places)
    watch.restore(snapshots)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    again = Watch(places)
    begun = time.process_time()
    again.restore(snapshots)
    restored = time.process_time() - begun
    begun = time.process_time()
    saved = sum(1 for _ in again.snapshots(START, dirty_only=False))
    return {
        "homes": saved,
        "kB_per_home": round(held / homes / 1000, 2),
        "restore_s": round(restored, 2),
        "snapshot_s": round(time.process_time() - begun, 2),
        "snapshot_kB": round(len(json.dumps(body)) / 1000, 2),
    }


def _renamed(body: object, home: int) -> dict[str, object]:
    renamed: dict[str, object] = json.loads(
        json.dumps(body).replace("g-0/", f"g-{home}/").replace('"g-0"', f'"g-{home}"')
    )
    return renamed


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=int, default=10_000, help="for memory and restore")
    parser.add_argument("--bulk-homes", type=int, default=60)
    parser.add_argument("--days", type=int, default=28)
    given = parser.parse_args(arguments)
    print("bulk   ", json.dumps(bulk(given.bulk_homes, given.days, 2_000)))
    print("known  ", json.dumps(bulk(max(given.bulk_homes // 6, 1), given.days, 2_000, known=KNOWN_DAYS)))
    print("live   ", json.dumps(live(given.bulk_homes)))
    print("at rest", json.dumps(at_rest(given.homes, given.days)))
    print("in time", json.dumps(at_rest(given.homes, LONGEST_DAYS)))


if __name__ == "__main__":
    main()
