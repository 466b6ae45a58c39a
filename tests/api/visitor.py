"""A visitor of the interface: sends requests to the app itself, without a network, and keeps its cookies."""

import asyncio
import re
from typing import Any

import httpx
from fastapi import FastAPI

from tests.api.street import PASSWORD

ORIGIN = "http://anxin.test"


class Visitor:
    """One browser's worth of cookies."""

    def __init__(self, app: FastAPI, runner: asyncio.Runner, *, address: str = "192.0.2.7") -> None:
        self._runner = runner
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=(address, 40_000), raise_app_exceptions=False), base_url=ORIGIN
        )

    def send(self, method: str, path: str, **how: Any) -> httpx.Response:
        return self._runner.run(self.client.request(method, path, **how))

    def get(self, path: str, **how: Any) -> httpx.Response:
        return self.send("GET", path, **how)

    def post(self, path: str, **how: Any) -> httpx.Response:
        return self.send("POST", path, **how)

    def form(self, path: str, *, page: str, **fields: Any) -> httpx.Response:
        """Fill in a form as it stands on a page, with the token that the page carries."""
        return self.post(path, data={"csrf": csrf_on(self.get(page).text), **fields}, headers={"Origin": ORIGIN})

    def log_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        return self.form("/login", page="/login", login=login, password=password)


def csrf_on(html: str) -> str:
    """The form token on a page."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', html)
    assert found is not None, html[:500]
    return found[1]
