"""Faults: what goes wrong with devices, gateways, clocks and lines, as parts of a home's script."""

from simulator.chance import chance
from simulator.community import Household
from simulator.kits import Sensor, Sort
from simulator.scenario import ANY, Event, Stuck, What
from simulator.script import Ailing, Ailment, Echo, HomeScript, Outage, Skew

NOTICED = 90.0
"""The broker's patience with a silent gateway: 1.5 times a keep-alive of 60 s."""


def befall(
    event: Event, at: float, end: float, household: Household, *, seed: int
) -> tuple[HomeScript, dict[str, str]]:
    """The fault in this home from `at` to `end` (epoch seconds), and what the truth says about it."""
    match event.what:
        case What.GATEWAY_DOWN | What.POWER_CUT:
            return HomeScript(outages=(Outage(at, end, NOTICED, restarts=True),)), {}
        case What.BROKER_DOWN:
            return HomeScript(outages=(Outage(at, end, None),)), {}
        case What.LATE_BURST:
            return HomeScript(outages=(Outage(at, end, NOTICED, keeps=True),)), {}
        case What.DUPLICATES:
            return HomeScript(echoes=(Echo(at, end, event.rate),)), {}
        case What.CLOCK_JUMP:
            seconds = event.offset.total_seconds()
            return HomeScript(skews=(Skew(at, end, seconds),)), {"seconds": f"{seconds:g}"}
        case _:
            sensor = _sensor(event, household, seed)
            ailment = _ailment(event)
            return HomeScript(ailing=(Ailing(sensor.name, ailment, at, end),)), {
                "device": f"{household.gateway.id}/{sensor.name}",
                "ailment": ailment.value,
            }


def _ailment(event: Event) -> Ailment:
    match event.what, event.mode:
        case What.DEVICE_DEAD, _:
            return Ailment.DEAD
        case What.BATTERY_LOW, _:
            return Ailment.WORN
        case _, Stuck.CHATTERING:
            return Ailment.CHATTERING
        case _:
            return Ailment.FROZEN


def _sensor(event: Event, household: Household, seed: int) -> Sensor:
    """The named device; where any will do, a motion sensor, for they matter most."""
    sensors = household.kit.sensors
    if event.device != ANY:
        return next(sensor for sensor in sensors if sensor.name == event.device)
    eyes = [sensor for sensor in sensors if sensor.sort is Sort.MOTION]
    return chance(seed, household.home.id, event.what.value).choice(eyes)
