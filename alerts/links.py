"""One-tap links: what lets one person answer one alert without a login. Nothing is stored; the link is a keyed hash.

60 bits of HMAC-SHA256 over alert and person: too many to guess, short enough for an SMS. Whoever has the link is taken
for the person to whom it was sent, for this alert only, until it is closed.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.alerts import Alert

_LENGTH = 12


@dataclass(frozen=True)
class Links:
    """`base` is how people's phones reach the console, such as https://anxin.example.cn."""

    base: str
    secret: str = field(repr=False)

    def of(self, alert: str, person: str) -> str:
        return f"{self.base.rstrip('/')}/a/{self.code(alert, person)}"

    def code(self, alert: str, person: str) -> str:
        """Twelve letters and digits, none of which is easily taken for another."""
        digest = hmac.new(self.secret.encode(), f"{len(alert)} {alert} {person}".encode(), hashlib.sha256).digest()
        return base64.b32encode(digest)[:_LENGTH].decode().lower()

    def is_code(self, code: str, about: str, person: str) -> bool:
        """Is this the code of that person's link about this?"""
        return hmac.compare_digest(self.code(about, person).encode(), code.lower().encode())

    def find(self, code: str, alerts: Iterable[Alert]) -> tuple[Alert, str] | None:
        """The alert and the person whose link this is, among everybody who was asked or has it."""
        for alert in alerts:
            people = dict.fromkeys((*alert.told, alert.taken_by, alert.arrived_by))
            for person in people:
                if person is not None and self.is_code(code, alert.id, person):
                    return alert, person
        return None
