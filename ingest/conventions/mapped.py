"""Payloads that only a profile can give a meaning: flattened to dotted keys, of which the mapped ones are read."""

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.conventions.decoded import Profile, Said
from ingest.conventions.voice import Voice

MOST_KEYS = 512
"""Keys of one message that are looked at; what lies beyond is not read."""


def flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """`{"a": {"b": 1}}` as `{"a.b": 1}`; lists are numbered from 0. Bounded."""
    return dict(_flat(value, prefix, [MOST_KEYS]))


def _flat(value: Any, prefix: str, left: list[int]) -> Iterator[tuple[str, Any]]:
    if left[0] <= 0:
        return
    inner: Iterator[tuple[Any, Any]]
    if isinstance(value, dict):
        inner = iter(value.items())
    elif isinstance(value, list):
        inner = iter(enumerate(value))
    else:
        left[0] -= 1
        yield prefix, value
        return
    for key, one in inner:
        yield from _flat(one, f"{prefix}.{key}" if prefix else str(key), left)


def mapped(voice: Voice, profile: Profile, said: Mapping[str, Any]) -> list[Said]:
    """What the profile says of these keys, in the order said; null is nothing."""
    told: list[Said] = []
    if profile:
        for key, raw in said.items():
            if raw is not None and key in profile:
                told += voice.meant(profile, key, raw)
    return told
