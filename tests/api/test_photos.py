"""A photo with the outcome: bare of what a phone writes beside it, and seen only by those who may see the alert."""

from typing import Any

import httpx
import pytest

from api.services import Services
from core.alerts import EntryKind, Outcome
from core.pictures import LARGEST
from tests.api.conftest import As
from tests.api.test_one_tap import RED, path_of
from tests.api.visitor import ORIGIN, Visitor, csrf_on
from tests.pictures import jpeg, png

NOTE = "扶起来了，送医院"


def close_with(visitor: Visitor, body: bytes, *, fence: int, **fields: str) -> httpx.Response:
    csrf = csrf_on(visitor.get(f"/alerts/{RED}").text)
    data = {"csrf": csrf, "fence": str(fence), "outcome": "helped", "note": NOTE, **fields}
    files: dict[str, Any] = {"photo": ("photo.jpg", body)}
    return visitor.post(f"/alerts/{RED}/close", data=data, files=files, headers={"Origin": ORIGIN})


def photos(services: Services) -> list[str]:
    return [e.detail["photo"] for e in services.alerts.timeline(RED) if e.kind is EntryKind.PHOTO]


def outcome(services: Services) -> Outcome | None:
    alert = services.alerts.get(RED)
    assert alert is not None
    return alert.outcome


def test_whoever_closes_may_add_a_photo_that_tells_nothing_but_the_picture(visit_as: As, services: Services) -> None:
    li = visit_as("li")

    answer = close_with(li, jpeg(), fence=2)

    assert answer.headers["location"] == f"/alerts/{RED}?said=closed"
    [photo] = photos(services)
    shown = li.get(f"/alerts/{RED}/photos/{photo}")
    assert (shown.content, shown.headers["content-type"]) == (jpeg(beside=False), "image/jpeg")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["cache-control"] == "no-store"
    assert f'src="/alerts/{RED}/photos/{photo}"' in li.get(f"/alerts/{RED}").text
    assert outcome(services) is Outcome.HELPED


def test_the_holder_of_a_link_may_add_one_too(visitor: Visitor, services: Services) -> None:
    services.desk.arrive(RED, by="fang")
    where = path_of(services, RED, "fang")

    files: dict[str, Any] = {"photo": ("x", png())}
    answer = visitor.post(where, data={"tap": "close", "fence": "3", "outcome": "helped"}, files=files)

    assert answer.headers["location"] == f"{where}?said=closed"
    [photo] = photos(services)
    kept = services.photos.photo(photo)
    assert kept is not None
    assert (kept.body, kept.by) == (png(beside=False), "fang")


def test_closing_without_choosing_a_file_is_closing(visit_as: As, services: Services) -> None:
    assert close_with(visit_as("li"), b"", fence=2).headers["location"] == f"/alerts/{RED}?said=closed"
    assert photos(services) == []


@pytest.mark.parametrize("body", [b"GIF89a", b"<svg/>", jpeg()[:30], b"MZ" * 500])
def test_what_is_no_picture_closes_nothing(visit_as: As, services: Services, body: bytes) -> None:
    answer = close_with(visit_as("li"), body, fence=2)

    assert answer.status_code == 422
    assert NOTE in answer.text, "what was written is still there"
    assert (photos(services), outcome(services)) == ([], None)


def test_a_photo_that_is_too_large_is_refused_before_anything_is_made_of_it(visit_as: As, services: Services) -> None:
    li = visit_as("li")

    little = close_with(li, jpeg() + bytes(LARGEST), fence=2)
    much = close_with(li, jpeg() + bytes(LARGEST + 200_000), fence=2)

    assert (little.status_code, much.status_code) == (413, 413)
    assert "text/html" in much.headers["content-type"], "a person is told in words"
    assert (photos(services), outcome(services)) == ([], None)


def test_a_stale_form_adds_no_photo(visit_as: As, services: Services) -> None:
    services.desk.acknowledge(RED, by="captain-7")

    answer = close_with(visit_as("li"), jpeg(), fence=2)

    assert answer.status_code == 409
    assert NOTE in answer.text, "what was written is still there"
    assert photos(services) == []


def test_only_those_who_may_see_the_alert_see_its_photos(visit_as: As, visitor: Visitor, services: Services) -> None:
    close_with(visit_as("li"), jpeg(), fence=2)
    where = f"/alerts/{RED}/photos/{photos(services)[0]}"

    assert visitor.get(where).status_code == 303
    assert {who: visit_as(who).get(where).status_code for who in ("desk", "li", "qian", "fang", "mei")} == {
        "desk": 200,
        "li": 200,
        "qian": 404,
        "fang": 403,
        "mei": 403,
    }


def test_a_photo_is_no_other_alerts(visit_as: As, services: Services) -> None:
    close_with(visit_as("li"), jpeg(), fence=2)

    assert visit_as("li").get(f"/alerts/a-16/photos/{photos(services)[0]}").status_code == 404


def test_a_photo_that_was_forgotten_is_not_found_and_its_line_stays(visit_as: As, services: Services) -> None:
    li = visit_as("li")
    close_with(li, jpeg(), fence=2)
    [photo] = photos(services)

    services.photos.forget(photo)

    assert li.get(f"/alerts/{RED}/photos/{photo}").status_code == 404
    assert "附了一张照片" in li.get(f"/alerts/{RED}").text


def test_looking_at_a_photo_is_logged(visit_as: As, services: Services) -> None:
    close_with(visit_as("li"), jpeg(), fence=2)
    [photo] = photos(services)

    visit_as("desk").get(f"/alerts/{RED}/photos/{photo}")

    alert = services.alerts.get(RED)
    assert alert is not None
    assert f"photo {photo}" in {look.what for look in services.accounts.looks(alert.home)}
