"""What has happened on the tests' street by 09:41: three open alerts at different stages, one closed, a blind home."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts.reach import Reacher
from alerts.wording import message
from core.alerts import Alert, Outcome, Transition
from core.concerns import Concern, ConcernKind, Fact, Severity
from core.delivery import Attempt, Settlement
from core.escalation import acknowledge, arrive, close, expire, open_alert
from core.faults import Fault, FaultCause
from core.inbox import Heard, UnknownDevice
from core.phones import PhoneMessage, PhoneStore
from core.places import Room
from core.policies import DEFAULT_POLICIES
from core.ports import AlertStore, ReadingsStore, StatusStore, TicketStore
from core.readings import Kind, Reading, Semantics, Value
from core.states import Company, DeviceStatus, HomeStatus, Presence, Visibility
from tests.api import street

NOW = datetime(2026, 11, 24, 1, 41, tzinfo=UTC)
"""09:41 in Shanghai."""


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


REACHER = Reacher(street.INVENTORY, street.DIRECTORY, street.ROTA)


def concern(home: str, kind: ConcernKind, severity: Severity, *, at: datetime, facts: Iterable[Fact] = ()) -> Concern:
    since = at - timedelta(minutes=50)
    place = Room.BATHROOM if kind is ConcernKind.SILENCE else None
    return Concern(home, kind, severity, since.isoformat(), at, since, kind.value, tuple(facts), place)


SILENT = (
    Fact("silent_for", 3120.0, "s"),
    Fact("usual_longest", 1260.0, "s"),
    Fact("days_learned", 28.0, "d"),
    Fact("last_seen_place", "bathroom", "place"),
    Fact("last_seen_at", ago(minutes=52).isoformat(), "time"),
    Fact("front_door", "closed", "text"),
)


def opened(store: AlertStore, alert_id: str, concern: Concern) -> Alert:
    """Raise an alert in the store, as the desk does."""
    transition = open_alert(
        concern,
        alert_id=alert_id,
        area=concern.home.split("/", maxsplit=1)[0],
        policy=DEFAULT_POLICIES[concern.severity],
        reach=REACHER.reach(concern.home, concern.at),
        now=concern.at,
    )
    assert store.open(transition) is None
    return transition.alert


def moved(store: AlertStore, transition: object) -> Alert:
    assert isinstance(transition, Transition), transition
    assert store.apply(transition)
    return transition.alert


def alerts(store: AlertStore, phones: PhoneStore) -> None:
    """Raise and move the four alerts, delivering what is owed on the way."""
    night = concern(street.WELL, ConcernKind.DOOR_OPEN, Severity.YELLOW, at=ago(hours=15))
    night = replace(night, facts=(Fact("open_for", 2400.0, "s"),))
    old = opened(store, "a-10", night)
    deliver(store, phones, old.opened_at)
    moved(
        store,
        close(old, by="li", outcome=Outcome.WELL_AT_HOME, note="晾衣服忘了关门。", audience=(), now=ago(hours=14)),
    )

    pressed = concern(street.PRESSED, ConcernKind.SOS, Severity.RED, at=ago(minutes=24))
    pressed = replace(pressed, facts=(Fact("pressed_at", ago(minutes=24).isoformat(), "time"),))
    sos = opened(store, "a-15", pressed)
    deliver(store, phones, sos.opened_at)
    sos = moved(store, acknowledge(sos, by="qian", audience=(), now=ago(minutes=22)))
    moved(store, arrive(sos, by="qian", now=ago(minutes=9)))

    cooking = concern(street.STOVE, ConcernKind.APPLIANCE_ON, Severity.ORANGE, at=ago(minutes=13))
    on = Fact("on_for", 5400.0, "s"), Fact("usual_longest_on", 2400.0, "s"), Fact("power", 1800.0, "W")
    stove = opened(store, "a-16", replace(cooking, facts=on, place=Room.KITCHEN))
    deliver(store, phones, stove.opened_at)
    moved(store, acknowledge(stove, by="li", audience=(), now=ago(minutes=11)))

    fallen = opened(
        store, "a-17", concern(street.FALLEN, ConcernKind.SILENCE, Severity.RED, at=ago(minutes=2), facts=SILENT)
    )
    deliver(store, phones, fallen.opened_at)
    moved(store, expire(fallen, reach=REACHER.reach(fallen.home, NOW), now=ago(minutes=1)))
    deliver(store, phones, ago(minutes=1))


def deliver(store: AlertStore, phones: PhoneStore, now: datetime) -> None:
    """Send everything that is owed to the phones, as the sender does."""
    for claimed in store.claim_sends(now, lease_until=now + timedelta(seconds=30), limit=100):
        send = claimed.send
        alert = store.get(send.alert)
        assert alert is not None
        text = message(send, alert, street.INVENTORY.homes[alert.home], send.language)
        phones.deliver(PhoneMessage(send.id, send.person, now, text.title, text.body, send.alert, send.purpose.value))
        attempt = Attempt(
            send.id,
            claimed.attempt,
            now,
            "console",
            send.name,
            Settlement.ACCEPTED,
            "shown on the phone",
            f"m-{send.id}",
        )
        assert store.settle(claimed, attempt)


def statuses(store: StatusStore) -> None:
    """Eleven homes that can be seen, one of them partly, and one that cannot."""
    homes = []
    for number, home in enumerate(street.HOMES):
        seen_at = ago(minutes=3 + 2 * number)
        status = HomeStatus(
            home.id,
            Presence.HOME,
            ago(hours=11),
            Visibility.VISIBLE,
            ago(days=20),
            "",
            seen_at,
            Room.KITCHEN,
            f"{street.gateway_of(home.id)}/kitchen_pir",
            28,
        )
        match home.id:
            case street.BLIND:
                status = replace(
                    status,
                    visibility=Visibility.BLIND,
                    visibility_since=ago(minutes=41),
                    visibility_reason="gateway_silent",
                    presence=Presence.UNKNOWN,
                    presence_since=ago(minutes=41),
                    last_sign_at=ago(minutes=44),
                )
            case street.PARTIAL:
                status = replace(status, visibility=Visibility.PARTIAL, visibility_reason="device_silent")
            case street.FALLEN:
                status = replace(status, last_sign_at=ago(minutes=52), last_sign_room=Room.BATHROOM)
            case "building-9/0401":
                status = replace(status, presence=Presence.OUT, presence_since=ago(minutes=65))
            case street.WELL:
                status = replace(status, company=Company(ago(minutes=96), 41, 17.6, 6, 0.3))
        homes.append(status)
    store.save(homes, [_device(device.id, device.home) for device in street.DEVICES])


def _device(device: str, home: str) -> DeviceStatus:
    blind = home == street.BLIND
    battery = 9.0 if device.endswith("living_pir") and home == street.PARTIAL else 87.0
    return DeviceStatus(device, ago(minutes=44 if blind else 6), not blind, battery, "True", "motion",
                        NOW + timedelta(days=12) if battery < 10 else None, 61.0)  # fmt: skip


def tickets(store: TicketStore) -> None:
    gateway = street.gateway_of(street.BLIND)
    store.open_ticket(
        Fault(FaultCause.GATEWAY_SILENT, gateway, ago(minutes=44), ago(minutes=41), (street.BLIND,)), ticket_id="t-1"
    )
    battery = f"{street.gateway_of(street.PARTIAL)}/living_pir"
    fault = Fault(FaultCause.BATTERY_LOW, battery, ago(hours=5), ago(hours=5), (street.PARTIAL,))
    store.open_ticket(fault, ticket_id="t-2")
    old = Fault(FaultCause.DEVICE_SILENT, f"{gateway}/sos", ago(days=2), ago(days=2), (street.BLIND,))
    store.open_ticket(old, ticket_id="t-0")
    store.close_ticket(old.key, at=ago(days=1))


def readings(store: ReadingsStore) -> None:
    """This morning in two homes, minute by minute where somebody moved."""
    found = []
    for home in (street.FALLEN, street.STOVE, street.BLIND):
        gateway = street.gateway_of(home)
        for minutes, device in _morning():
            at = ago(minutes=minutes)
            found.append(
                Reading(
                    f"{gateway}/{device}", Kind.MOTION, value=True, at=at, received_at=at, semantics=Semantics.EVENT
                )
            )
        for minutes, value in ((100, "closed"), (95, "open"), (94, "closed")):
            at = ago(minutes=minutes)
            found.append(Reading(f"{gateway}/front_door", Kind.DOOR, value, at, at))
    store.append(found)


def _morning() -> Iterable[tuple[float, str]]:
    yield 520, "bathroom_pir"
    yield 330, "bathroom_pir"
    for minute in range(52, 200, 4):
        yield minute, ("kitchen_pir", "living_pir", "bedroom_pir", "kitchen_pir")[minute // 4 % 4]
        if minute % 12 == 0:
            yield minute + 0.5, "living_pir"
    yield 53, "bathroom_pir"
    yield 52, "bathroom_pir"


def _unbound(gateway: str, name: str, payload: str, **said: Value) -> UnknownDevice:
    heard = Heard(ago(minutes=2), f"gw/{gateway}/zigbee2mqtt/{name}", payload)
    return UnknownDevice(
        f"{gateway}/{name}",
        "zigbee2mqtt",
        7,
        ago(hours=2),
        ago(minutes=2),
        {Kind(k): v for k, v in said.items()},
        (heard,),
    )


UNBOUND = (
    _unbound(street.gateway_of(street.FALLEN), "kitchen_pir_2", '{"occupancy": true}', motion=True, battery=88),
    _unbound(street.gateway_of(street.PRESSED), "balcony_door", '{"contact": false}', door="open"),
    _unbound("g-stranger", "<script>alert(1)</script>", "<img src=x onerror=alert(2)>", sos=True),
)
"""Devices that nobody bound: behind a gateway of the first grid, of the second, and one that nobody enrolled."""
