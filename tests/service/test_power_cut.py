"""A building's power is cut, with the real program, broker and simulator: forty homes are one alert, a list of doors.

Each gateway falls silent by itself; nobody is called forty times, and no home is taken for a quiet one.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers.mosquitto import Mosquitto
from tests.service.program import PASSWORD, Program, Visitor, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(240), pytest.mark.long(35)]

HOMES, SEED, SPEED = 40, 5, 300.0
BEGIN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # ten in the morning
READY_IN = timedelta(seconds=12)
TOWER = "building-1"
EVENT = '[[event]]\nwhat = "power_cut"\nafter = "PT40M"\nbuilding = "{building}"\nduration = "PT{hours}H"\n'


def enroll_one_tower(program: Program) -> list[str]:
    """The simulator's buildings have five homes; here all of them stand in one. Returns the simulator's buildings."""
    roll = program.folder / "street.json"
    program.run("simulate", "--homes", str(HOMES), "--seed", str(SEED), "--inventory", str(roll), "--inventory-only")
    found = json.loads(roll.read_text())
    buildings = sorted({home["area"] for home in found["homes"]})
    for home in found["homes"]:
        home["area"] = TOWER
    roll.write_text(json.dumps(found))
    program.run("enroll", str(roll))
    return buildings


def door_list(program: Program, alert: str) -> list[str]:
    """The addresses on the alert's page, in its order."""
    with httpx.Client(base_url=program.address, timeout=20, headers={"Origin": program.address}) as browser:
        csrf = re.search(r'name="csrf" value="(\w+)"', browser.get("/login").text)
        assert csrf is not None
        browser.post("/login", data={"csrf": csrf[1], "login": "admin", "password": PASSWORD})
        page = browser.get(f"/alerts/{alert}").text
    doors = page.partition('id="doors-h"')[2].partition("</section>")[0]
    return re.findall(r"<b>([^<]+)</b>[^<]*<a class=\"small\" href=\"/homes/", doors)


def test_forty_dark_homes_are_one_alert_with_the_doors_to_knock_at(broker: Mosquitto, tmp_path: Path) -> None:
    with Program(tmp_path / "anxin", broker.port) as program:
        buildings = enroll_one_tower(program)
        scenario = program.folder / "cut.toml"
        scenario.write_text("\n".join(EVENT.format(building=building, hours=12) for building in buildings))
        program.start(f"{BEGIN.isoformat()}@{(datetime.now(UTC) + READY_IN).isoformat()}*{SPEED:g}")
        program.wait_until_connected()
        program.simulate("--homes", str(HOMES), "--seed", str(SEED), "--scenario", str(scenario))
        admin = Visitor(program.address, "admin").enter()

        def outage() -> dict[str, Any] | None:
            return next((alert for alert in admin.alerts() if alert["kind"] == "outage"), None)

        alert = until(outage, within=120, what=lambda: f"an outage; {admin.alerts()}\n{program.log()}")
        until(lambda: len(door_list(program, alert["id"])) == HOMES, within=60, what="all doors are listed")

        facts = {fact["name"]: fact["value"] for fact in alert["facts"]}
        assert (alert["severity"], facts["homes"]) == ("orange", HOMES)
        assert [each["kind"] for each in admin.alerts()] == ["outage"]
        asked = [m for m in admin.get("/phones/messages")["items"] if m["purpose"] == "ask"]
        assert len({(m["person"], m["title"]) for m in asked}) <= 4
        assert not any(m["person"].startswith(("resident", "family")) for m in asked)
        program.stop()
