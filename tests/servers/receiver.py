"""A real HTTP server on the loopback that plays the other end of a webhook: it keeps what came and answers as told."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Received:
    path: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """`hold`: never answer until the receiver is closed. `hang_up`: close the connection without a word."""

    status: int = 200
    body: bytes = b'{"accepted": true, "id": "r-1"}'
    headers: Mapping[str, str] = field(default_factory=dict)
    hold: bool = False
    hang_up: bool = False


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # many may knock at once


class Receiver:
    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer = Answer()
        self.answers: dict[str, list[Answer]] = {}
        """By a part of the path: each in turn, the last for ever. `answer` for all other paths."""
        self.replies: Callable[[Received], Answer | None] = lambda _received: None
        """What it answers to this; None: as above."""
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def next_answer(self, path: str) -> Answer:
        for part, answers in self.answers.items():
            if part in path:
                return answers.pop(0) if len(answers) > 1 else answers[0]
        return self.answer

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.02)

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {k.lower(): v for k, v in self.headers.items()}
            received = Received(self.path, headers, body, self.command)
            receiver.received.append(received)
            answer = receiver.replies(received) or receiver.next_answer(self.path)
            if answer.hold:
                receiver.closing.wait()
            if answer.hold or answer.hang_up:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self._write(answer.body)

        def _write(self, body: bytes) -> None:
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # the other end has heard enough

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            del format, args

    return Handler


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that runs until the block ends."""
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve, name="webhook receiver", daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.close()
        thread.join()
