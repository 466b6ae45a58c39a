"""The pages in a real Chromium: they keep themselves true, fit a phone, and say aloud when they are stale."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from api.app import create_app
from api.feed import Change, LiveFeed
from api.services import Services, WebSettings
from core.alerts import EntryKind, Outcome
from core.concerns import Concern, ConcernKind, Severity
from core.readings import Kind, Reading
from tests.api import street
from tests.api.happenings import NOW, concern
from tests.api.scene import HandClock, scene
from tests.api.test_pages import STAFF_PAGES
from tests.servers.chromium import Browser, Tab, chromium, find_chromium

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(find_chromium() is None, reason="NOT RUN: no Chromium here (apt-get install chromium)"),
    pytest.mark.long(37),
]

PHONE, SCREEN = 390, 1280


@dataclass
class Served:
    """The interface on a port of this machine; may be stopped and started again there."""

    services: Services
    port: int = 0
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None
    _socket: socket.socket | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", self.port))
        self.port = self._socket.getsockname()[1]
        config = uvicorn.Config(create_app(self.services), ws="none", log_level="warning", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="served")
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        assert self._server is not None
        assert self._thread is not None
        assert self._socket is not None
        self._server.should_exit = True
        self.services.feed.close()
        self._thread.join(20)
        self._socket.close()

    def start_again(self) -> None:
        """As after a restart: another feed, whose ids mean nothing to those who watched before."""
        self.services = replace(self.services, feed=LiveFeed("again"))
        self.start()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("chromium")) as found:
        yield found


@pytest.fixture
def served(furnished: Path, tmp_path: Path) -> Iterator[Served]:
    import shutil

    folder = tmp_path / "scene"
    shutil.copytree(furnished, folder)
    with scene(folder, clock=HandClock(), settings=WebSettings(heartbeat_s=0.5)) as services:
        served = Served(services)
        served.start()
        yield served
        served.stop()


@contextmanager
def quiet(tab: Tab) -> Iterator[None]:
    """Nothing in here may make the page complain."""
    yield
    assert tab.complaints == []


def enter(browser: Browser, served: Served, login: str, *, width: int = SCREEN, language: str = "en") -> Tab:
    """Log in by hand."""
    tab = browser.open(f"{served.url}/login?lang={language}", width=width, height=844)
    tab.fill("#login", login)
    tab.fill("#password", street.PASSWORD)
    tab.leave(lambda: tab.click("main button"))
    tab.until("document.getElementById('dot').classList.contains('on')")
    return tab


def pressed(home: str) -> Concern:
    return concern(home, ConcernKind.SOS, Severity.RED, at=NOW)


def test_the_desk_shows_a_new_alert_by_itself(browser: Browser, served: Served) -> None:
    desk = enter(browser, served, "desk")
    with quiet(desk):
        raised = served.services.desk.raise_concern(pressed("building-9/0502")).alert

        desk.until(f"!!document.querySelector('a[href=\"/alerts/{raised.id}\"]')", seconds=5)
        desk.until("document.querySelector('.tally .concern b').innerText === '4'")


def test_taken_reached_and_closed_while_another_watches(browser: Browser, served: Served) -> None:
    desk, li = enter(browser, served, "desk"), enter(browser, served, "li", width=PHONE)
    with quiet(desk), quiet(li):
        desk.go(f"{served.url}/alerts/a-17")
        li.go(f"{served.url}/alerts/a-17")

        li.leave(lambda: li.click("#take"))
        assert "You have taken it." in li.text()
        desk.until("document.body.innerText.includes('网格员 李伟 has taken it and must arrive by 10:01')", seconds=5)

        li.leave(lambda: li.click("#here"))
        desk.until("document.body.innerText.includes('网格员 李伟 is on site')", seconds=5)

        li.js("document.getElementById('outcome-helped').checked = true")
        li.fill("#closing-note", "扶起，未受伤。")
        li.leave(lambda: li.click("#close"))
        desk.until("document.body.innerText.includes('扶起，未受伤。')", seconds=5)

    alert = served.services.alerts.get("a-17")
    assert alert is not None
    assert (alert.closed_by, alert.outcome, alert.note) == ("li", Outcome.HELPED, "扶起，未受伤。")


def test_what_somebody_is_typing_survives_a_refresh_and_the_buttons_become_fresh(
    browser: Browser, served: Served
) -> None:
    desk = enter(browser, served, "desk")
    with quiet(desk):
        desk.go(f"{served.url}/alerts/a-17")
        desk.until("document.getElementById('dot').classList.contains('on')")
        desk.js("document.getElementById('closing').open = true")
        desk.js("document.getElementById('outcome-hospital').checked = true")
        desk.fill("#closing-note", "正在写")
        desk.js("document.getElementById('closing-note').focus()")

        served.services.desk.acknowledge("a-17", by="li")

        desk.until("document.body.innerText.includes('网格员 李伟 has taken it')", seconds=5)
        assert desk.js("document.getElementById('closing-note').value") == "正在写"
        assert desk.js("document.querySelector('[name=outcome]:checked').value") == "hospital"
        assert desk.js("document.getElementById('closing').open") is True
        assert desk.js("document.activeElement.id") == "closing-note"
        assert desk.js("document.querySelector('#close').form.fence.value") == "3"


def test_nothing_is_replaced_under_somebody_who_is_composing_chinese(browser: Browser, served: Served) -> None:
    desk = enter(browser, served, "desk")
    with quiet(desk):
        desk.go(f"{served.url}/alerts/a-17")
        desk.until("document.getElementById('dot').classList.contains('on')")
        desk.js("window.box = document.getElementById('closing-note')")
        desk.js("box.dispatchEvent(new Event('compositionstart', {bubbles: true}))")

        served.services.desk.acknowledge("a-17", by="li")
        desk.js("setTimeout(() => { window.muchLater = true }, 1500)")  # a refresh comes within 0.3 s
        desk.until("window.muchLater", seconds=5)
        held = desk.js("document.body.contains(box)")
        desk.js("box.dispatchEvent(new Event('compositionend', {bubbles: true}))")

        assert held is True
        desk.until("document.body.innerText.includes('网格员 李伟 has taken it')", seconds=5)


def test_a_page_that_is_not_live_says_so_and_recovers_with_what_it_missed(browser: Browser, served: Served) -> None:
    desk = enter(browser, served, "desk")
    assert desk.js("document.getElementById('lost').hidden") is True

    served.stop()

    desk.until("!document.getElementById('lost').hidden")
    assert "Not live since 09:4" in desk.text()
    served.services.desk.acknowledge("a-17", by="li")
    served.start_again()
    desk.until("document.getElementById('lost').hidden", seconds=20)
    desk.until("document.body.innerText.includes('网格员 李伟 has taken it')", seconds=10)


def test_a_session_that_is_over_is_said(browser: Browser, served: Served) -> None:
    from core.people import AccessRole, Account

    desk = enter(browser, served, "desk")

    served.services.accounts.save_account(Account("desk", "desk", AccessRole.DESK, "", ("community",), active=False))

    desk.until("document.getElementById('lost').innerText.includes('Your login has ended')", seconds=5)


def test_the_family_page_changes_by_itself(browser: Browser, served: Served) -> None:
    fang = enter(browser, served, "fang", width=PHONE)
    with quiet(fang):
        assert "All is well" in fang.text()

        served.services.desk.raise_concern(pressed(street.WELL))

        fang.until("!document.body.innerText.includes('All is well')", seconds=5)
        assert "alert" not in fang.text().lower()


def test_a_walk_test_ticks_each_sensor_off_by_itself(browser: Browser, served: Served) -> None:
    mei = enter(browser, served, "mei", width=PHONE)
    door = f"{street.gateway_of(street.FALLEN)}/front_door"
    with quiet(mei):
        mei.go(f"{served.url}/install/{street.FALLEN}")
        mei.leave(lambda: mei.click(".walk a.go-on"))
        mei.until("document.getElementById('dot').classList.contains('on')")
        assert "0 of 6 work" in mei.text()

        at = served.services.clock.now() + timedelta(seconds=1)
        served.services.readings.append([Reading(door, Kind.DOOR, "open", at, at)])
        served.services.feed.announce(Change("home", street.FALLEN, (street.FALLEN,)))

        mei.until("document.body.innerText.includes('1 of 6 work')", seconds=5)
        assert "door open" in mei.text().lower()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [PHONE, SCREEN])
def test_the_installer_s_pages_fit_and_complain_of_nothing(
    browser: Browser, served: Served, width: int, language: str
) -> None:
    mei = enter(browser, served, "mei", width=width, language=language)
    with quiet(mei):
        for path in INSTALLER_PAGES:
            mei.go(f"{served.url}{path}")
            assert mei.js("document.documentElement.scrollWidth") <= width, path
            assert mei.js(SMALL_TARGETS) == [], path


INSTALLER_PAGES = (
    "/install",
    f"/install/{street.FALLEN}",
    f"/install/{street.FALLEN}?walk=2026-11-24T01:30:00Z",
    f"/labels/{street.FALLEN}",
    f"/d/{street.gateway_of(street.FALLEN)}/front_door",
    "/devices/unknown",
    "/tickets",
)


def test_phones_show_what_arrives_by_themselves(browser: Browser, served: Served) -> None:
    from core.phones import PhoneMessage

    desk = enter(browser, served, "desk")
    desk.go(f"{served.url}/phones")
    desk.until("document.getElementById('dot').classList.contains('on')")
    with quiet(desk):
        assert served.services.phones is not None
        served.services.phones.deliver(PhoneMessage("m-1", "li", NOW, "请去看看", "临园小区", "a-17", "ask"))
        served.services.feed.announce(Change("phone", "li", (street.FALLEN,)))

        desk.until("document.body.innerText.includes('请去看看')", seconds=5)


def test_countdowns_follow_the_servers_clock(browser: Browser, served: Served) -> None:
    desk = enter(browser, served, "desk")
    desk.go(f"{served.url}/alerts/a-17")
    shown = "document.querySelector('.big .countdown').innerText"
    assert desk.js(shown).startswith("in ")
    clock = served.services.clock
    assert isinstance(clock, HandClock)

    clock.instant += timedelta(minutes=5)

    desk.until(f"{shown} === '3 min overdue' || {shown}.startsWith('3 min ')", seconds=5)
    assert desk.js("document.getElementById('clock').innerText") == "09:46"
    assert desk.js("document.querySelector('.big .countdown').classList.contains('over')")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [PHONE, SCREEN])
def test_every_page_fits_and_complains_of_nothing(browser: Browser, served: Served, width: int, language: str) -> None:
    desk = enter(browser, served, "desk", width=width, language=language)
    with quiet(desk):
        for path in STAFF_PAGES:
            desk.go(f"{served.url}{path}")
            assert desk.js("document.documentElement.scrollWidth") <= width, path
            assert desk.js(SMALL_TARGETS) == [], path


SMALL_TARGETS = """
[...document.querySelectorAll('button, select, summary, nav a, .cards a, .rows a, .buttons button')]
  .filter((e) => e.offsetParent !== null && e.getBoundingClientRect().height < 44)
  .map((e) => e.outerHTML.slice(0, 120))
"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_family_page_and_the_login_fit_a_phone(browser: Browser, served: Served, language: str) -> None:
    fang = enter(browser, served, "fang", width=PHONE, language=language)
    with quiet(fang):
        assert fang.js("document.documentElement.scrollWidth") <= PHONE
        fang.leave(lambda: fang.click(".who button"))
        assert fang.js("location.pathname") == "/login"
        assert fang.js("document.documentElement.scrollWidth") <= PHONE


def test_choosing_an_area_narrows_the_desk(browser: Browser, served: Served) -> None:
    desk = enter(browser, served, "desk")
    with quiet(desk):
        desk.js("document.getElementById('area').value = 'grid-2'")
        desk.leave(lambda: desk.js("document.getElementById('area').onchange()"))

        assert desk.js("document.querySelectorAll('.cards .alert').length") == 1


def allow_location(browser: Browser, tab: Tab, served: Served, *, latitude: float, longitude: float) -> None:
    context = tab.ask("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    browser.ask("Browser.grantPermissions", permissions=["geolocation"], origin=served.url, browserContextId=context)
    tab.ask("Emulation.setGeolocationOverride", latitude=latitude, longitude=longitude, accuracy=12)


def arrival(served: Served) -> dict[str, Any]:
    lines = [entry for entry in served.services.alerts.timeline("a-17") if entry.kind is EntryKind.ARRIVED]
    return lines[-1].detail


def test_a_phone_that_may_says_where_it_is_when_its_holder_ticks_that(browser: Browser, served: Served) -> None:
    li = enter(browser, served, "li", width=PHONE)
    allow_location(browser, li, served, latitude=31.2304, longitude=121.4737)
    with quiet(li):
        li.go(f"{served.url}/alerts/a-17")
        li.click("#locate-here")
        li.leave(lambda: li.click("#here"))

    assert arrival(served)["location"] == {"latitude": 31.2304, "longitude": 121.4737, "accuracy_m": 12.0}


def test_whoever_is_there_is_there_also_when_the_phone_may_not_tell_where(browser: Browser, served: Served) -> None:
    li = enter(browser, served, "li", width=PHONE)
    with quiet(li):
        li.go(f"{served.url}/alerts/a-17")
        li.js("navigator.geolocation.getCurrentPosition = (found, failed) => failed(new Error('denied'))")
        li.click("#locate-here")
        li.leave(lambda: li.click("#here"))

    assert "location" not in arrival(served)


def test_a_photo_is_made_small_before_it_is_sent_and_survives_a_refresh(browser: Browser, served: Served) -> None:
    li = enter(browser, served, "li", width=PHONE)
    draw = """(async () => {
      const canvas = document.createElement("canvas");
      canvas.width = 3000; canvas.height = 2000;
      canvas.getContext("2d").fillRect(0, 0, 1500, 2000);
      const body = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
      const chosen = new DataTransfer();
      chosen.items.add(new File([body], "large.png", { type: "image/png" }));
      const input = document.getElementById("photo");
      input.files = chosen.files;
      await input.onchange({ target: input });
    })()"""
    with quiet(li):
        li.go(f"{served.url}/alerts/a-17")
        li.js("document.getElementById('closing').open = true")
        li.js("document.getElementById('outcome-helped').checked = true")
        li.js(draw)
        assert li.js("document.getElementById('photo').files[0].type") == "image/jpeg"
        served.services.desk.note("a-17", by="desk", text="on the telephone with the family")
        li.until("document.body.innerText.includes('on the telephone with the family')", seconds=5)
        assert li.js("document.querySelector('[name=outcome]:checked').value") == "helped"
        li.leave(lambda: li.click("#close"))
        li.js("document.querySelector('img.photo').scrollIntoView()")
        li.until("document.querySelector('img.photo').naturalWidth === 1600")
