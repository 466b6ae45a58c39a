"""Shelly, every generation: the first on `shellies/<id>/…` with bare values, the others with RPC notifications.

A notification is a delta: what it leaves out has not changed. Counters are Wh, but watt-minutes on first-generation
relays. Source: Shelly, "Gen1 device API: MQTT" and "Gen2 device API: notifications, MQTT, components".
"""

from typing import Any

from core.readings import Kind
from ingest.conventions.decoded import Decoded, Malformed, Profiles, Reason, Said, liveness
from ingest.conventions.payload import parse_object, text
from ingest.conventions.shelly_components import components, events, rpc_stamp
from ingest.conventions.shelly_first import Presses, first_generation
from ingest.conventions.voice import Voice

MAX_PREFIXES = 4096
_FIRST = frozenset(
    {"sensor", "relay", "emeter", "light", "roller", "input", "input_event", "longpush", "color", "white"}
)
_SAYINGS = frozenset({"announce", "info", "status", "temperature", "temperature_f", "temperature_status",
                      "overtemperature", "voltage", "ext_temperature", "ext_humidity", "meter"})  # fmt: skip


class Shelly:
    """The convention as it is registered."""

    name = "shelly"

    def decoder(self) -> "ShellyDecoder":
        return ShellyDecoder()


class ShellyDecoder:
    """Remembers whose topic prefix is whose (a user may set it), and the last press of each input."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._presses = Presses()

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        levels = topic.split("/")
        match levels:
            case [*prefix, "events", "rpc"] if prefix:
                return self._notified("/".join(prefix), parse_object(payload), profiles, retain=retain)
            case [*prefix, "status", component] if prefix:
                return self._status("/".join(prefix), component, payload, profiles, retain=retain)
            case [*prefix, "online"] if prefix:
                return self._online("/".join(prefix), payload)
            case ["shellies", "announce" | "command"]:
                return []
            case [*_, "rpc" | "command"] | [*_, "debug", "log"]:
                return []
        at = next((i for i, level in enumerate(levels) if i > 0 and level in _FIRST | _SAYINGS), None)
        if at is None:
            raise Malformed(Reason.TOPIC, "no topic of a Shelly")
        voice = Voice(self._name("/".join(levels[:at])))
        told = first_generation(voice, levels[at:], payload, profiles.of(voice.device), self._presses, retain=retain)
        return _alive(told, liveness(voice.device), retain=retain)

    def _name(self, prefix: str) -> str:
        """As the device calls itself where it has told, else its prefix without the customary `shellies/`."""
        return self._names.get(prefix) or prefix.removeprefix("shellies/")

    def _notified(self, prefix: str, said: dict[str, Any], profiles: Profiles, *, retain: bool) -> list[Said]:
        source, method, params = said.get("src"), said.get("method"), said.get("params")
        if not isinstance(source, str) or not 0 < len(source) <= 64 or not isinstance(params, dict):  # noqa: PLR2004
            raise Malformed(Reason.SHAPE, "no src, or no params")
        if len(self._names) < MAX_PREFIXES or prefix in self._names:
            self._names[prefix] = source
        when = rpc_stamp(params.get("ts"))
        voice = Voice(source, when)
        match method:
            case "NotifyStatus" | "NotifyFullStatus":
                told = [one for name, content in params.items()
                        for one in components(voice, name, content, profiles.of(source))]  # fmt: skip
            case "NotifyEvent":
                told = events(voice, params.get("events"), profiles.of(source))
            case _:
                return []
        return _alive(told, liveness(source, when), retain=retain)

    def _status(self, prefix: str, component: str, payload: bytes, profiles: Profiles, *, retain: bool) -> list[Said]:
        voice = Voice(self._name(prefix))
        if not payload.startswith(b"{"):
            return [] if retain else [liveness(voice.device)]
        told = components(voice, component, parse_object(payload), profiles.of(voice.device))
        return _alive(told, liveness(voice.device), retain=retain)

    def _online(self, prefix: str, payload: bytes) -> list[Said]:
        word = text(payload).strip()
        if word not in {"true", "false"}:
            raise Malformed(Reason.VALUE, f"online {word[:40]!r}")
        return [Voice(self._name(prefix)).fact(Kind.AVAILABILITY, "online" if word == "true" else "offline")]


def _alive(told: list[Said], alive: Decoded, *, retain: bool) -> list[Said]:
    """The device lives, whatever it said; what is known of its radio is no word of its own."""
    spoke = any(not isinstance(one, Decoded) or one.kind is not Kind.LINK for one in told)
    return told if spoke or retain else [alive, *told]
