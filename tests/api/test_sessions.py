"""Logging in, staying logged in, being logged out; and requests that other sites cause."""

from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from api import passwords
from api.app import create_app
from api.services import Services
from api.sessions import token_hash
from api.throttle import PER_ADDRESS, PER_LOGIN, Throttle
from core.people import AccessRole, Account
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import NOW
from tests.api.scene import HandClock
from tests.api.visitor import ORIGIN, Visitor, csrf_on


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def token_for(visitor: Visitor, login: str) -> str:
    answer = visitor.post("/api/v1/session", json={"login": login, "password": street.PASSWORD})
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


def test_logging_in_by_form_leads_to_the_page_that_was_asked_for(visitor: Visitor) -> None:
    turned_away = visitor.get("/alerts/a-17")
    assert turned_away.headers["location"] == "/login?next=%2Falerts%2Fa-17"

    entered = visitor.form("/login", page="/login", login="desk", password=street.PASSWORD, next="/alerts/a-17")

    assert (entered.status_code, entered.headers["location"]) == (303, "/alerts/a-17")
    assert visitor.get("/alerts/a-17").status_code == 200


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/\n/x"])
def test_logging_in_never_leads_to_another_site(visitor: Visitor, wanted: str) -> None:
    entered = visitor.form("/login", page="/login", login="desk", password=street.PASSWORD, next=wanted)

    assert entered.headers["location"] == "/"


def test_the_cookie_is_for_this_site_and_no_script(visitor: Visitor, services: Services) -> None:
    entered = visitor.form("/login", page="/login", login="desk", password=street.PASSWORD)

    cookie = SimpleCookie(entered.headers["set-cookie"])["anxin"]
    assert (cookie["httponly"], cookie["samesite"].lower(), cookie["path"]) == (True, "lax", "/")
    assert int(cookie["max-age"]) == 12 * 3600
    assert services.accounts.session(cookie.value) is None
    stored = services.accounts.session(token_hash(cookie.value))
    assert stored is not None
    assert stored.expires_at == NOW + timedelta(hours=12)


def test_behind_https_the_cookie_is_bound_to_this_host(services: Services) -> None:
    import asyncio
    from dataclasses import replace

    secure = replace(services, settings=replace(services.settings, secure_cookies=True))
    with asyncio.Runner() as runner:
        visitor = Visitor(create_app(secure), runner)
        visitor.client.base_url = "https://anxin.test"
        page = visitor.get("/login")
        entered = visitor.post(
            "/login",
            data={"csrf": csrf_on(page.text), "login": "desk", "password": street.PASSWORD},
            headers={"Origin": "https://anxin.test"},
        )

        assert entered.headers["set-cookie"].startswith("__Host-anxin=")
        assert "Secure" in entered.headers["set-cookie"]
        assert "max-age" in page.headers["strict-transport-security"]


def test_a_session_ends_with_its_time(visitor: Visitor, clock: HandClock) -> None:
    token = token_for(visitor, "desk")
    assert visitor.get("/api/v1/session", headers=bearer(token)).json()["login"] == "desk"

    clock.instant += timedelta(hours=12)

    assert visitor.get("/api/v1/session", headers=bearer(token)).status_code == 401


def test_a_scaled_clock_does_not_cut_sessions_short(services: Services) -> None:
    from dataclasses import replace

    settings = replace(services.settings, speed=30.0)

    assert settings.session_length == timedelta(hours=360)


def test_logging_out_makes_the_token_worthless(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")
    token = desk.client.cookies["anxin"]

    left = desk.form("/logout", page="/")

    assert left.headers["location"] == "/login"
    assert services.accounts.session(token_hash(token)) is None
    assert desk.get("/").headers["location"].startswith("/login")


def test_a_switched_off_account_loses_its_open_session(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")
    assert desk.get("/").status_code == 200

    services.accounts.save_account(Account("desk", "desk", AccessRole.DESK, "", ("community",), active=False))

    assert desk.get("/").status_code == 303


def test_a_wrong_password_and_an_unknown_login_are_told_alike(visitor: Visitor) -> None:
    wrong = visitor.post("/api/v1/session", json={"login": "desk", "password": "not this one"})
    unknown = visitor.post("/api/v1/session", json={"login": "nobody", "password": "not this one"})

    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.json()["code"] == "wrong_login"


def test_an_old_hash_is_renewed_when_its_owner_logs_in(visitor: Visitor, services: Services) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(street.PASSWORD)
    services.accounts.save_account(Account("desk", "desk", AccessRole.DESK, weak, ("community",)))

    token_for(visitor, "desk")

    renewed = services.accounts.account("desk")
    assert renewed is not None
    assert not passwords.is_outdated(renewed.password_hash)
    assert passwords.is_right(street.PASSWORD, renewed.password_hash)
    assert renewed.areas == ("community",)


@pytest.mark.parametrize("password", ["short", "x" * 201])
def test_a_password_outside_its_bounds_is_not_taken(password: str) -> None:
    with pytest.raises(ValueError, match="8 to 200"):
        passwords.hash_password(password)


def test_a_damaged_hash_lets_nobody_in() -> None:
    assert not passwords.is_right("anything", "not a hash")


# -- guessing -----------------------------------------------------------------------------------------------------


def test_guessing_is_slowed_down_and_the_right_password_waits_too(visitor: Visitor, clock: HandClock) -> None:
    for _ in range(PER_LOGIN.tries):
        assert visitor.post("/api/v1/session", json={"login": "desk", "password": "guess"}).status_code == 401

    refused = visitor.post("/api/v1/session", json={"login": "desk", "password": street.PASSWORD})
    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many_tries"
    wait = int(refused.headers["retry-after"])
    assert 0 < wait <= PER_LOGIN.within.total_seconds() + 1

    clock.instant += timedelta(seconds=wait)
    assert token_for(visitor, "desk")


def test_guessing_by_form_tells_the_same_in_words(visitor: Visitor, clock: HandClock) -> None:
    throttle: Throttle = visitor.client._transport.app.state.throttle  # type: ignore[attr-defined]
    for _ in range(PER_LOGIN.tries):
        throttle.wrong("desk", "192.0.2.7", clock.now())

    answer = visitor.log_in("desk")

    assert answer.status_code == 429
    assert "请稍等几分钟再试" in answer.text


def test_one_address_cannot_try_one_password_on_every_login() -> None:
    throttle = Throttle()
    for number in range(PER_ADDRESS.tries):
        throttle.wrong(f"login-{number}", "192.0.2.7", NOW)

    assert throttle.wait("another", "192.0.2.7", NOW) == PER_ADDRESS.within
    assert throttle.wait("another", "192.0.2.8", NOW) == timedelta(0)


def test_a_right_password_forgets_the_wrong_ones_of_that_login_only() -> None:
    throttle = Throttle()
    for _ in range(PER_LOGIN.tries):
        throttle.wrong("desk", "192.0.2.7", NOW)
        throttle.wrong("li", "192.0.2.7", NOW)

    throttle.right("desk", "192.0.2.7")

    assert throttle.wait("desk", "192.0.2.7", NOW) == timedelta(0)
    assert throttle.wait("li", "192.0.2.7", NOW) > timedelta(0)


def test_a_flood_of_logins_does_not_fill_the_memory() -> None:
    throttle = Throttle(capacity=100)
    for number in range(1000):
        throttle.wrong(f"login-{number}", f"192.0.2.{number}", NOW)

    assert len(throttle._wrong) == 100


def test_waits_are_told_in_real_time_on_a_fast_clock() -> None:
    throttle = Throttle(speed=60.0)
    for _ in range(PER_LOGIN.tries):
        throttle.wrong("desk", "192.0.2.7", NOW)

    assert throttle.wait("desk", "192.0.2.7", NOW) == PER_LOGIN.within
    assert throttle.wait("desk", "192.0.2.7", NOW + timedelta(minutes=300)) == PER_LOGIN.within / 2


# -- other sites --------------------------------------------------------------------------------------------------


def test_a_form_without_its_token_does_nothing(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")

    refused = desk.post("/alerts/a-17/take", data={"fence": "2"}, headers={"Origin": ORIGIN})

    assert refused.status_code == 403
    alert = services.alerts.get("a-17")
    assert alert is not None
    assert alert.taken_by is None


def test_a_token_of_another_session_is_no_token(visit_as: As) -> None:
    desk, li = visit_as("desk"), visit_as("li")

    refused = desk.post(
        "/alerts/a-17/take", data={"fence": "2", "csrf": csrf_on(li.get("/").text)}, headers={"Origin": ORIGIN}
    )

    assert refused.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://anxin.test.evil.example"},
        {"Origin": "http://anxin.test:81"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_request_from_another_site_is_refused_even_with_the_cookie(visit_as: As, headers: dict[str, str]) -> None:
    desk = visit_as("desk")
    token = csrf_on(desk.get("/").text)

    form = desk.post("/alerts/a-17/take", data={"fence": "2", "csrf": token}, headers=headers)
    json = desk.post("/api/v1/alerts/a-17/acknowledge", json={"fence": 2}, headers=headers)

    assert (form.status_code, json.status_code) == (403, 403)
    assert json.json()["code"] == "foreign_page"


def test_another_site_cannot_log_its_visitor_in(visitor: Visitor) -> None:
    token = csrf_on(visitor.get("/login").text)
    fields = {"csrf": token, "login": "desk", "password": street.PASSWORD}

    foreign = visitor.post("/login", data=fields, headers={"Origin": "https://evil.example"})
    visitor.client.cookies.clear()
    without_cookie = visitor.post("/login", data=fields, headers={"Origin": ORIGIN})

    assert (foreign.status_code, without_cookie.status_code) == (403, 403)


def test_a_bearer_token_needs_no_origin(visitor: Visitor) -> None:
    token = token_for(visitor, "desk")

    answer = visitor.post(
        "/api/v1/alerts/a-17/acknowledge",
        json={"fence": 2},
        headers={**bearer(token), "Origin": "https://dispatch.example"},
    )

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic eDp5", "Bearer " + "x" * 5000], ids=lambda h: h[:8])
def test_a_useless_authorization_header_is_nobody(visitor: Visitor, header: str) -> None:
    answer = visitor.get("/api/v1/session", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_app_keeps_no_token_in_clear(app: FastAPI, services: Services) -> None:
    assert "csrf" not in repr(app.state._state)
    assert len(services.token()) >= 43
