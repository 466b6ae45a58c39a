"""Bridges: how each family of gateways puts a device's words into MQTT, byte for byte as the real ones do."""

from simulator.bridges.bridge import Bridge, Clock
from simulator.bridges.native import NativeBridge
from simulator.bridges.tasmota import TasmotaBridge
from simulator.bridges.zigbee2mqtt import Zigbee2MqttBridge
from simulator.community import Household
from simulator.kits import Convention

__all__ = ["Bridge", "Clock", "bridge_for"]


def bridge_for(household: Household, *, seed: int, clock: Clock) -> Bridge:
    """The gateway of this home; `clock` turns true epoch seconds into what its own clock shows."""
    match household.kit.convention:
        case Convention.ZIGBEE2MQTT:
            return Zigbee2MqttBridge(household, seed=seed, clock=clock)
        case Convention.TASMOTA:
            return TasmotaBridge(household, seed=seed, clock=clock)
        case Convention.NATIVE:
            return NativeBridge(household, seed=seed, clock=clock)
