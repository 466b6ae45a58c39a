"""The scene for each test: stores furnished once and copied, services over them, and visitors by role."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from fastapi import FastAPI

from api.app import create_app, stand_on
from api.services import Services
from api.sessions import cookie_name, token_hash
from core.ports import Session
from tests.api.scene import HandClock, Health, furnish, scene
from tests.api.visitor import Visitor

As: TypeAlias = Callable[[str], Visitor]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scene")
    furnish(folder)
    return folder


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def services(furnished: Path, tmp_path: Path, clock: HandClock, health: Health) -> Iterator[Services]:
    folder = tmp_path / "scene"
    shutil.copytree(furnished, folder)
    with scene(folder, clock=clock, health=health) as found:
        yield found


@pytest.fixture(scope="session")
def _apps() -> list[FastAPI]:
    """The one whose routes are built already, once there is one."""
    return []


@pytest.fixture
def app(services: Services, _apps: list[FastAPI]) -> FastAPI:
    if not _apps:
        _apps.append(create_app(services))
    stand_on(_apps[0], services)
    return _apps[0]


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def visitor(app: FastAPI, runner: asyncio.Runner) -> Visitor:
    """Somebody who has not logged in."""
    return Visitor(app, runner)


@pytest.fixture
def visit_as(app: FastAPI, services: Services, runner: asyncio.Runner) -> As:
    """Visitors with a session of their own, as logging in gives them (that itself is tested with the sessions)."""

    def with_session(login: str) -> Visitor:
        visitor, token, now = Visitor(app, runner), services.token(), services.clock.now()
        services.accounts.save_session(Session(token_hash(token), login, now, now + services.settings.session_length))
        visitor.client.cookies.set(cookie_name(services), token)
        return visitor

    return with_session
