"""The Things Stack 3: `v3/<application>@<tenant>/devices/<device>/up` and its kin, in JSON.

The network server's `received_at` inside `uplink_message` dates an uplink; EUIs are upper case here, lower elsewhere.
Source: The Things Industries, "MQTT server" and "Data formats".
"""

from typing import Any

from core.readings import TimeSource
from ingest.conventions.decoded import Malformed, Profiles, Reason, Said, liveness
from ingest.conventions.lora import uplink
from ingest.conventions.payload import name_in, parse_object
from ingest.conventions.radio_link import lora
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice


class TheThingsStack:
    """The convention as it is registered."""

    name = "the-things-stack"

    def decoder(self) -> "TheThingsStackDecoder":
        return TheThingsStackDecoder()


class TheThingsStackDecoder:
    """Remembers nothing."""

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        match topic.strip("/").split("/"):
            case ["v3", _, "devices", _, "up"]:
                return _uplink(parse_object(payload), profiles, retain=retain)
            case ["v3", _, "devices", _, "join"]:
                said = parse_object(payload)
                device, _ = _names(said)
                return [] if retain else [liveness(device, stamp(said.get("received_at"), TimeSource.NETWORK))]
            case ["v3", *_]:
                return []  # downlinks, locations and events of the network
            case _:
                raise Malformed(Reason.TOPIC, "not v3/<application>@<tenant>/devices/<device>/…")


def _names(said: dict[str, Any]) -> tuple[str, str | None]:
    """The EUI, by which a device is known, and its name in the application."""
    ids = said.get("end_device_ids")
    if not isinstance(ids, dict):
        raise Malformed(Reason.SHAPE, "no end_device_ids")
    eui = name_in(ids, "dev_eui", "device_id").lower()
    name = ids.get("device_id")
    return eui, name if isinstance(name, str) and name != eui else None


def _uplink(said: dict[str, Any], profiles: Profiles, *, retain: bool) -> list[Said]:
    device, alias = _names(said)
    message = said.get("uplink_message")
    if not isinstance(message, dict):
        raise Malformed(Reason.SHAPE, "no uplink_message")
    if said.get("simulated") is True:
        return []  # somebody tries the console: nothing has happened
    when = stamp(message.get("received_at") or said.get("received_at"), TimeSource.NETWORK)
    session = message.get("session_key_id")
    known = isinstance(session, str) and session
    identity = f"{session}/{message.get('f_cnt', 0)}" if known else None
    voice = Voice(device, when, alias=alias, message_id=identity)
    decoded, data = message.get("decoded_payload"), message.get("frm_payload")
    told = uplink(voice, profiles.of(device), decoded=decoded, data=data)
    told = told or ([] if retain else [liveness(device, when, alias=alias)])
    return told + lora(voice, message.get("rx_metadata")) if told else told
