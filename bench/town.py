"""The town that is measured: simulated homes with people around them, enrolled as any other; and what they say.

Everything comes from the simulator, so that kits, conventions and the mix of messages are those of real homes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from anxin.enroll import Roll, RouteRow, roll_of, take
from anxin.neighbours import neighbours
from anxin.stores import Stores
from core.places import Inventory
from simulator.community import Community, build_community
from simulator.message import Message
from simulator.timeline import messages

SEED = 9
_STAMP = re.compile(rb'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?)(?:Z|[+-]\d\d:\d\d)"')


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the load. Where it carries a time (`place` bytes into the payload, None if it has none) it is
    written anew when it goes out: the clock then, `ahead` seconds on, which holds the device's zone and its error.
    """

    topic: str
    payload: bytes
    place: int | None = None
    ahead: float = 0.0
    millis: bool = False

    def at(self, now: datetime) -> bytes:
        """The payload as sent at `now` (UTC)."""
        if self.place is None:
            return self.payload
        stamp = (now + timedelta(seconds=self.ahead)).isoformat(timespec="milliseconds" if self.millis else "seconds")
        text = stamp[: 23 if self.millis else 19].encode()
        return self.payload[: self.place] + text + self.payload[self.place + len(text) :]


def build(homes: int) -> Community:
    return build_community(homes, seed=SEED)


def enroll(inventory: Inventory, stores: Stores, *, webhook: str | None = None) -> None:
    """Take the town with its people into the stores. `webhook`: everybody is reached there instead of on a phone."""
    people = neighbours(inventory, seed=SEED)
    reached = people.people
    if webhook is not None:
        route = [RouteRow(channel="webhook", address=webhook)]
        reached = [person.model_copy(update={"routes": route}) for person in reached]
    places: Roll = roll_of(inventory)
    roll = places.model_copy(update={"people": reached, "ties": people.ties, "shifts": people.shifts})
    take(roll, stores.inventory, stores.accounts)


def what_is_said(community: Community, count: int) -> Iterator[Said]:
    """The first `count` messages of an ordinary morning, of all homes together, in order.

    Played faster than they happened, a device's messages must keep their order: its clock's error is always the same.
    """
    morning = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    played = (m for m in messages(community, since=morning, seed=SEED) if not m.will)
    errors: dict[tuple[str, bool], float] = {}
    for message in islice(played, count):
        one = said(message)
        clock = (message.gateway, one.millis)
        yield replace(one, ahead=errors.setdefault(clock, one.ahead))


def said(message: Message) -> Said:
    """The message with the place of its first time stamp, if it has one that names an instant."""
    found = _STAMP.search(message.payload)
    if found is None:
        return Said(message.topic, message.payload)
    shown = datetime.fromisoformat(found[1].decode()).replace(tzinfo=UTC)
    ahead = (shown - message.at).total_seconds()
    return Said(message.topic, message.payload, found.start(1), ahead, found[2] is not None)


def write(load: Iterator[Said], path: Path) -> int:
    """One message per line: place, ahead, millis, topic, payload. Returns how many."""
    count = 0
    with path.open("wb") as lines:
        for one in load:
            count += 1
            place = -1 if one.place is None else one.place
            head = f"{place}\t{one.ahead:.3f}\t{int(one.millis)}\t{one.topic}\t"
            lines.write(head.encode() + one.payload + b"\n")
    return count


def read(path: Path) -> list[Said]:
    with path.open("rb") as lines:
        return [_line(line.rstrip(b"\n")) for line in lines]


def _line(line: bytes) -> Said:
    place, ahead, millis, topic, payload = line.split(b"\t", 4)
    at = int(place)
    return Said(topic.decode(), payload, None if at < 0 else at, float(ahead), millis == b"1")
