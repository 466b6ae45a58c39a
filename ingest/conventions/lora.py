"""LoRaWAN payloads for every network server: decoded fields by the vendors' names, and bytes by the vendors' layouts.

Both are data (`models/lora.toml`); a profile `{"codec": "milesight-ws301"}` names the layout where the network server
decodes nothing, and a profile entry for a field always wins.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.conventions.decoded import Malformed, Profile, Reason, Said
from ingest.conventions.mapped import flat
from ingest.conventions.models import models
from ingest.conventions.profile import meaning
from ingest.conventions.voice import Voice

MOST_BYTES = 256
"""A LoRaWAN frame carries at most 242."""


def fields(voice: Voice, profile: Profile, decoded: Any) -> list[Said]:
    """What a decoded payload says."""
    known = models("lora")["fields"]
    told: list[Said] = []
    for key, raw in flat(decoded).items():
        if raw is None:
            continue
        if key in profile:
            told += voice.meant(profile, key, raw)
        elif key in known:
            told += _meant(voice, known, key, raw)
    return told


def raw_bytes(text: object) -> bytes:
    """Of a base64 field. Raises Malformed where it is none, or too long for a frame."""
    if not isinstance(text, str) or len(text) > 2 * MOST_BYTES:
        raise Malformed(Reason.SHAPE, "no frame payload")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise Malformed(Reason.SHAPE, "the frame payload is not base64") from None


def uplink(voice: Voice, profile: Profile, *, decoded: Any, data: object) -> list[Said]:
    """Decoded fields where there are any, else the bytes, if the profile names their layout. Raises Malformed."""
    if isinstance(decoded, dict) and decoded:
        return fields(voice, profile, decoded)
    name = profile.get("codec")
    if name is None or data in (None, ""):
        return []
    codec = models("lora")["codecs"].get(name) if isinstance(name, str) else None
    if codec is None:
        raise Malformed(Reason.PROFILE, f"no codec {str(name)[:40]!r}")
    raw = raw_bytes(data)
    return list(_tlv(voice, codec, raw) if codec["style"] == "tlv" else _fixed(voice, codec, raw))


def _tlv(voice: Voice, codec: Mapping[str, Any], raw: bytes) -> Iterator[Said]:
    """Channel, type, value; lowest byte first. What follows an unknown type cannot be told apart from it."""
    skipped = models("lora")["common-tlv"]
    at = 0
    while at + 2 <= len(raw):
        key = raw[at : at + 2].hex()
        entry = codec.get(key)
        size = entry["size"] if isinstance(entry, dict) else skipped.get(key)
        if size is None:
            return
        value = raw[at + 2 : at + 2 + size]
        if len(value) < size:
            raise Malformed(Reason.SHAPE, "the frame payload is torn")
        if isinstance(entry, dict) and "kind" in entry:
            number = int.from_bytes(value, "little", signed=bool(entry.get("signed")))
            yield from _meant(voice, codec, key, number)
        at += 2 + size


def _fixed(voice: Voice, codec: Mapping[str, Any], raw: bytes) -> Iterator[Said]:
    """Fields at fixed places, highest byte first; only for the working mode that the layout is of."""
    if len(raw) < codec["size"] or raw[codec["when"]["at"]] != codec["when"]["is"]:
        return
    for entry in codec["fields"]:
        number = int.from_bytes(raw[entry["at"] : entry["at"] + entry["size"]], "big") & entry["mask"]
        yield from _meant(voice, {"field": entry}, "field", number)


def _meant(voice: Voice, known: Mapping[str, Any], key: str, raw: Any) -> list[Said]:
    entry = {name: one for name, one in known[key].items() if name not in {"size", "signed", "at", "mask"}}
    found = meaning({key: entry}, key)
    value = None if found is None else found.value_of(raw)
    return [] if found is None or value is None else [voice.fact(found.kind, value)]
