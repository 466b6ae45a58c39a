"""rtl_433 and OpenMQTTGateway: one-way radio sensors, heard by a receiver and told by model and id.

Which way round a contact is differs by model (closed=1, opened=1, contact_open=1), so it is data. Sources: rtl_433,
"Data format" and its device decoders; OpenMQTTGateway, "RTL_433", "BT" and "RF" gateways; Theengs decoder properties.
"""

from collections.abc import Mapping
from typing import Any

from core.readings import Kind, TimeSource
from ingest.conventions.decoded import Malformed, Profile, Profiles, Reason, Said, liveness
from ingest.conventions.models import models
from ingest.conventions.payload import name_in, number, parse, parse_object, text
from ingest.conventions.profile import meaning
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice

BRIDGE = "bridge"
_STATES = frozenset({"online", "offline"})
_BLUETOOTH = {"open": ("open", "closed"), "contact": ("open", "closed"), "door": ("open", "closed")}


class Rtl433:
    """The convention as it is registered."""

    name = "rtl433"

    def decoder(self) -> "Rtl433Decoder":
        return Rtl433Decoder()


class Rtl433Decoder:
    """Remembers nothing."""

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        levels = topic.strip("/").split("/")
        if levels[-1] in {"availability", "LWT"}:
            return _availability(payload)
        if not payload or levels[-1] in {"set", "config"}:
            return []
        match levels:
            case [_, _, "devices", model, *_, identity, key] if not payload.startswith(b"{"):
                return _radio({"model": model, "id": identity, key: _scalar(payload)}, profiles, retain=retain)
            case [*_, "BTtoMQTT", address]:
                return _bluetooth(address, parse_object(payload), profiles, retain=retain)
            case [*_, receiver, "SRFBtoMQTT" | "433toMQTT" | "RFtoMQTT" | "PilighttoMQTT"]:
                return _code(receiver, parse_object(payload), profiles)
            case [*_, "SYStoMQTT"]:
                return [] if retain else [liveness(BRIDGE)]
            case _:
                return _radio(parse_object(payload), profiles, retain=retain)


def _availability(payload: bytes) -> list[Said]:
    state = text(payload).strip().lower()
    if state not in _STATES:
        raise Malformed(Reason.VALUE, f"availability {state[:40]!r}")
    return [Voice(BRIDGE).fact(Kind.AVAILABILITY, state)]


def _scalar(payload: bytes) -> Any:
    try:
        return parse(payload)
    except Malformed:
        return text(payload)


def _radio(said: dict[str, Any], profiles: Profiles, *, retain: bool) -> list[Said]:
    """One transmission. Sensors repeat each several times: told apart by nobody, and all the same."""
    model = name_in(said, "model")
    device = f"{model}/{name_in(said, 'id')}"
    voice, profile = Voice(device, stamp(said.get("time"), TimeSource.GATEWAY)), profiles.of(device)
    known = models("rtl433").get(model, {})
    told: list[Said] = []
    for key, raw in said.items():
        if raw is None:
            continue
        if key in profile:
            told += voice.meant(profile, key, raw)
        elif key in known:
            told += _of_model(voice, known, key, raw)
        else:
            told += _common(voice, key, raw)
    return told or ([] if retain else [liveness(device, voice.when)])


def _of_model(voice: Voice, known: Mapping[str, Any], key: str, raw: Any) -> list[Said]:
    found = meaning(known, key)
    value = None if found is None else found.value_of(raw)
    return [] if found is None or value is None else [voice.fact(found.kind, value)]


def _common(voice: Voice, key: str, raw: Any) -> list[Said]:
    """Keys that mean the same in every decoder, as the data format lists them."""
    match key:
        case "battery_ok" if (level := number(raw)) is not None:
            return [voice.fact(Kind.BATTERY_LOW, level == 0)]
        case "battery_mV":
            return voice.measured(Kind.BATTERY_VOLTAGE, raw, "mV")
        case "battery_V":
            return voice.measured(Kind.BATTERY_VOLTAGE, raw, "V")
        case "tamper" if number(raw) in {0, 1} or isinstance(raw, bool):
            return [voice.fact(Kind.TAMPER, bool(number(raw)) if not isinstance(raw, bool) else raw)]
        case "temperature_C":
            return voice.measured(Kind.TEMPERATURE, raw, "C")
        case "temperature_F":
            return voice.measured(Kind.TEMPERATURE, raw, "F")
        case "humidity":
            return voice.measured(Kind.HUMIDITY, raw, "%")
        case _:
            return []


def _bluetooth(address: str, said: dict[str, Any], profiles: Profiles, *, retain: bool) -> list[Said]:
    """A Bluetooth beacon: Theengs' property names mean the same for every model."""
    voice, profile = Voice(address), profiles.of(address)
    told: list[Said] = []
    for key, raw in said.items():
        if raw is None:
            continue
        if key in profile:
            told += voice.meant(profile, key, raw)
        elif key in _BLUETOOTH and isinstance(raw, bool):
            told.append(voice.fact(Kind.DOOR, _BLUETOOTH[key][0 if raw else 1]))
        elif key == "motion" and isinstance(raw, bool):
            told.append(voice.fact(Kind.MOTION, raw))
        elif key == "batt":
            told += voice.measured(Kind.BATTERY, raw, "%")
        elif key == "tempc":
            told += voice.measured(Kind.TEMPERATURE, raw, "C")
        elif key == "hum":
            told += voice.measured(Kind.HUMIDITY, raw, "%")
    return told or ([] if retain else [liveness(address)])


def _code(receiver: str, said: dict[str, Any], profiles: Profiles) -> list[Said]:
    """A learning-code remote or contact: only a number, whose owner and meaning a profile knows."""
    code = said.get("value")
    if not isinstance(code, int | str) or isinstance(code, bool):
        raise Malformed(Reason.SHAPE, "no value")
    profile: Profile = profiles.of(receiver)
    return Voice(receiver).meant(profile, str(code), code) if str(code) in profile else []
