"""Profiles of one gateway's devices, gathered from the inventory once and looked up per message.

A bridge's profile includes those of the devices below it: a radio code is only known by the device that owns it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from core.places import Inventory
from ingest.conventions.decoded import NO_PROFILE, Profile
from ingest.conventions.models import models

_NO_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class GatewayProfiles:
    """By native device id. Devices without a profile are not in it."""

    by_device: Mapping[str, Profile]

    def of(self, device: str) -> Profile:
        return self.by_device.get(device, NO_PROFILE)


NO_PROFILES = GatewayProfiles({})


@lru_cache(maxsize=1024)
def profile_of_model(model: str) -> Mapping[str, object]:
    """What is known of a model ("Milesight WS301", "milesight-ws301"): a profile, or a LoRaWAN layout of that name."""
    name = _NO_NAME.sub("-", model.lower()).strip("-")
    layout: dict[str, object] = {"codec": name} if name in models("lora")["codecs"] else {}
    return MappingProxyType(layout | models("profiles").get(name, {}))


def profiles_of(inventory: Inventory) -> dict[str, GatewayProfiles]:
    """By gateway; gateways without any profile are left out."""
    gathered: dict[str, dict[str, dict[str, object]]] = {}
    for device in inventory.devices.values():
        profile = {**profile_of_model(device.model), **device.profile} if device.model else device.profile
        if not profile:
            continue
        native = device.id.removeprefix(f"{device.gateway}/")
        of_gateway = gathered.setdefault(device.gateway, {})
        of_gateway.setdefault(native, {}).update(profile)
        bridge, slash, _ = native.rpartition("/")
        if slash:
            of_gateway.setdefault(bridge, {}).update(_owned(profile, native))
    return {gateway: GatewayProfiles(found) for gateway, found in gathered.items()}


def _owned(profile: Mapping[str, object], owner: str) -> dict[str, object]:
    """The entries as the bridge sees them: whose each one is."""
    return {key: {"device": owner, **entry} if isinstance(entry, dict) else entry for key, entry in profile.items()}
