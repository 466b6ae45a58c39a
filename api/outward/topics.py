"""What is told over MQTT: topics and payloads of homes, areas and alerts, and their announcement to Home Assistant.

Pure. Every payload is retained and fits `outward.schema.json`; docs/outward.md tells who may read what.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import orjson

from api.homes.sight import Sight
from core.alerts import Alert
from core.concerns import Severity
from core.places import Inventory
from core.reassurance import family_state
from core.states import HomeState

ROOT = "anxin/v1"
STATUS = f"{ROOT}/status"
ONLINE, OFFLINE = b"online", b"offline"

Topics = Mapping[str, bytes]
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")


def of_home(now: Sight, newest: Alert | None) -> Topics:
    """The home for those who answer for it, the home for its family, and its open alerts.

    `newest` is its newest alert, open or closed.
    """
    home = now.home.id
    severity = min((alert.severity for alert in now.alerts), key=lambda s: s.rank, default=None)
    told: dict[str, bytes] = {
        f"{ROOT}/home/{home}": _payload(
            home=home,
            state=now.state.value,
            severity=None if severity is None else severity.value,
            presence=now.status.presence.value,
            overdue_since=None if now.status.overdue_since is None else _instant(now.status.overdue_since),
            visibility=now.status.visibility.value,
            open_alerts=len(now.alerts),
        ),
        f"{ROOT}/family/{home}": _payload(
            home=home, state=family_state(now.state, newest, now.status.last_sign_at).value
        ),
    }
    told |= {f"{ROOT}/alert/{alert.id}": _of_alert(alert) for alert in now.alerts}
    return told


def _of_alert(alert: Alert) -> bytes:
    return _payload(
        alert=alert.id,
        home=alert.home,
        area=alert.area,
        kind=alert.kind.value,
        kinds=[part.kind.value for part in alert.parts],
        severity=alert.severity.value,
        handling=alert.handling.value,
        condition=alert.condition.value,
        level=alert.level,
        opened_at=_instant(alert.opened_at),
    )


def of_areas(inventory: Inventory, homes: Iterable[Sight]) -> Topics:
    """For each area: its homes by state, and the open alerts in them by severity, all below it counted."""
    states = {area: dict.fromkeys((s.value for s in HomeState), 0) for area in inventory.areas}
    alerts = {area: dict.fromkeys((s.value for s in Severity), 0) for area in inventory.areas}
    for now in homes:
        for area in inventory.lineage(now.home.area):
            states[area.id][now.state.value] += 1
            for alert in now.alerts:
                alerts[area.id][alert.severity.value] += 1
    return {
        f"{ROOT}/area/{area}": _payload(area=area, homes=states[area], open_alerts=alerts[area])
        for area in inventory.areas
    }


def discovery(inventory: Inventory, *, prefix: str) -> Topics:
    """Announcements to Home Assistant, which then makes the entities itself.

    Source of the format: Home Assistant, "MQTT discovery".
    """
    told: dict[str, bytes] = {}
    for home in inventory.homes:
        told |= {**_of_family(home, prefix), **_of_desk(home, prefix)}
    for area in inventory.areas.values():
        told |= _of_board(area.id, area.name, prefix)
    return told


def _of_family(home: str, prefix: str) -> Topics:
    """A problem sensor that says no more than the family's page: fit to drive a lamp."""
    template = "{{ 'OFF' if value_json.state == 'well' else 'ON' }}"
    return _entity(
        prefix, "binary_sensor", f"{home}_family", name="安心", topic=f"{ROOT}/family/{home}", template=template,
        owner=f"home-{home}", device_class="problem",
    )  # fmt: skip


def _of_desk(home: str, prefix: str) -> Topics:
    return _entity(
        prefix, "sensor", f"{home}_state", name="state", topic=f"{ROOT}/home/{home}",
        template="{{ value_json.state }}", owner=f"home-{home}", device_class="enum",
        options=[state.value for state in HomeState], json_attributes_topic=f"{ROOT}/home/{home}",
    )  # fmt: skip


def _of_board(area: str, name: str, prefix: str) -> Topics:
    return _entity(
        prefix, "sensor", f"area_{area}_open", name=name, topic=f"{ROOT}/area/{area}",
        template="{{ value_json.open_alerts.values() | sum }}", owner=f"area-{area}", state_class="measurement",
        json_attributes_topic=f"{ROOT}/area/{area}",
    )  # fmt: skip


def _entity(
    prefix: str, component: str, key: str, *, name: str, topic: str, template: str, owner: str, **more: Any
) -> Topics:
    unique = f"anxin_{_named(key)}"
    config = {
        "name": name,
        "unique_id": unique,
        "state_topic": topic,
        "value_template": template,
        "availability_topic": STATUS,
        "qos": 1,
        "device": {"identifiers": [f"anxin-{owner}"], "name": f"安心 {owner}", "manufacturer": "Anxin"},
        "origin": {"name": "Anxin"},
        **more,
    }
    return {f"{prefix}/{component}/{unique}/config": orjson.dumps(config)}


def _named(key: str) -> str:
    """As Home Assistant takes object ids; two ids that differ only in what it does not take stay apart."""
    plain = _NO_NAME.sub("_", key)
    return plain if plain == key else f"{plain}_{blake2b(key.encode(), digest_size=4).hexdigest()}"


def _payload(**said: Any) -> bytes:
    return orjson.dumps({"v": 1, **said})


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
