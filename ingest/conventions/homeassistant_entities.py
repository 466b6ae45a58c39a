"""What a Home Assistant discovery message announces: entities with their topics, templates and meaning.

Source: Home Assistant, "MQTT discovery" (single component and device-based), "Supported abbreviations", and the pages
of the binary sensor, sensor, event and device trigger.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.readings import Kind
from ingest.conventions.device_classes import BINARY, Switched, number_of
from ingest.conventions.templates import Template, Unrenderable

COMPONENTS: Final = frozenset(
    {
        *(
            "alarm_control_panel",
            "binary_sensor",
            "button",
            "camera",
            "climate",
            "cover",
            "device",
            "device_automation",
        ),
        *("device_tracker", "event", "fan", "humidifier", "image", "lawn_mower", "light", "lock", "notify", "number"),
        *("scene", "select", "sensor", "siren", "switch", "tag", "text", "update", "vacuum", "valve", "water_heater"),
    }
)
_FULL: Final[Mapping[str, str]] = {
    "avty": "availability", "avty_mode": "availability_mode", "avty_t": "availability_topic",
    "avty_tpl": "availability_template", "cmps": "components", "cns": "connections", "dev": "device",
    "dev_cla": "device_class", "evt_typ": "event_types", "ids": "identifiers", "ent_cat": "entity_category",
    "o": "origin", "obj_id": "object_id",
    "p": "platform", "pl": "payload", "pl_avail": "payload_available", "pl_not_avail": "payload_not_available",
    "pl_off": "payload_off", "pl_on": "payload_on", "stat_cla": "state_class", "stat_t": "state_topic",
    "stype": "subtype", "t": "topic", "atype": "automation_type", "uniq_id": "unique_id",
    "unit_of_meas": "unit_of_measurement", "val_tpl": "value_template", "def_ent_id": "default_entity_id",
}  # fmt: skip
_OWN_PREFIX: Final = re.compile(r"^gw/[^/]+/homeassistant-discovery/")
LONGEST_NAME = 128
MOST_TOPICS = 16


@dataclass(frozen=True, slots=True)
class Availability:
    """One topic that tells whether a device can be heard."""

    topic: str
    template: Template | None
    online: str
    offline: str


@dataclass(frozen=True, slots=True)
class Entity:
    """`key` is by what it was announced, `names` by what a profile may call it. `switched` or `number` says what a
    state means; `presses` maps what a trigger's topic says to a press.
    """

    key: str
    component: str
    device: str
    names: tuple[str, ...]
    topic: str
    template: Template | None = None
    switched: Switched | None = None
    number: Kind | None = None
    unit: str | None = None
    on: str = "ON"
    off: str = "OFF"
    presses: Mapping[str, str] | None = None
    availability: tuple[Availability, ...] = ()
    mode: str = "latest"

    @property
    def kind(self) -> Kind | None:
        return self.switched.kind if self.switched is not None else self.number


def announced(levels: list[str]) -> tuple[str, str, str] | None:
    """Component, object and key of a config topic; None for any other topic."""
    match levels:
        case [*_, component, object_, "config"] if component in COMPONENTS:
            return component, object_, f"{component}/{object_}"
        case [*_, component, node, object_, "config"] if component in COMPONENTS:
            return component, object_, f"{component}/{node}/{object_}"
        case _:
            return None


def entities(component: str, object_: str, key: str, said: dict[str, Any]) -> Iterator[Entity]:
    """Every entity that one message announces. Raises Unrenderable for a template that is refused."""
    config = _full(said)
    if component != "device":
        yield from _entity(component, object_, key, config)
        return
    parts = config.get("components")
    for name, part in list(parts.items())[:256] if isinstance(parts, dict) else ():
        if isinstance(part, dict):
            own = _full(part)
            platform = own.get("platform")
            whole = {k: v for k, v in config.items() if k not in {"components", "platform"}} | own
            if isinstance(platform, str) and platform in COMPONENTS:
                yield from _entity(platform, str(name), f"{key}/{name}", whole)


def _full(said: dict[str, Any]) -> dict[str, Any]:
    return {_FULL.get(name, name): value for name, value in said.items()}


def _entity(component: str, object_: str, key: str, config: dict[str, Any]) -> Iterator[Entity]:
    base = config.get("~")
    topic = _topic(config.get("topic" if component == "device_automation" else "state_topic"), base)
    if topic is None:
        return
    unique, sort = _word(config.get("unique_id")), _word(config.get("device_class"))
    names = tuple(name for name in (object_, unique, _word(config.get("object_id")), _word(config.get("name"))) if name)
    yield Entity(
        key,
        component,
        _device_of(config) or unique or object_,
        names,
        topic,
        _template(config.get("value_template")),
        BINARY.get(sort or "") if component == "binary_sensor" else None,
        None if component != "sensor" else number_of(sort or "", _word(config.get("entity_category"))),
        _word(config.get("unit_of_measurement")),
        _text(config.get("payload_on"), "ON"),
        _text(config.get("payload_off"), "OFF"),
        _presses(component, config),
        tuple(_availability(config, base)),
        _word(config.get("availability_mode")) or "latest",
    )


def _presses(component: str, config: Mapping[str, Any]) -> Mapping[str, str] | None:
    """What a device trigger's payload means; an event entity says the type itself."""
    if component == "event":
        return {}
    if component != "device_automation":
        return None
    press = "_".join(word for word in (_word(config.get("subtype")), _word(config.get("type"))) if word)
    return {_text(config.get("payload"), ""): press or "press"}


def _device_of(config: Mapping[str, Any]) -> str | None:
    """A device's first identifier, or where it has none its first connection (a MAC)."""
    device = config.get("device")
    if not isinstance(device, dict):
        return None
    full = _full(device)
    identifiers, connections = full.get("identifiers"), full.get("connections")
    if isinstance(identifiers, str):
        return _word(identifiers)
    if isinstance(identifiers, list) and identifiers:
        return _word(identifiers[0])
    if isinstance(connections, list) and connections and isinstance(connections[0], list):
        return _word(connections[0][-1])
    return None


def _availability(config: Mapping[str, Any], base: Any) -> Iterator[Availability]:
    listed = config.get("availability")
    found = [listed] if isinstance(listed, dict) else listed if isinstance(listed, list) else []
    alone = config.get("availability_topic")
    if alone is not None:
        template = config.get("availability_template")
        found = [{**config, "topic": alone, "value_template": template}, *found]
    for one in found[:MOST_TOPICS]:
        if isinstance(one, dict):
            full = _full(one)
            topic = _topic(full.get("topic"), base)
            if topic is not None:
                online, offline = full.get("payload_available"), full.get("payload_not_available")
                template = _template(full.get("value_template"))
                yield Availability(topic, template, _text(online, "online"), _text(offline, "offline"))


def _topic(raw: Any, base: Any) -> str | None:
    """`~` at either end stands for the base. A device set up with our prefix announces it too: we are handed none."""
    if not isinstance(raw, str) or not 0 < len(raw) <= 512:  # noqa: PLR2004 - longer ones are never ours
        return None
    if isinstance(base, str):
        raw = base + raw[1:] if raw.startswith("~") else raw[:-1] + base if raw.endswith("~") else raw
    return _OWN_PREFIX.sub("", raw)


def _template(raw: Any) -> Template | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise Unrenderable("a template is text")
    return Template(raw)


def _text(raw: Any, default: str) -> str:
    """As Home Assistant compares: JSON's true and 1 become the text that a template would render of them."""
    return default if raw is None else str(raw)[:LONGEST_NAME]


def _word(raw: Any) -> str | None:
    return raw[:LONGEST_NAME] if isinstance(raw, str) and raw else None
