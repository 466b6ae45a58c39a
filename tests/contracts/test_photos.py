"""What the store of photos promises: whole, only for an alert that is there, and forgotten in time."""

from datetime import timedelta

import pytest

from core.pictures import Media, Photo, PhotoStore
from core.ports import StoreRefused
from storage.alerts import SqlAlerts
from storage.database import Database
from storage.photos import SqlPhotos
from tests.contracts.cases import T0, opening
from tests.pictures import jpeg, png

TAKEN = Photo("p-1", "a-1", T0, "li", Media.JPEG, jpeg())


@pytest.fixture
def store(database: Database) -> PhotoStore:
    SqlAlerts(database).open(opening())
    return SqlPhotos(database)


def test_a_photo_comes_back_as_it_was(store: PhotoStore) -> None:
    store.keep(TAKEN)

    assert store.photo("p-1") == TAKEN
    assert store.photo("p-2") is None


def test_a_photo_of_no_alert_or_with_a_taken_id_is_refused(store: PhotoStore) -> None:
    store.keep(TAKEN)

    with pytest.raises(StoreRefused):
        store.keep(Photo("p-2", "a-9", T0, "li", Media.PNG, png()))
    with pytest.raises(StoreRefused):
        store.keep(Photo("p-1", "a-1", T0, "li", Media.PNG, png()))

    assert store.photo("p-1") == TAKEN


def test_photos_are_forgotten_one_by_one_and_by_age(store: PhotoStore) -> None:
    for number in range(3):
        at = T0 + timedelta(days=number)
        store.keep(Photo(f"p-{number}", "a-1", at, "li", Media.PNG, png()))

    store.forget("p-1")

    assert store.forget_before(T0 + timedelta(days=2)) == 1
    assert [store.photo(f"p-{n}") is not None for n in range(3)] == [False, False, True]
    store.forget("p-1")
