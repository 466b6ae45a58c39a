"""How fast each convention is decoded, on one core: its published example messages, over and over, by one decoder.

Decoding alone; what gate, store and detectors cost is in the intake section.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure, Finding
from ingest.conventions.decoded import Decoded, OneProfile
from ingest.conventions.registry import installed
from ingest.fixtures import Fixture, read

SECTION = "decode"
EXAMPLES = Path(__file__).parents[1] / "docs" / "examples" / "messages"


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """`seconds` for each convention."""

    seconds: float = 1.0


def run(options: DecodeOptions) -> Iterator[Finding]:
    for path in sorted(EXAMPLES.glob("*.json")):
        fixture = read(path)
        messages, readings, seconds = _played(fixture, options.seconds)
        yield Figure(
            SECTION, f"{fixture.convention}: messages", messages / seconds, "/s",
            note=f"{readings / seconds:,.0f} readings/s, {1e6 * seconds / messages:.0f} µs a message",
        )  # fmt: skip


def _played(fixture: Fixture, seconds: float) -> tuple[int, int, float]:
    """Messages and readings, and the seconds that they took."""
    decoder, profiles = installed()[fixture.convention].decoder(), OneProfile(fixture.profile)
    messages = readings = 0
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        for sent in fixture.messages:
            said = decoder.decode(sent.topic, sent.payload, retain=sent.retain, profiles=profiles)
            readings += sum(1 for one in said if isinstance(one, Decoded))
        messages += len(fixture.messages)
    return messages, readings, passed
