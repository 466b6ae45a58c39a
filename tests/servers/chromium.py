"""A real Chromium for tests, spoken to over its debugging pipe: no driver to install, no port to open.

The protocol is JSON messages ended by a zero byte (Chrome DevTools Protocol, `--remote-debugging-pipe`).
"""

import base64
import json
import os
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--mute-audio",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
_PATIENCE = 30.0


class BrowserGone(Exception):
    """Chromium ended, did not answer in time, or refused a command."""


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome, None where there is none. `ANXIN_CHROMIUM` names another one."""
    named = os.environ.get("ANXIN_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass
class Browser:
    """One headless browser. Answers are matched to commands by number; events wait per page."""

    process: subprocess.Popen[bytes]
    to_browser: IO[bytes]
    from_browser: IO[bytes]
    _number: int = 0
    _answers: dict[int, queue.SimpleQueue[dict[str, Any]]] = field(default_factory=dict)
    _pages: dict[str, "Tab"] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def listen(self) -> None:
        """Runs in its own thread until the browser closes the pipe."""
        held = b""
        while chunk := os.read(self.from_browser.fileno(), 65_536):
            *messages, held = (held + chunk).split(b"\0")
            for text in messages:
                self._take(json.loads(text))

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers[message["id"]].put(message)
        elif (page := self._pages.get(message.get("sessionId", ""))) is not None:
            page.heard(message)

    def ask(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Send a command and wait for its answer. Raises BrowserGone."""
        answer: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        with self._lock:
            self._number += 1
            number = self._number
            self._answers[number] = answer
            command = {"id": number, "method": method, "params": params}
            text = json.dumps(command if session is None else {**command, "sessionId": session})
            self.to_browser.write(text.encode() + b"\0")
            self.to_browser.flush()
        try:
            message = answer.get(timeout=_PATIENCE)
        except queue.Empty:
            raise BrowserGone(f"no answer to {method}") from None
        finally:
            del self._answers[number]
        if "error" in message:
            raise BrowserGone(f"{method}: {message['error']}")
        result: dict[str, Any] = message["result"]
        return result

    def open(self, url: str, *, width: int = 1280, height: int = 900, dark: bool = False) -> "Tab":
        """A fresh tab with its own cookies, at this address."""
        context = self.ask("Target.createBrowserContext")["browserContextId"]
        target = self.ask("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, session, context)
        self._pages[session] = tab
        for domain in ("Page", "Runtime", "Log", "Network"):
            tab.ask(f"{domain}.enable")
        tab.size(width, height)
        if dark:
            tab.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        tab.go(url)
        return tab


@dataclass
class Tab:
    """One page. `complaints` are its console errors, uncaught exceptions and refused loads; `workers` the registrations
    of its service workers, once `ServiceWorker.enable` was asked.
    """

    browser: Browser
    session: str
    context: str = ""
    workers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        return self.browser.ask(method, self.session, **params)

    def heard(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        match message["method"]:
            case "Runtime.exceptionThrown":
                self.complaints.append(str(params["exceptionDetails"]))
            case "ServiceWorker.workerRegistrationUpdated":
                self.workers += [each["registrationId"] for each in params["registrations"]]
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "assert"}:
                self.complaints.append(str(params["args"]))

    def size(self, width: int, height: int) -> None:
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def go(self, url: str) -> None:
        """Load an address and wait until it is there."""
        self.leave(lambda: self.ask("Page.navigate", url=url))

    def leave(self, act: Callable[[], object]) -> None:
        """Do something that loads another page, and wait until that is there."""
        self.js("window.leaving = true")
        act()
        self.until("!window.leaving && document.readyState === 'complete'")

    def js(self, expression: str) -> Any:
        """The value of an expression in the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserGone(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, expression: str, *, seconds: float = _PATIENCE) -> Any:
        """Wait until an expression is true in the page. Raises BrowserGone with what the page shows instead."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if value := self.js(expression):
                    return value
            except BrowserGone as error:
                if "context" not in str(error):  # the page is just being replaced
                    raise
            time.sleep(0.02)
        raise BrowserGone(f"never true: {expression}; the page shows: {self.text()[:800]}")

    def text(self) -> str:
        return str(self.js("document.body.innerText"))

    def fill(self, selector: str, value: str) -> None:
        self.js(f"document.querySelector({json.dumps(selector)}).value = {json.dumps(value)}")

    def click(self, selector: str) -> None:
        self.js(f"document.querySelector({json.dumps(selector)}).click()")

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """A PNG of the page."""
        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole, fromSurface=True)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A running browser with a fresh profile in the folder; ended afterwards. Raises BrowserGone when there is none."""
    program = find_chromium()
    if program is None:
        raise BrowserGone("no Chromium here")
    to_read, to_write = os.pipe()
    back_read, back_write = os.pipe()
    command = f'exec "$0" "$@" 3<&{to_read} 4>&{back_write}'
    with (folder / "chromium.log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/bash", "-c", command, program, *_FLAGS, f"--user-data-dir={folder / 'profile'}", "about:blank"],
            pass_fds=(to_read, back_write),
            stdout=log,
            stderr=log,
        )
    os.close(to_read)
    os.close(back_write)
    with os.fdopen(to_write, "wb") as to_browser, os.fdopen(back_read, "rb") as from_browser:
        browser = Browser(process, to_browser, from_browser)
        listener = threading.Thread(target=browser.listen, name="chromium", daemon=True)
        listener.start()
        try:
            yield browser
            browser.ask("Browser.close")
        finally:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            listener.join(5)
