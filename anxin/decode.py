"""`anxin decode`: files of device messages through convention and gate, one JSON object per file and line."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest.conventions.registry import installed
from ingest.fixtures import Fixture, FixtureRefused, Judged, Refused, happened, play, read, row


def run_decode(files: Sequence[Path], *, explain: bool) -> None:
    """Print what each file gives. Raises FixtureRefused for the first that cannot be played, before anything of it."""
    conventions = installed()
    for path in files:
        fixture = read(path)
        convention = conventions.get(fixture.convention)
        if convention is None:
            known = ", ".join(sorted(conventions))
            raise FixtureRefused(f"{path}: no convention {fixture.convention!r}; there are {known}")
        told = _told(fixture, play(fixture, convention), explain=explain)
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


def _told(fixture: Fixture, outcome: list[Judged | Refused], *, explain: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "fixture": fixture.id,
        "readings": [row(one, explain=explain) for one in outcome if isinstance(one, Judged)],
        "timeline_events": happened(outcome),
    }
    if explain:
        refused = [one for one in outcome if isinstance(one, Refused)]
        told["refused"] = [{"msg": one.msg, "reason": one.reason, "detail": one.detail} for one in refused]
    return told
