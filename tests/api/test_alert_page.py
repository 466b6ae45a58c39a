"""The alert's page as it is used on the stairs."""

from dataclasses import replace
from datetime import timedelta

from api.services import Services
from core.alerts import Outcome
from core.concerns import ConcernKind, Fact, Severity
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import NOW, concern, opened
from tests.api.scene import HandClock


def test_on_the_stairs_the_buttons_come_first_and_afterwards_how_it_ended(visit_as: As) -> None:
    running, closed = visit_as("li").get("/alerts/a-17").text, visit_as("li").get("/alerts/a-10").text

    assert running.index('id="take"') < running.index('id="now-h"') < running.index('id="why-h"')
    assert closed.index('id="now-h"') < closed.index('id="act-h"')


def test_a_device_is_called_as_the_installer_called_it(visit_as: As, services: Services) -> None:
    pressed = concern(street.WELL, ConcernKind.SOS, Severity.RED, at=NOW)
    button = f"{street.gateway_of(street.WELL)}/sos"
    opened(services.alerts, "a-30", replace(pressed, facts=(Fact("device", button, "device"),)))

    visible = visit_as("desk").get("/alerts/a-30").text

    assert "设备：床头呼救按钮" in visible
    assert button not in visible


def test_how_long_it_has_been_is_told_until_now_and_after_closing_as_it_was(
    visit_as: As, services: Services, clock: HandClock
) -> None:
    clock.instant = NOW + timedelta(hours=2)
    open_page = visit_as("desk").get("/alerts/a-17").text
    services.desk.close("a-17", by="li", outcome=Outcome.HELPED)
    closed_page = visit_as("desk").get("/alerts/a-17").text

    assert "已有2小时52分没有动静" in open_page
    assert "已有52分钟没有动静" in closed_page
