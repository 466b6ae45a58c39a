"""A grid worker who does their work while the service is killed under their fingers: they press until it holds."""

import threading
from typing import Any

from tests.service.program import Program, Visitor

NEXT = {"triggered": "acknowledge", "acknowledged": "arrive", "on_site": "close"}
CLIMBED_TO = 3
_PAUSE = 0.3
_PATIENCE = 600.0


class Responder(threading.Thread):
    """Takes alerts of one kind once they have climbed to the grid worker, goes there, and closes them."""

    def __init__(self, program: Program, *, kind: str) -> None:
        super().__init__(daemon=True, name="responder")
        self.closed: set[str] = set()
        self.trouble: BaseException | None = None
        self._kind = kind
        self._visitor = Visitor(program.address, "admin", patience=_PATIENCE)
        self._resting = threading.Event()

    def run(self) -> None:
        try:
            while not self._resting.wait(_PAUSE):
                for alert in self._visitor.alerts(open_only=True):
                    self._work_on(alert)
        except BaseException as error:  # noqa: BLE001 - told to the test, which is in another thread
            self.trouble = error

    def _work_on(self, alert: dict[str, Any]) -> None:
        """One press. Somebody, or we ourselves before an answer was lost, may have been quicker: look again later."""
        if alert["kind"] != self._kind or (alert["handling"] == "triggered" and alert["level"] < CLIMBED_TO):
            return
        move = NEXT[alert["handling"]]
        said = {"outcome": "helped", "note": "drill"} if move == "close" else {}
        answer = self._visitor.post(f"/alerts/{alert['id']}/{move}", {"fence": alert["fence"], **said})
        assert answer.status_code in {200, 409}, f"{move}: {answer.status_code} {answer.text}"
        if move == "close" and answer.status_code == 200:
            self.closed.add(alert["id"])

    def rest(self) -> None:
        self._resting.set()
        self.join(_PATIENCE)
        if self.trouble is not None:
            raise self.trouble
