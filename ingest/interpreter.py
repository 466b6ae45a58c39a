"""From one message to the readings it gives: route, decode, resolve the device, pass the gate. No I/O, no waiting.

Whatever a message holds, it ends here in readings, in a counter with a sample, or in both; never in an exception.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence

from core.places import Inventory
from core.readings import ALARM_KINDS, Reading
from ingest.allowance import Allowances
from ingest.conventions.decoded import Convention, Decoded, Decoder, Malformed, Reason, Refusal, Said
from ingest.gate import Gate
from ingest.message import Message
from ingest.profiles import NO_PROFILES, profiles_of
from ingest.report import Tally
from ingest.route import Route, route

BRIDGE = "bridge"
STRANGERS = 64
"""Gateways that nobody enrolled and whose devices are shown all the same."""

logger = logging.getLogger(__name__)


class Interpreter:
    """Keeps one decoder per gateway and convention. The inventory may be swapped at any time."""

    def __init__(
        self, inventory: Inventory, *, gate: Gate, conventions: Mapping[str, Convention], tally: Tally
    ) -> None:
        self.gate = gate
        self.tally = tally
        self._conventions = conventions
        self._decoders: dict[tuple[str, str], Decoder] = {}
        self._inventory = inventory
        self._profiles = profiles_of(inventory)
        self._strangers: set[str] = set()
        self.allowances = Allowances()
        self.allowances.use(_devices_behind(inventory))

    @property
    def inventory(self) -> Inventory:
        return self._inventory

    @inventory.setter
    def inventory(self, inventory: Inventory) -> None:
        for device in self._inventory.devices.keys() - inventory.devices.keys():
            self.gate.forget(device)  # bound again, it begins with a baseline
        self._inventory = inventory
        self._profiles = profiles_of(inventory)
        self._strangers.clear()
        self.allowances.use(_devices_behind(inventory))
        bound = [device for device in self.tally.unknown if device in inventory.devices]
        self.tally.know(bound)

    def interpret(self, message: Message) -> list[Reading]:
        """The readings to keep and to hear, in the order said. Everything else is counted and sampled."""
        tally = self.tally
        tally.messages += 1
        way = route(message.topic)
        if way is None:
            return self._malformed(message, Reason.TOPIC, "not below gw/<gateway>/<convention>/")
        if way.gateway not in self._inventory.gateways and not self._listens_to_stranger(way, message):
            return []
        floods = not self.allowances.admits(way.gateway, message.received_at)
        decoder = self._decoder(way)
        if decoder is None:
            return self._malformed(message, Reason.TOPIC, f"no convention {way.convention[:40]!r}")
        profiles = self._profiles.get(way.gateway, NO_PROFILES)
        try:
            said = decoder.decode(way.native, message.payload, retain=message.retain, profiles=profiles)
            if floods:
                said = self._alarms_of(said, message, way)
            return self._judged(way, said, message) if said else []
        except Malformed as refusal:
            return self._malformed(message, refusal.reason, refusal.detail)
        except Exception:  # one message that breaks a decoder must not stop the others
            logger.exception("a message of convention %s was set aside after breaking its decoder", way.convention)
            tally.poisoned += 1
            tally.sample(message, "poison", way.convention)
            return []

    def _alarms_of(self, said: Sequence[Said], message: Message, way: Route) -> list[Said]:
        """All that is kept of a gateway beyond its allowance: a call for help is never too much."""
        kept: list[Said] = [one for one in said if isinstance(one, Decoded) and one.kind in ALARM_KINDS]
        self.tally.over_rate += len(said) - len(kept)
        self.tally.sample(message, "over_rate", way.gateway)
        return kept

    def _listens_to_stranger(self, way: Route, message: Message) -> bool:
        """A gateway that nobody enrolled: its devices are shown to the installer while there is room for them."""
        self.tally.unknown_gateways += 1
        self.tally.sample(message, "unknown_gateway", way.gateway)
        if way.gateway not in self._strangers and len(self._strangers) >= STRANGERS:
            return False
        self._strangers.add(way.gateway)
        return True

    def _decoder(self, way: Route) -> Decoder | None:
        found = self._decoders.get((way.gateway, way.convention))
        if found is None:
            convention = self._conventions.get(way.convention)
            if convention is None:
                return None
            found = self._decoders[way.gateway, way.convention] = convention.decoder()
        return found

    def _judged(self, way: Route, said: Sequence[Said], message: Message) -> list[Reading]:
        by_device: dict[str, list[Decoded]] = {}
        strangers: dict[str, list[Decoded]] = {}
        for one in said:
            if isinstance(one, Refusal):
                self.tally.refused[one.reason] += 1
                self.tally.sample(message, one.reason.value, one.detail)
                continue
            device, bound = self._resolve(way.gateway, one, message)
            if device is not None:
                (by_device if bound else strangers).setdefault(device, []).append(one)
        for device, facts in strangers.items():
            self.tally.heard_unknown(device, way.convention, facts, message)
        kept: list[Reading] = []
        for device, facts in by_device.items():
            for admitted in self.gate.admit(device, facts, message, source=way.convention):
                if admitted.decision.drops:
                    self.tally.dropped[admitted.decision] += 1
                else:
                    kept.append(admitted.reading)
        self.tally.readings += len(kept)
        return kept

    def _resolve(self, gateway: str, fact: Decoded, message: Message) -> tuple[str | None, bool]:
        """The platform-wide id of the device, by its native id or by its alias, and whether it may be heard.

        None for one that is bound elsewhere. A gateway's own voice needs no binding.
        """
        devices = self._inventory.devices
        device = f"{gateway}/{fact.device}"
        bound = devices.get(device)
        if bound is None and fact.alias is not None:
            bound = devices.get(f"{gateway}/{fact.alias}")
        if bound is None:
            return device, fact.device == BRIDGE and gateway in self._inventory.gateways
        if bound.gateway == gateway:
            return bound.id, True
        self.tally.mismatched += 1
        self.tally.sample(message, "mismatched_gateway", device)
        return None, False

    def _malformed(self, message: Message, reason: Reason, detail: str) -> list[Reading]:
        self.tally.malformed[reason] += 1
        self.tally.sample(message, reason.value, detail)
        return []


def _devices_behind(inventory: Inventory) -> dict[str, int]:
    """How many devices are bound behind each gateway."""
    return dict.fromkeys(inventory.gateways, 0) | Counter(device.gateway for device in inventory.devices.values())
