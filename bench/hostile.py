"""Hostile payloads over every convention: mutated real messages, and whether anything but a refusal comes of them.

`python -m bench.hostile --payloads 1000000` prints how many, how fast, every refusal's reason, and the memory.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.conventions.decoded import Decoded, Decoder, Malformed, OneProfile, Refusal
from ingest.conventions.registry import installed
from ingest.fixtures import Fixture, read

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples" / "messages"
FRESH_EVERY = 200
"""Messages that one decoder hears before another takes its place: it may grow by what it is told."""
SLOW = 0.05
"""Seconds of a decode that are worth telling."""
_EDGES: Sequence[Any] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 1e308, -0.0, 1e-320, "", " ", "\0", "on", "true", "nan", "inf",
    "-", "9" * 400, "x" * 5000, "\ud800", "{{ 1 }}", "{{ value * 99999999 }}", "$.a", "../..", [], {},
    [[]], [None] * 50,
    {"": ""}, {"value": None}, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 253402300800, -62135596801,
)  # fmt: skip


@dataclass
class Outcome:
    """`broken` are payloads that raised anything but Malformed, with the convention and the error."""

    payloads: int = 0
    facts: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    slowest: float = 0.0
    slow: list[str] = field(default_factory=list)


def seeds() -> list[Fixture]:
    return [read(path) for path in sorted(EXAMPLES.glob("*.json"))]


def mutated(payload: bytes, chance: random.Random) -> bytes:
    """Something like this payload, and not it."""
    if chance.random() < 0.6:
        try:
            said = json.loads(payload)
        except ValueError:
            pass
        else:
            return json.dumps(_twisted(said, chance)).encode("utf-8", "surrogatepass")
    return _torn(payload, chance)


def _twisted(value: Any, chance: random.Random, *, depth: int = 0) -> Any:
    """Some nodes replaced, dropped, nested, or moved to another key."""
    if depth > 12 or chance.random() < 0.08:
        return chance.choice(_EDGES)
    if chance.random() < 0.01:
        deep: Any = value
        for _ in range(chance.randrange(60)):
            deep = [deep] if chance.random() < 0.5 else {"a": deep}
        return deep
    if isinstance(value, dict):
        items = [(key, _twisted(one, chance, depth=depth + 1)) for key, one in value.items() if chance.random() > 0.05]
        if items and chance.random() < 0.1:
            items.append((chance.choice(["value", "time", "state", "", "a" * 300]), items[0][1]))
        return dict(items)
    if isinstance(value, list):
        return [_twisted(one, chance, depth=depth + 1) for one in value for _ in range(chance.choice((1, 1, 1, 0, 3)))]
    return value


def _torn(payload: bytes, chance: random.Random) -> bytes:
    """Bytes flipped, cut, doubled or put in."""
    raw = bytearray(payload[: chance.randrange(len(payload) + 1)] if chance.random() < 0.3 else payload)
    for _ in range(chance.randrange(6)):
        at = chance.randrange(len(raw) + 1)
        match chance.randrange(4):
            case 0 if raw:
                raw[at % len(raw)] = chance.randrange(256)
            case 1:
                raw[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(8)))
            case 2:
                raw += raw[at : at + 40]
            case _:
                del raw[at : at + chance.randrange(9)]
    return bytes(raw)


def topics(topic: str, chance: random.Random) -> str:
    """Mostly the topic itself."""
    if chance.random() < 0.85:
        return topic
    levels = topic.split("/")
    chance.shuffle(levels)
    return "/".join(levels[: chance.randrange(len(levels) + 1)])


def attack(payloads: int, *, seed: int) -> Iterator[Outcome]:
    """Offer so many; yields the same running outcome now and then, and at the end."""
    chance, outcome, conventions = random.Random(seed), Outcome(), installed()
    examples = seeds()
    decoders: dict[str, Decoder] = {}
    while outcome.payloads < payloads:
        if outcome.payloads % (FRESH_EVERY * len(examples)) == 0:
            decoders = {name: one.decoder() for name, one in conventions.items()}
            yield outcome
        fixture = chance.choice(examples)
        sent = chance.choice(fixture.messages)
        profile = dict(fixture.profile) if chance.random() < 0.8 else _profile(fixture, chance)
        topic, payload = topics(sent.topic, chance), mutated(sent.payload, chance)
        _offer(
            decoders[fixture.convention],
            fixture.convention,
            topic,
            payload,
            profile,
            outcome,
            retain=chance.random() < 0.2,
        )
    yield outcome


def _profile(fixture: Fixture, chance: random.Random) -> dict[str, object]:
    """An installer's mistakes."""
    twisted = _twisted(dict(fixture.profile), chance)
    return twisted if isinstance(twisted, dict) else {}


def _offer(
    decoder: Decoder,
    name: str,
    topic: str,
    payload: bytes,
    profile: dict[str, object],
    outcome: Outcome,
    *,
    retain: bool,
) -> None:
    outcome.payloads += 1
    begun = time.perf_counter()
    try:
        for one in decoder.decode(topic, payload, retain=retain, profiles=OneProfile(profile)):
            if isinstance(one, Refusal):
                outcome.refused[one.reason.value] += 1
            else:
                assert isinstance(one, Decoded)
                outcome.facts += 1
    except Malformed as refusal:
        outcome.refused[refusal.reason.value] += 1
    except Exception as error:  # noqa: BLE001 - just what is looked for
        if len(outcome.broken) < 20:
            outcome.broken.append(
                f"{name} {topic!r} {payload[:300]!r} {profile!r:.200}: {type(error).__name__}: {error}"
            )
    took = time.perf_counter() - begun
    outcome.slowest = max(outcome.slowest, took)
    if took > SLOW and len(outcome.slow) < 20:
        outcome.slow.append(f"{name}: {took * 1000:.0f} ms for {len(payload)} bytes: {payload[:120]!r}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.hostile", description=__doc__)
    parser.add_argument("--payloads", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    begun = time.perf_counter()
    early = 0
    outcome = Outcome()
    for outcome in attack(given.payloads, seed=given.seed):
        if early == 0 and outcome.payloads >= given.payloads // 10:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took = time.perf_counter() - begun
    late = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{outcome.payloads:,} payloads over {len(installed())} conventions in {took:.0f} s")
    print(f"facts {outcome.facts:,}, refused " + ", ".join(f"{why} {n:,}" for why, n in outcome.refused.most_common()))
    print(f"slowest decode {outcome.slowest * 1000:.1f} ms")
    print(f"memory {early / 1024:.0f} MB after a tenth, {late / 1024:.0f} MB at the end")
    for line in (*outcome.slow, *outcome.broken):
        print(line)
    print(f"{len(outcome.broken)} broke a decoder")
    sys.exit(1 if outcome.broken else 0)


if __name__ == "__main__":
    main()
