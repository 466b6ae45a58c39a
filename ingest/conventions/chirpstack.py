"""ChirpStack 3 and 4: `application/<id>/device/<eui>/event/<type>`, in JSON.

A frame that several gateways heard is one event. Protobuf's JSON leaves zeros out: a missing fCnt is 0.
Source: ChirpStack, "Integrations: event types" and "MQTT".
"""

from typing import Any

from core.readings import Kind, TimeSource
from ingest.conventions.decoded import Malformed, Profiles, Reason, Said, liveness
from ingest.conventions.lora import uplink
from ingest.conventions.payload import parse, parse_object
from ingest.conventions.radio_link import lora
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice


class ChirpStack:
    """The convention as it is registered."""

    name = "chirpstack"

    def decoder(self) -> "ChirpStackDecoder":
        return ChirpStackDecoder()


class ChirpStackDecoder:
    """Remembers nothing."""

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        match topic.strip("/").split("/"):
            case [*_, "application", _, "device", eui, "event", what]:
                return _event(eui.lower(), what, parse_object(payload), profiles, retain=retain)
            case [*_, "application", _, "device", eui, "rx" | "up"]:  # until 3.10
                return _event(eui.lower(), "up", parse_object(payload), profiles, retain=retain)
            case ["application", *_]:
                return []  # commands to devices, and errors of the network
            case ["gateway" | "eu868" | "cn470" | "us915" | "as923", *_]:
                return []  # between gateways and the network server
            case _:
                raise Malformed(Reason.TOPIC, "not application/<id>/device/<eui>/event/<type>")


def _event(eui: str, what: str, said: dict[str, Any], profiles: Profiles, *, retain: bool) -> list[Said]:
    identity = said.get("deduplicationId")
    when = stamp(said.get("time") or _heard_at(said.get("rxInfo")), TimeSource.NETWORK)
    voice = Voice(eui, when, message_id=identity if isinstance(identity, str) and identity else None)
    match what:
        case "up":
            told = uplink(voice, profiles.of(eui), decoded=_decoded(said), data=said.get("data"))
        case "status":
            told = _status(voice, said)
        case "join" | "ack":
            told = []
        case _:
            return []  # txack, log, location, integration: of the network, not of the device
    told = told or ([] if retain else [liveness(eui, when)])
    return told + lora(voice, said.get("rxInfo")) if told else told


def _decoded(said: dict[str, Any]) -> Any:
    """Version 3 may send the decoded object as text."""
    text = said.get("objectJSON")
    return parse(text.encode(errors="replace")) if isinstance(text, str) and text else said.get("object")


def _heard_at(receivers: Any) -> Any:
    """Version 3 has no time of its own: the gateways' is taken, where they have one."""
    for receiver in receivers if isinstance(receivers, list) else ():
        if isinstance(receiver, dict) and (time := receiver.get("time", receiver.get("nsTime"))):
            return time
    return None


def _status(voice: Voice, said: dict[str, Any]) -> list[Said]:
    """A device on mains, or one that cannot tell, says nothing of its battery."""
    if said.get("externalPowerSource") is True or said.get("batteryLevelUnavailable") is True:
        return []
    return voice.measured(Kind.BATTERY, said.get("batteryLevel"), "%")
