"""The console's HTTP server on the service's own event loop, stopped by the service and not by signals."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from anxin.settings import Settings
from api.services import WebSettings

_FAREWELL = 3


class WebServer(uvicorn.Server):
    """uvicorn without its signal handling: the service decides when everything stops, in its own order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def wait_until_listening(self) -> None:
        """Return once requests are answered."""
        while not self.started:  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.02)

    @property
    def port(self) -> int:
        """The port really listened on, also when any free one was asked for."""
        sockets = [socket for server in self.servers for socket in server.sockets]
        port: int = sockets[0].getsockname()[1]
        return port


def web_server(app: FastAPI, *, host: str, port: int, trusted_proxies: str) -> WebServer:
    """A server for the app; X-Forwarded headers are believed from these proxies only (comma separated)."""
    return WebServer(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            lifespan="off",
            proxy_headers=True,
            forwarded_allow_ips=trusted_proxies,
            timeout_graceful_shutdown=_FAREWELL,
            server_header=False,
        )
    )


def web_settings(settings: Settings, *, speed: float) -> WebSettings:
    """What the pages need of the settings; `speed` is the clock's."""
    return WebSettings(
        secure_cookies=settings.secure_cookies,
        session_hours=settings.session_hours,
        speed=speed,
        language=settings.language,
    )


def refuse_taken_port(host: str, port: int) -> None:
    """Raises OSError, naming the address, when nobody could listen there: better now than after a long start."""
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        raise OSError(f"the console cannot listen on {host}:{port}: {error.strerror or error}") from error
