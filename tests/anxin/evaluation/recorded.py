"""A made-up recording of three weeks: somebody who sleeps, potters about, cooks, and goes out after lunch."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

START = datetime(2026, 3, 2, tzinfo=UTC)
ROOMS = ("bedroom", "bathroom", "living", "kitchen")
_TOML = """name = "quiet-street-4"
timezone = "Europe/Berlin"
about = "made up"
"""
_DEVICES = (
    *((f"pir-{room}", "motion", room, "room") for room in ROOMS),
    ("door", "door", "entrance", "front_door"),
    ("kettle", "power", "kitchen", "kettle"),
    ("meter", "power", "entrance", "main_meter"),
)
_Row = tuple[datetime, str]


def write_recording(folder: Path, *, days: int = 21, seed: int = 4) -> Path:
    """The same for the same seed."""
    folder.mkdir(parents=True, exist_ok=True)
    named = (f'[[device]]\nid = "{a}"\nkind = "{b}"\nplace = "{c}"\nrole = "{d}"\n' for a, b, c, d in _DEVICES)
    (folder / "home.toml").write_text(_TOML + "".join(named))
    rng = Random(seed)
    rows, away = list[_Row](), list[tuple[datetime, datetime]]()
    for day in range(days):
        rows += _day(START + timedelta(days=day), rng, away)
    lines = [f"{at.isoformat()},{said}" for at, said in sorted(rows)]
    with gzip.open(folder / "readings.csv.gz", "wt") as out:
        out.write("\n".join(["at,device,kind,value", *lines]) + "\n")
    noted = [f"{since.isoformat()},{until.isoformat()},away" for since, until in away]
    (folder / "truth.csv").write_text("\n".join(["start,end,label", *noted]) + "\n")
    return folder


def _day(midnight: datetime, rng: Random, away: list[tuple[datetime, datetime]]) -> Iterator[_Row]:
    up = midnight + timedelta(hours=6, minutes=rng.uniform(0, 30))
    leaves = midnight + timedelta(hours=13, minutes=rng.uniform(0, 40))
    back = leaves + timedelta(minutes=rng.uniform(40, 110))
    bed = midnight + timedelta(hours=21, minutes=rng.uniform(0, 30))
    yield from _night(midnight, rng)
    yield from _awake(up, leaves, rng)
    for at in (leaves, back):
        yield at, "door,door,open"
        yield at + timedelta(seconds=6), "door,door,closed"
    away.append((leaves, back))
    yield from _awake(back + timedelta(minutes=1), bed, rng)
    yield bed + timedelta(minutes=10), "pir-bedroom,motion,detected"
    for hour in (7, 16):
        boils = midnight + timedelta(hours=hour, minutes=rng.uniform(0, 20))
        yield boils, "kettle,power,2000"
        yield boils + timedelta(minutes=4), "kettle,power,0"
    for minute in range(0, 1440, 10):
        yield midnight + timedelta(minutes=minute), f"meter,power,{80 if minute % 60 < 30 else 150}"


def _night(midnight: datetime, rng: Random) -> Iterator[_Row]:
    at = midnight + timedelta(hours=2, minutes=rng.uniform(0, 60))
    yield at, "pir-bedroom,motion,detected"
    yield at + timedelta(minutes=1), "pir-bathroom,motion,detected"
    yield at + timedelta(minutes=5), "pir-bedroom,motion,detected"


def _awake(since: datetime, until: datetime, rng: Random) -> Iterator[_Row]:
    at = since
    while at < until:
        room = rng.choice(ROOMS)
        for _ in range(rng.randint(1, 4)):
            if at >= until:
                return
            yield at, f"pir-{room},motion,detected"
            at += timedelta(minutes=rng.uniform(1, 4))
        at += timedelta(minutes=rng.uniform(1, 25))
