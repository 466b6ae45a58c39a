"""The first administrator, however the installation began."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from anxin.accounts import ADMIN, ensure_admin, save_login
from anxin.settings import Settings, load
from anxin.stores import Stores, open_database
from core.people import AccessRole, Person

PASSWORD = "correct horse battery staple"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(data_dir=tmp_path, admin_password=PASSWORD)


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    with open_database(settings, migrate=True) as opened:
        yield opened


def test_an_administrator_is_made_when_there_is_none(stores: Stores, settings: Settings) -> None:
    made_up = ensure_admin(stores, settings)

    account = stores.accounts.account(ADMIN)
    assert made_up is None
    assert account is not None
    assert account.role is AccessRole.ADMIN


def test_logins_made_before_the_first_start_do_not_stand_in_its_way(stores: Stores, settings: Settings) -> None:
    stores.inventory.save(people=[Person("li", "李敏")])
    save_login(stores, login="grid", person="li", role="responder", areas=[], homes=[], password=PASSWORD)

    ensure_admin(stores, settings)

    assert stores.accounts.account(ADMIN) is not None


def test_an_administrator_who_is_there_is_left_alone(stores: Stores, settings: Settings) -> None:
    stores.inventory.save(people=[Person("wang", "王伟")])
    save_login(stores, login="boss", person="wang", role="admin", areas=[], homes=[], password=PASSWORD)

    ensure_admin(stores, settings)

    assert stores.accounts.account(ADMIN) is None


def test_a_password_is_made_up_and_told_when_none_was_given(stores: Stores, settings: Settings) -> None:
    made_up = ensure_admin(stores, settings.model_copy(update={"admin_password": None}))

    assert made_up is not None
    assert len(made_up) >= 12
