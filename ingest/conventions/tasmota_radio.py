"""Tasmota as a radio bridge: Zigbee (`ZbReceived`), LoRaWAN (`LwReceived`) and 433 MHz codes (`RfReceived`).

Words differ from bridge to bridge: `Contact` 1 is open here, Zigbee `Power` a switch, LoRa `Battery` volts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from core.readings import Kind, Value
from ingest.conventions import radio_link
from ingest.conventions.decoded import Malformed, Profile, Profiles, Reason, Refusal, Said, Stamp, liveness
from ingest.conventions.payload import number
from ingest.conventions.voice import Voice, refused

MAX_FLAGGED = 4096
_TAMPER_BIT, _BATTERY_BIT = 1 << 2, 1 << 3
_MOST_VOLTS = 4.5  # no cell of a LoRa sensor has more: above it the number is something else

_STATES: Mapping[str, tuple[Kind, Value, Value, str | None]] = MappingProxyType(
    {  # attribute: kind, meaning of 1, meaning of 0, channel
        "Contact": (Kind.DOOR, "open", "closed", None),
        "Occupancy": (Kind.MOTION, True, False, None),
        "Water": (Kind.WATER, True, False, None),
        "Fire": (Kind.SMOKE, True, False, None),
        "CO": (Kind.CO, True, False, None),
        "Movement": (Kind.VIBRATION, True, False, None),
        "DoorOpen": (Kind.DOOR, "open", "closed", None),
    }
)
_ZIGBEE_NUMBERS: Mapping[str, tuple[Kind, str]] = MappingProxyType(
    {
        "ActivePower": (Kind.POWER, "W"),
        "BatteryPercentage": (Kind.BATTERY, "%"),
        "BatteryVoltage": (Kind.BATTERY_VOLTAGE, "V"),
        "Temperature": (Kind.TEMPERATURE, "C"),
        "Humidity": (Kind.HUMIDITY, "%"),
    }
)
_PANIC = frozenset({"PersonalAlarm", "Panic"})
_CLICK = frozenset({"Click", "click"})


@dataclass(slots=True)
class RadioMemory:
    """Zone status bits that were set, so that their clearing is told once; unset bits of others are not news."""

    flagged: dict[str, int] = field(default_factory=dict)

    def turn(self, device: str, bits: int) -> tuple[int, int]:
        """Note the bits; which are set now, and which were set before."""
        before = self.flagged.get(device, 0)
        if bits and (before or len(self.flagged) < MAX_FLAGGED):
            self.flagged[device] = bits
        elif before:
            del self.flagged[device]
        return bits, before


def is_zigbee(content: object) -> bool:
    """With SetOption118 a device's object stands without the `ZbReceived` around it."""
    return isinstance(content, dict) and isinstance(content.get("Device"), str) and "LinkQuality" in content


def radio(family: str, content: Any, bridge: str, when: Stamp, profiles: Profiles, memory: RadioMemory) -> list[Said]:
    if not isinstance(content, dict):
        raise Malformed(Reason.SHAPE, f"{family} is an object")
    return RADIOS[family](content, bridge, when, profiles, memory)


def zigbee_devices(
    content: dict[str, Any], bridge: str, when: Stamp, profiles: Profiles, memory: RadioMemory
) -> list[Said]:
    told: list[Said] = []
    for key, attributes in content.items():
        if not isinstance(attributes, dict):
            told.append(Refusal(Reason.SHAPE, "a Zigbee device is an object"))
            continue
        voice = _sensor(bridge, key, attributes, when)
        facts = _zigbee(voice, attributes, profiles.of(voice.device), memory)
        told += facts or [liveness(voice.device, when, alias=voice.alias)]
        told += radio_link.zigbee(voice, attributes.get("LinkQuality"))
    return told


def _sensor(bridge: str, key: str, attributes: dict[str, Any], when: Stamp) -> Voice:
    """Below its bridge, by the key it is reported under; its given name is the alias that survives a rejoin."""
    name = attributes.get("Name")
    name = name.strip() if isinstance(name, str) else ""
    head, _, last = bridge.rpartition("/")
    if head and last.lower() in {key.lower(), key.lower().removeprefix("0x"), name.lower()}:
        bridge = head  # SetOption89 puts the device into the topic as well
    return Voice(f"{bridge}/{key}", when, alias=f"{bridge}/{name}" if name and name != key else None)


def _zigbee(voice: Voice, attributes: dict[str, Any], profile: Profile, memory: RadioMemory) -> list[Said]:
    told: list[Said] = []
    for key, raw in attributes.items():
        if key in profile:
            told += voice.meant(profile, key, raw)
        elif key in _STATES:
            told += _state(voice, key, raw)
        elif key in _ZIGBEE_NUMBERS:
            told += voice.measured(_ZIGBEE_NUMBERS[key][0], raw, _ZIGBEE_NUMBERS[key][1])
        elif key in _PANIC and raw == 1:
            told.append(voice.fact(Kind.SOS, value=True))
        elif key in _CLICK and isinstance(raw, str) and raw:
            told.append(voice.fact(Kind.BUTTON, raw.lower()[:64]))
        elif key == "ZoneStatusChange" and isinstance(raw, int):
            told += _zone_flags(voice, raw, memory)
    return told


def _state(voice: Voice, key: str, raw: object) -> list[Said]:
    kind, active, idle, channel = _STATES[key]
    match raw:
        case None:
            return []
        case 1 | True:
            return [voice.fact(kind, active, channel=channel)]
        case 0 | False:
            return [voice.fact(kind, idle, channel=channel)]
        case _:
            return [refused(key, raw)]


def _zone_flags(voice: Voice, status: int, memory: RadioMemory) -> list[Said]:
    """Tamper and low battery have fixed bits in every zone status (ZCL 8.2.2.2.1.3)."""
    now, before = memory.turn(voice.device, status & (_TAMPER_BIT | _BATTERY_BIT))
    return [
        voice.fact(kind, bool(now & bit))
        for bit, kind in ((_TAMPER_BIT, Kind.TAMPER), (_BATTERY_BIT, Kind.BATTERY_LOW))
        if (now | before) & bit
    ]


def _lorawan_devices(
    content: dict[str, Any], bridge: str, when: Stamp, profiles: Profiles, memory: RadioMemory
) -> list[Said]:
    del memory  # LoRa sensors have nothing to remember
    told: list[Said] = []
    for key, attributes in content.items():
        if not isinstance(attributes, dict):
            told.append(Refusal(Reason.SHAPE, "a LoRa device is an object"))
            continue
        voice = _sensor(bridge, key, attributes, when)
        profile = profiles.of(voice.device)
        facts: list[Said] = []
        for name, raw in attributes.items():
            if name in profile:
                facts += voice.meant(profile, name, raw)
            elif name == "DoorOpen":
                facts += _state(voice, name, raw)
            elif name in {"Battery", "BattV"}:
                volts = number(raw)
                if volts is not None and 0 < volts <= _MOST_VOLTS:
                    facts.append(voice.fact(Kind.BATTERY_VOLTAGE, volts))
        told += facts or [liveness(voice.device, when, alias=voice.alias)]
    return told


def _radio_code(
    content: dict[str, Any], bridge: str, when: Stamp, profiles: Profiles, memory: RadioMemory
) -> list[Said]:
    """One-way codes: only the profile knows whose they are, and what they say."""
    del memory  # a code is complete in itself
    profile = profiles.of(bridge)
    code = str(content.get("Data", ""))
    found = next((name for name in (code, code.upper(), code.removeprefix("0x").upper()) if name in profile), None)
    return [] if found is None else Voice(bridge, when).meant(profile, found, code)


RADIOS: Mapping[str, Callable[[dict[str, Any], str, Stamp, Profiles, RadioMemory], list[Said]]] = MappingProxyType(
    {
        "ZbReceived": zigbee_devices,
        "LwReceived": _lorawan_devices,
        "LwDecoded": _lorawan_devices,
        "RfReceived": _radio_code,
    }
)
