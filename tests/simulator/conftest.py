"""Fixtures: a small street, and a made-up recording laid out as the real ones are."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.community import Community, build_community
from tests.simulator.street import SEED


@pytest.fixture(scope="session")
def community() -> Community:
    return build_community(24, seed=SEED)


@pytest.fixture
def recording_folder(tmp_path: Path) -> Path:
    """A made-up recording of two days, as small as can be and as the real ones are laid out."""
    (tmp_path / "home.toml").write_text(
        'name = "tiny"\ntimezone = "Europe/Berlin"\nabout = "made up"\n'
        '[[device]]\nid = "pir"\nkind = "motion"\nplace = "bathroom"\nrole = "room"\n'
        '[[device]]\nid = "door"\nkind = "door"\nplace = "entrance"\nrole = "front_door"\n'
        '[[device]]\nid = "bed"\nkind = "occupancy"\nplace = "attic"\nrole = "bed"\n'
        '[[device]]\nid = "meter"\nkind = "power"\nplace = "entrance"\nrole = "main_meter"\n'
        '[[device]]\nid = "kettle"\nkind = "power"\nplace = "kitchen"\nrole = "kettle"\n'
        '[[device]]\nid = "lamp"\nkind = "power"\nplace = "living"\nrole = "lamp"\n'
        '[[device]]\nid = "icebox"\nkind = "power"\nplace = "kitchen"\nrole = "refrigerator"\n'
    )
    start = datetime(2020, 3, 1, tzinfo=UTC)
    rows = [(start + timedelta(minutes=7 * turn), "pir,motion,detected") for turn in range(400)]
    rows += [(start + timedelta(hours=hour), "door,door,open") for hour in (9, 33)]
    rows += [(start + timedelta(hours=hour, seconds=20), "door,door,closed") for hour in (9, 33)]
    rows += [(start + timedelta(hours=hour), f"bed,occupancy,{how}") for hour, how in ((6, "clear"), (21, "occupied"))]
    rows += [
        (start + timedelta(minutes=30 * turn), f"meter,power,{80 if turn % 48 < 12 else 900}") for turn in range(96)
    ]
    rows += [
        (start + timedelta(minutes=15 * turn), f"kettle,power,{1800 if turn % 40 == 7 else 0}") for turn in range(192)
    ]
    rows += [(start + timedelta(hours=6 * turn), f"lamp,power,{1000 if turn % 2 else 0}") for turn in range(8)]
    rows += [(start + timedelta(hours=turn), f"icebox,power,{90 if turn % 2 else 2}") for turn in range(48)]
    lines = ["at,device,kind,value"] + [f"{at:%Y-%m-%dT%H:%M:%SZ},{rest}" for at, rest in sorted(rows)]
    with gzip.open(tmp_path / "readings.csv.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    silent_from, silent_to = start + timedelta(hours=30), start + timedelta(hours=40)
    (tmp_path / "truth.csv").write_text(
        f"start,end,label\n{silent_from:%Y-%m-%dT%H:%M:%SZ},{silent_to:%Y-%m-%dT%H:%M:%SZ},meter_silent\n"
    )
    return tmp_path
