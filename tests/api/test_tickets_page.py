"""The tickets' page speaks of devices, never of the person behind them."""

from api.services import Services
from core.concerns import Fact
from core.faults import Fault, FaultCause
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import ago


def test_a_silent_device_is_not_told_as_a_person_without_a_sign_of_life(visit_as: As, services: Services) -> None:
    gateway = street.gateway_of(street.WELL)
    silent = Fault(
        FaultCause.DEVICE_SILENT,
        f"{gateway}/kitchen_pir",
        ago(hours=9),
        ago(hours=1),
        (street.WELL,),
        (Fact("silent_for", 28_800.0, "s"),),
    )
    empty = Fault(
        FaultCause.BATTERY_LOW,
        f"{gateway}/bedroom_pir",
        ago(hours=2),
        ago(hours=2),
        (street.WELL,),
        (Fact("battery", 4.0, "count"),),
    )
    services.tickets.open_ticket(silent, ticket_id="t-8")
    services.tickets.open_ticket(empty, ticket_id="t-9")

    page = visit_as("desk").get("/tickets").text

    assert "已有8小时没有消息" in page
    assert "电量 4%" in page
    assert "没有动静" not in page
