"""Notifications in the browser: each turns on their own, and a real one shows what the service sends."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.channels.web_push_crypto import new_key, public_bytes, to_base64
from api.services import Services
from core.people import Route
from tests.api.conftest import As
from tests.api.happenings import NOW
from tests.api.scene import PUSH_SERVICE, HandClock, furnish, scene
from tests.api.test_in_chromium import Served
from tests.api.visitor import Visitor
from tests.servers.chromium import Browser, Tab, chromium, find_chromium

KEYS = {"p256dh": to_base64(public_bytes(new_key())), "auth": to_base64(b"0123456789abcdef")}
ON = {"endpoint": f"{PUSH_SERVICE}/li-phone", "label": "Chromium Linux", **KEYS}
PAGE = "/notifications"


def send(visitor: Visitor, path: str, **fields: str) -> str:
    answer = visitor.form(path, page=PAGE, **fields)
    assert answer.status_code == 303, answer.text[:300]
    return answer.headers["location"]


def browsers(services: Services, person: str = "li") -> list[str]:
    assert services.pushing is not None
    return [browser.endpoint for browser in services.pushing.store.browsers(person)]


def test_turned_on_it_is_a_way_behind_the_others_and_off_it_is_none(visit_as: As, services: Services) -> None:
    li = visit_as("li")
    before = services.directory().people["li"].routes

    assert send(li, f"{PAGE}/on", **ON) == f"{PAGE}?said=push_on"

    assert services.directory().people["li"].routes == (*before, Route("push", "li"))
    assert "Chromium Linux" in li.get(PAGE).text
    assert send(li, f"{PAGE}/off", endpoint=ON["endpoint"]) == f"{PAGE}?said=push_off"
    assert services.directory().people["li"].routes == before


@pytest.mark.parametrize("who", ["admin", "desk", "fang", "mei"])
def test_everybody_may(visit_as: As, services: Services, who: str) -> None:
    assert send(visit_as(who), f"{PAGE}/on", **ON).endswith("said=push_on")
    assert browsers(services, who) == [ON["endpoint"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://169.254.169.254/latest"},
        {"endpoint": "https://127.0.0.1/x"},
        {"p256dh": "AAAA"},
        {"auth": "AAAA"},
        {"auth": "安心"},
    ],
)
def test_what_is_no_browser_is_refused(visit_as: As, services: Services, wrong: dict[str, str]) -> None:
    assert send(visit_as("li"), f"{PAGE}/on", **{**ON, **wrong}) == f"{PAGE}?problem=no_browser"
    assert browsers(services) == []


def test_nobody_turns_off_anothers(visit_as: As, services: Services) -> None:
    send(visit_as("li"), f"{PAGE}/on", **ON)

    assert send(visit_as("qian"), f"{PAGE}/off", endpoint=ON["endpoint"]) == f"{PAGE}?problem=stale"
    assert browsers(services) == [ON["endpoint"]]


def test_a_test_that_nobody_takes_is_said(visit_as: As, services: Services) -> None:
    li = visit_as("li")
    assert send(li, f"{PAGE}/test") == f"{PAGE}?problem=stale"
    send(li, f"{PAGE}/on", **ON)

    assert send(li, f"{PAGE}/test") == f"{PAGE}?problem=not_accepted"

    [trial] = services.proving.store.latest("li")
    assert (trial.channel, trial.accepted) == ("push", False)


def test_the_worker_stands_at_the_top_and_the_page_names_the_key(visit_as: As, services: Services) -> None:
    li = visit_as("li")
    worker, manifest = li.get("/sw.js"), li.get("/manifest.webmanifest")

    assert worker.headers["content-type"].startswith("text/javascript")
    assert "showNotification" in worker.text
    assert manifest.headers["content-type"].startswith("application/manifest+json")
    assert json.loads(manifest.text)["display"] == "standalone"
    assert services.pushing is not None
    assert services.pushing.channel.public_key in li.get(PAGE).text


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("chromium")) as found:
        yield found


def push(tab: Tab, origin: str, told: dict[str, object]) -> None:
    """Push until it is shown. Chromium forgets a notification when it is asked for those that it shows while it is just
    showing it (it takes it for one that somebody wiped away): so it is asked seldom, ever more so, and pushed again.
    """
    for wait_s in (0.3, 1.0, 3.0, 10.0, 30.0):
        tab.ask(
            "ServiceWorker.deliverPushMessage", origin=origin, registrationId=tab.workers[-1], data=json.dumps(told)
        )
        time.sleep(wait_s)
        if tab.js("navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all.length === 1)"):
            return
    pytest.fail(f"never shown; the page shows: {tab.text()[:800]}")


@pytest.mark.real
@pytest.mark.skipif(find_chromium() is None, reason="NOT RUN: no Chromium here (apt-get install chromium)")
def test_a_real_browser_shows_what_is_pushed(browser: Browser, tmp_path: Path) -> None:
    """The push itself comes by the browser's debugging port: there is no push service to subscribe to here."""
    furnish(tmp_path)
    with scene(tmp_path, clock=HandClock(NOW)) as services:
        served = Served(services)
        served.start()
        try:
            tab = browser.open(f"{served.url}/login")
            browser.ask(
                "Browser.grantPermissions",
                permissions=["notifications"],
                origin=served.url,
                browserContextId=tab.context,
            )
            tab.fill("[name=login]", "li")
            tab.fill("[name=password]", "wide awake 2026")
            tab.leave(lambda: tab.js("document.querySelector('form[action^=\"/login\"] button').click()"))
            tab.leave(lambda: tab.js(f"location.href = '{PAGE}'"))
            tab.ask("ServiceWorker.enable")
            tab.until("navigator.serviceWorker.ready.then((r) => r.active.state === 'activated')")
            tab.until("document.getElementById('push-failed').hidden")
            told = {"title": "【红色】7号楼402", "body": "长时间没有动静", "url": "/desk", "tag": "a-1", "stays": True}

            push(tab, served.url, told)

            shown = "navigator.serviceWorker.ready.then((r) => r.getNotifications())"
            assert tab.js(f"{shown}.then(([n]) => [n.title, n.body, n.tag, n.requireInteraction])") == [
                "【红色】7号楼402", "长时间没有动静", "a-1", True,
            ]  # fmt: skip
            assert tab.complaints == []
        finally:
            served.stop()
