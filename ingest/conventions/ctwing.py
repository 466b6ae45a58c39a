"""CTWing, China Telecom's platform (AEP): messages that it pushes for NB-IoT and other devices, one object each.

What a product's own keys mean, a profile says: `serviceData.Battery_Level`, `eventContent.battery_state`.
Source: CTWing, "message push" (dataReport, eventReport, deviceOnlineOfflineReport).
"""

from hashlib import blake2b
from typing import Any

from core.readings import Kind, TimeSource
from ingest.conventions.decoded import Malformed, Profiles, Reason, Said, liveness
from ingest.conventions.mapped import flat, mapped
from ingest.conventions.payload import name_in, parse, parse_object
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice

_ONLINE, _OFFLINE = 1, 0


class Ctwing:
    """The convention as it is registered."""

    name = "ctwing"

    def decoder(self) -> "CtwingDecoder":
        return CtwingDecoder()


class CtwingDecoder:
    """Remembers nothing."""

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        del topic  # the relay's own
        said = parse_object(payload)
        device, what = name_in(said, "deviceId"), name_in(said, "messageType")
        voice = Voice(device, stamp(said.get("timestamp"), TimeSource.NETWORK), message_id=_identity(said, payload))
        match what:
            case "deviceOnlineOfflineReport":
                return _availability(voice, said.get("eventType"))
            case "dataReport" | "dataReportTupLL":
                content = flat(_opened(said.get("payload")))
            case "eventReport":
                content = flat(said.get("eventContent"), "eventContent")
            case "commandResponse" | "deviceInfoReport":
                content = {}
            case _:
                return []
        told = mapped(voice, profiles.of(device), content)
        return told or ([] if retain else [liveness(device, voice.when)])


def _opened(content: Any) -> Any:
    """Some products send their data as JSON text."""
    if isinstance(content, str) and content.lstrip().startswith("{"):
        try:
            return parse(content.encode(errors="replace"))
        except Malformed:
            return content
    return content


def _identity(said: dict[str, Any], payload: bytes) -> str | None:
    """The platform numbers packets only for some protocols (-1 is no number): the time and the whole text do."""
    if said.get("timestamp") is None:
        return None
    return f"{said['timestamp']}#{blake2b(payload, digest_size=8).hexdigest()}"


def _availability(voice: Voice, event: object) -> list[Said]:
    if not isinstance(event, int) or isinstance(event, bool) or event not in {_ONLINE, _OFFLINE}:
        raise Malformed(Reason.VALUE, f"eventType {str(event)[:40]!r}")
    return [voice.fact(Kind.AVAILABILITY, "online" if event == _ONLINE else "offline")]
