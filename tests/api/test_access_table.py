"""Every route has a row that says who may use it; a route without one fails here before it can leak anything."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.api import budgets, street
from tests.api.conftest import As
from tests.api.visitor import ORIGIN, Visitor, csrf_on

ADMIN, DESK, RESPONDER, FAMILY, INSTALLER = "admin", "desk", "li", "fang", "mei"
ROLES = (ADMIN, DESK, RESPONDER, FAMILY, INSTALLER)
STAFF = frozenset({ADMIN, DESK, RESPONDER})
OFFICE = frozenset({ADMIN, DESK})
FITTERS = OFFICE | {INSTALLER}
EVERYBODY = frozenset(ROLES)
NOBODY_NEEDED = frozenset({"anybody"})


@dataclass(frozen=True)
class Row:
    """`path` is a real one within everybody's reach, `outside` one that names something beyond it for "li"."""

    who: frozenset[str]
    path: str = ""
    json: dict[str, Any] | None = None
    form: dict[str, str] | None = None
    file: str | None = None
    outside: str | None = None
    outside_form: dict[str, str] = field(default_factory=dict)


_SEEN = {"fence": 1}
_CLOSING = {"fence": 1, "outcome": "helped", "note": ""}
_MINE, _THEIRS = "a-16", "a-15"
_REPLAYED, _BEING_REPLAYED = budgets.REPLAYED, budgets.BEING_REPLAYED
_DEVICE = f"{street.gateway_of(street.FALLEN)}/kitchen_pir"
_BINDING = {"id": _DEVICE, "home": street.FALLEN, "room": "kitchen", "role": "room"}

TABLE: dict[tuple[str, str], Row] = {
    ("POST", "/api/v1/session"): Row(NOBODY_NEEDED, json={"login": "nobody", "password": "wrong"}),
    ("GET", "/api/v1/session"): Row(EVERYBODY),
    ("DELETE", "/api/v1/session"): Row(EVERYBODY),
    ("GET", "/api/v1/alerts"): Row(STAFF, outside="/api/v1/alerts?area=grid-2"),
    ("GET", "/api/v1/alerts/{alert_id}"): Row(STAFF, f"/api/v1/alerts/{_MINE}", outside=f"/api/v1/alerts/{_THEIRS}"),
    ("POST", "/api/v1/alerts/{alert_id}/acknowledge"): Row(
        STAFF, f"/api/v1/alerts/{_MINE}/acknowledge", _SEEN, outside=f"/api/v1/alerts/{_THEIRS}/acknowledge"
    ),
    ("POST", "/api/v1/alerts/{alert_id}/arrive"): Row(
        STAFF, f"/api/v1/alerts/{_MINE}/arrive", _SEEN, outside=f"/api/v1/alerts/{_THEIRS}/arrive"
    ),
    ("POST", "/api/v1/alerts/{alert_id}/close"): Row(
        STAFF, f"/api/v1/alerts/{_MINE}/close", _CLOSING, outside=f"/api/v1/alerts/{_THEIRS}/close"
    ),
    ("POST", "/api/v1/alerts/close"): Row(
        OFFICE, json={"alerts": [{"alert": _MINE, "fence": 1}], "outcome": "test", "note": "x"}
    ),
    ("POST", "/api/v1/alerts/{alert_id}/release"): Row(
        STAFF, f"/api/v1/alerts/{_MINE}/release", _SEEN, outside=f"/api/v1/alerts/{_THEIRS}/release"
    ),
    ("GET", "/api/v1/alerts/{alert_id}/responders"): Row(
        STAFF, f"/api/v1/alerts/{_MINE}/responders", outside=f"/api/v1/alerts/{_THEIRS}/responders"
    ),
    ("POST", "/api/v1/alerts/{alert_id}/hand-over"): Row(
        STAFF,
        f"/api/v1/alerts/{_MINE}/hand-over",
        {"fence": 1, "to": "desk"},
        outside=f"/api/v1/alerts/{_THEIRS}/hand-over",
    ),
    ("POST", "/api/v1/alerts/{alert_id}/snooze"): Row(
        STAFF,
        f"/api/v1/alerts/{_MINE}/snooze",
        {"fence": 1, "minutes": 15},
        outside=f"/api/v1/alerts/{_THEIRS}/snooze",
    ),
    ("POST", "/api/v1/alerts/{alert_id}/notes"): Row(
        STAFF, f"/api/v1/alerts/{_MINE}/notes", {"text": "x"}, outside=f"/api/v1/alerts/{_THEIRS}/notes"
    ),
    ("POST", "/api/v1/alerts/{alert_id}/reopen"): Row(OFFICE, f"/api/v1/alerts/{_MINE}/reopen"),
    ("GET", "/api/v1/homes"): Row(STAFF),
    ("GET", "/api/v1/homes/{home_id:path}"): Row(
        STAFF, f"/api/v1/homes/{street.FALLEN}", outside=f"/api/v1/homes/{street.PRESSED}"
    ),
    ("GET", "/api/v1/activity"): Row(
        STAFF, f"/api/v1/activity?home={street.FALLEN}", outside=f"/api/v1/activity?home={street.PRESSED}"
    ),
    ("GET", "/api/v1/devices"): Row(STAFF, outside=f"/api/v1/devices?home={street.PRESSED}"),
    ("POST", "/api/v1/devices"): Row(FITTERS, json=_BINDING),
    ("DELETE", "/api/v1/devices/{device_id:path}"): Row(FITTERS, f"/api/v1/devices/{_DEVICE}"),
    ("GET", "/api/v1/devices/unknown"): Row(FITTERS),
    ("GET", "/api/v1/devices/walk"): Row(
        FITTERS, f"/api/v1/devices/walk?home={street.FALLEN}&since=2026-11-24T01:40:00Z"
    ),
    ("GET", "/api/v1/tickets"): Row(STAFF | {INSTALLER}, outside=f"/api/v1/tickets?home={street.PRESSED}"),
    ("GET", "/api/v1/areas"): Row(STAFF),
    ("GET", "/api/v1/figures"): Row(STAFF, outside="/api/v1/figures?area=grid-2"),
    ("GET", "/api/v1/lessons"): Row(
        STAFF, f"/api/v1/lessons?home={street.FALLEN}", outside=f"/api/v1/lessons?home={street.PRESSED}"
    ),
    ("POST", "/api/v1/lessons"): Row(
        frozenset({ADMIN}), json={"home": street.WELL, "kind": "silence", "choice": "stop", "seen": 0}
    ),
    ("GET", "/api/v1/budgets"): Row(STAFF, outside="/api/v1/budgets?place=area:grid-2"),
    ("GET", "/api/v1/budgets/proposals"): Row(STAFF),
    ("POST", "/api/v1/budgets/proposals"): Row(
        frozenset({ADMIN}), json={"place": "area:grid-1", "value": 2.0, "note": "x"}
    ),
    ("GET", "/api/v1/budgets/proposals/{proposal_id}"): Row(
        STAFF, f"/api/v1/budgets/proposals/{_REPLAYED}", outside=f"/api/v1/budgets/proposals/{_BEING_REPLAYED}"
    ),
    ("POST", "/api/v1/budgets/proposals/{proposal_id}/effect"): Row(
        frozenset({ADMIN}), f"/api/v1/budgets/proposals/{_REPLAYED}/effect"
    ),
    ("POST", "/api/v1/budgets/proposals/{proposal_id}/withdraw"): Row(
        frozenset({ADMIN}), f"/api/v1/budgets/proposals/{_REPLAYED}/withdraw"
    ),
    ("POST", "/api/v1/budgets/back"): Row(frozenset({ADMIN}), json={"place": street.WELL, "seen": 1}),
    ("GET", "/api/v1/phones/messages"): Row(STAFF),
    ("POST", "/api/v1/phones/fine"): Row(STAFF, json={"alert": _MINE}, outside="/api/v1/phones/fine"),
    ("GET", "/api/v1/family/homes"): Row(frozenset({FAMILY})),
    ("POST", "/api/v1/family/answers"): Row(frozenset({FAMILY}), json={"alert": "a-17", "fence": 2, "answer": "take"}),
    ("GET", "/api/v1/looks"): Row(OFFICE, f"/api/v1/looks?home={street.FALLEN}"),
    ("GET", "/api/v1/events"): Row(EVERYBODY),
    ("GET", "/healthz"): Row(NOBODY_NEEDED),
    ("GET", "/readyz"): Row(NOBODY_NEEDED),
    ("GET", "/metrics"): Row(NOBODY_NEEDED),
    ("GET", "/login"): Row(NOBODY_NEEDED),
    ("POST", "/login"): Row(NOBODY_NEEDED, form={"login": "nobody", "password": "wrong"}),
    ("POST", "/providers/{channel}/{path:path}"): Row(NOBODY_NEEDED, "/providers/sms/status"),
    ("GET", "/a/{code}"): Row(NOBODY_NEEDED, "/a/unknown"),
    ("POST", "/a/{code}"): Row(NOBODY_NEEDED, "/a/unknown", form={"tap": "take", "fence": "1"}),
    ("GET", "/family/wishes"): Row(
        OFFICE | {FAMILY},
        f"/family/wishes?home={street.FALLEN}&person=fang",
    ),
    ("POST", "/family/wishes"): Row(
        OFFICE | {FAMILY}, form={"home": street.FALLEN, "person": "fang", "hears": "at_once"}
    ),
    ("POST", "/family/expected"): Row(OFFICE | {FAMILY}, form={"home": street.FALLEN, "person": "fang"}),
    ("POST", "/family/expected/remove"): Row(
        OFFICE | {FAMILY}, form={"home": street.FALLEN, "person": "fang", "expected": "e-1"}
    ),
    ("GET", "/contacts"): Row(OFFICE),
    ("GET", "/notifications"): Row(EVERYBODY),
    ("POST", "/notifications/on"): Row(EVERYBODY, form={"endpoint": "x", "p256dh": "x", "auth": "x"}),
    ("POST", "/notifications/off"): Row(EVERYBODY, form={"endpoint": "x"}),
    ("POST", "/notifications/test"): Row(EVERYBODY, form={"one": ""}),
    ("GET", "/sw.js"): Row(NOBODY_NEEDED),
    ("GET", "/manifest.webmanifest"): Row(NOBODY_NEEDED),
    ("GET", "/duty/shifts"): Row(OFFICE, "/duty/shifts?area=grid-1"),
    ("POST", "/duty/shifts"): Row(OFFICE, form={"area": "grid-1", "do": "look", "seen": "x"}),
    ("POST", "/contacts/test"): Row(OFFICE, form={"person": "li", "number": "0", "channel": "console"}),
    ("POST", "/contacts/code"): Row(OFFICE, form={"person": "li", "code": "0000"}),
    ("GET", "/t/{trial_id}"): Row(NOBODY_NEEDED, "/t/unknown"),
    ("POST", "/t/{trial_id}"): Row(NOBODY_NEEDED, "/t/unknown"),
    ("GET", "/kin"): Row(OFFICE, f"/kin?home={street.FALLEN}"),
    ("POST", "/kin/consent"): Row(OFFICE, form={"home": street.FALLEN, "person": "fang", "scope": "state"}),
    ("GET", "/duty"): Row(STAFF, outside="/duty?area=grid-2"),
    ("POST", "/duty"): Row(
        OFFICE,
        form={"area": "grid-1", "kind": "leave", "out": "li", "start": "2026-11-25T08:00", "end": "2026-11-25T20:00"},
    ),
    ("POST", "/duty/take-back"): Row(OFFICE, form={"area": "grid-1", "change": "c-1"}),
    ("GET", "/duty/{code}.ics"): Row(NOBODY_NEEDED, "/duty/unknown.ics"),
    ("POST", "/alerts/{alert_id}/knock"): Row(
        STAFF, f"/alerts/{_MINE}/knock", form={"home": street.FALLEN, "found": "well"}
    ),
    ("GET", "/handover"): Row(STAFF, outside="/handover?area=grid-2"),
    ("POST", "/handover"): Row(STAFF, form={"area": "grid-1", "chosen": f"1:{_MINE}"}),
    ("GET", "/policies"): Row(OFFICE),
    ("POST", "/policies"): Row(
        frozenset({ADMIN}),
        form={"severity": "orange", "ask0": "captain", "wait0": "5", "arrive": "9", "report": "9", "snooze": "9"},
    ),
    ("POST", "/logout"): Row(EVERYBODY, form={}),
    ("GET", "/"): Row(STAFF, outside="/?area=grid-2"),
    ("GET", "/alerts/{alert_id}/photos/{photo_id}"): Row(STAFF, f"/alerts/{_MINE}/photos/p-1"),
    ("GET", "/alerts/{alert_id}"): Row(STAFF, f"/alerts/{_MINE}", outside=f"/alerts/{_THEIRS}"),
    ("POST", "/alerts/{alert_id}/take"): Row(STAFF, f"/alerts/{_MINE}/take", form={"fence": "1"}),
    ("POST", "/alerts/{alert_id}/arrive"): Row(STAFF, f"/alerts/{_MINE}/arrive", form={"fence": "1"}),
    ("POST", "/alerts/{alert_id}/close"): Row(
        STAFF, f"/alerts/{_MINE}/close", form={"fence": "1", "outcome": "helped"}
    ),
    ("GET", "/together"): Row(OFFICE),
    ("POST", "/together"): Row(OFFICE, form={"outcome": "test", "chosen": f"1:{_MINE}", "note": "x"}),
    ("POST", "/alerts/{alert_id}/release"): Row(STAFF, f"/alerts/{_MINE}/release", form={"fence": "1"}),
    ("POST", "/alerts/{alert_id}/hand-over"): Row(
        STAFF, f"/alerts/{_MINE}/hand-over", form={"fence": "1", "to": "desk"}
    ),
    ("POST", "/alerts/{alert_id}/snooze"): Row(STAFF, f"/alerts/{_MINE}/snooze", form={"fence": "1", "minutes": "15"}),
    ("POST", "/alerts/{alert_id}/note"): Row(STAFF, f"/alerts/{_MINE}/note", form={"text": "x"}),
    ("POST", "/alerts/{alert_id}/reopen"): Row(OFFICE, f"/alerts/{_MINE}/reopen", form={}),
    ("GET", "/figures"): Row(STAFF, outside="/figures?area=grid-2"),
    ("GET", "/figures/{which}.csv"): Row(STAFF, "/figures/precision.csv", outside="/figures/response.csv?area=grid-2"),
    ("GET", "/budgets"): Row(STAFF, "/budgets?place=area:grid-1", outside="/budgets?place=area:grid-2"),
    ("POST", "/budgets"): Row(frozenset({ADMIN}), form={"place": "area:grid-1", "value": "2", "note": "x"}),
    ("POST", "/budgets/back"): Row(frozenset({ADMIN}), form={"place": street.WELL, "seen": "1"}),
    ("GET", "/budgets/{proposal_id}"): Row(STAFF, f"/budgets/{_REPLAYED}", outside=f"/budgets/{_BEING_REPLAYED}"),
    ("POST", "/budgets/{proposal_id}/effect"): Row(frozenset({ADMIN}), f"/budgets/{_REPLAYED}/effect", form={}),
    ("POST", "/budgets/{proposal_id}/withdraw"): Row(frozenset({ADMIN}), f"/budgets/{_REPLAYED}/withdraw", form={}),
    ("GET", "/homes"): Row(STAFF),
    ("POST", "/routine/lessons"): Row(
        frozenset({ADMIN}), form={"home": street.WELL, "kind": "silence", "choice": "stop"}
    ),
    ("GET", "/routine"): Row(STAFF, f"/routine?home={street.FALLEN}", outside=f"/routine?home={street.PRESSED}"),
    ("GET", "/homes/{home_id:path}"): Row(STAFF, f"/homes/{street.FALLEN}", outside=f"/homes/{street.PRESSED}"),
    ("GET", "/tickets"): Row(STAFF | {INSTALLER}),
    ("GET", "/install"): Row(FITTERS),
    ("GET", "/install/{home_id:path}"): Row(FITTERS, f"/install/{street.FALLEN}"),
    ("GET", "/labels/{home_id:path}"): Row(FITTERS, f"/labels/{street.FALLEN}"),
    ("GET", "/d/{device_id:path}"): Row(FITTERS, f"/d/{_DEVICE}"),
    ("GET", "/door/{home_id:path}"): Row(FITTERS, f"/door/{street.FALLEN}"),
    ("POST", "/doors/renew"): Row(FITTERS, form={"home": street.FALLEN}),
    ("GET", "/at/{code}"): Row(NOBODY_NEEDED, "/at/unknown"),
    ("POST", "/at/{code}"): Row(NOBODY_NEEDED, "/at/unknown", form={"alert": _MINE, "fence": "1"}),
    ("GET", "/devices/unknown"): Row(FITTERS),
    ("POST", "/devices/import"): Row(frozenset({ADMIN}), form={"what": "check"}, file="home\n"),
    ("POST", "/devices/change"): Row(FITTERS, form={"device": _DEVICE, "room": "kitchen", "role": "room"}),
    ("POST", "/devices/remove"): Row(FITTERS, form={"device": _DEVICE, "sure": "yes"}),
    ("POST", "/devices/bind"): Row(
        FITTERS,
        form={"device": "g-new/x", "home": street.FALLEN, "room": "kitchen", "role": "room"},
    ),
    ("GET", "/family"): Row(frozenset({FAMILY})),
    ("POST", "/family/answer"): Row(frozenset({FAMILY}), form={"alert": "a-17", "fence": "2", "answer": "take"}),
    ("GET", "/phones"): Row(STAFF),
    ("POST", "/phones/fine"): Row(STAFF, form={"alert": _MINE}),
}
KEYS = sorted(TABLE)
STREAMS = ("GET", "/api/v1/events")


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    """Every method and path that the app answers, wherever it is nested."""
    return {
        (method, route.path or "")
        for route in iter_route_contexts(app.routes)
        for method in (route.methods or {"MOUNT"}) - {"HEAD"}
    }


def test_every_route_has_a_row_and_every_row_a_route(app: FastAPI) -> None:
    static_and_description = {("MOUNT", "/static"), ("GET", "/api/v1/openapi.json")}

    assert routes_of(app) - static_and_description == set(TABLE)


def request(visitor: Visitor, method: str, row: Row, path: str, csrf: str | None) -> int:
    how: dict[str, Any] = {}
    if row.json is not None:
        how["json"] = row.json
    if row.form is not None:
        how["data"] = {**row.form, "csrf": csrf or ""}
        how["headers"] = {"Origin": ORIGIN}
    if row.file is not None:
        how["files"] = {"file": ("building.csv", row.file)}
    response = visitor.send(method, path, **how)
    location = response.headers.get("location", "")
    return 401 if response.status_code == 303 and location.startswith("/login?") else response.status_code


def a_token(visitor: Visitor, row: Row) -> str | None:
    """The session's form token, from the page where each role begins; for what is no form, none."""
    if row.form is None:
        return None
    page = visitor.get("/")
    return csrf_on((visitor.get(page.headers["location"]) if page.status_code == 303 else page).text)


@pytest.mark.parametrize(("method", "path"), [k for k in KEYS if k != STREAMS], ids=lambda v: v)
def test_a_route_serves_exactly_those_in_its_row(visit_as: As, visitor: Visitor, method: str, path: str) -> None:
    row = TABLE[method, path]
    target = row.path or path

    answers = {"anybody": request(visitor, method, row, target, None)}
    for role in ROLES:
        logged_in = visit_as(role)
        answers[role] = request(logged_in, method, row, target, a_token(logged_in, row))

    served = {who for who, status in answers.items() if status not in {401, 403}}
    if row.who == NOBODY_NEEDED:
        assert all(status < 500 for status in answers.values()), answers
    elif path == "/":
        assert answers == {"anybody": 401, ADMIN: 200, DESK: 200, RESPONDER: 200, FAMILY: 303, INSTALLER: 303}
    else:
        assert served == row.who, answers
        assert answers["anybody"] == 401


def test_the_stream_is_for_everybody_who_is_logged_in(visitor: Visitor) -> None:
    assert visitor.get("/api/v1/events").status_code == 401


@pytest.mark.parametrize(("method", "path"), [k for k in KEYS if TABLE[k].outside], ids=lambda v: v)
def test_what_is_outside_a_viewers_areas_does_not_exist_for_them(visit_as: As, method: str, path: str) -> None:
    row = TABLE[method, path]
    assert row.outside is not None
    body = {"alert": _THEIRS} if path.endswith("/fine") else row.json
    li, qian = visit_as("li"), visit_as("qian")

    hidden = request(li, method, dataclasses.replace(row, json=body), row.outside, a_token(li, row))
    theirs = request(qian, method, dataclasses.replace(row, json=body), row.outside, a_token(qian, row))

    assert hidden == 404
    assert theirs not in {401, 403, 404}


def test_a_login_that_was_switched_off_gets_nowhere(visitor: Visitor) -> None:
    answer = visitor.log_in("gone")

    assert answer.status_code == 401
    assert visitor.get("/api/v1/session").status_code == 401
