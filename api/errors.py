"""The one table of what can go wrong and how it is told: RFC 9457 problem documents, and their HTTP statuses.

A problem says what to do next. Pages tell the same problems in the reader's language, by `code`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from core.alerts import Refusal
from core.ports import StoreRefused, StoreUnavailable

MEDIA_TYPE = "application/problem+json"


class Code(StrEnum):
    """What went wrong, in one word that programs may rely on."""

    NOT_LOGGED_IN = "not_logged_in"
    WRONG_LOGIN = "wrong_login"
    TOO_MANY_TRIES = "too_many_tries"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    FOREIGN_PAGE = "foreign_page"
    INVALID = "invalid"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    STALE = "stale"
    CLOSED = "closed"
    RED_NEEDS_A_PERSON = "red_needs_a_person"
    ALREADY_THERE = "already_there"
    RED_NEVER_WAITS = "red_never_waits"
    SOMEBODY_IS_THERE = "somebody_is_there"
    SNOOZED_ENOUGH = "snoozed_enough"
    CANNOT_BE_ASKED = "cannot_be_asked"
    RED_ONE_BY_ONE = "red_one_by_one"
    NO_PICTURE = "no_picture"
    NOT_ACCEPTED = "not_accepted"
    WRONG_CODE = "wrong_code"
    NO_BROWSER = "no_browser"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Told:
    """How a code is told: HTTP status, title, and what to do next when nothing more exact is known."""

    status: int
    title: str
    detail: str


TABLE: Mapping[Code, Told] = {
    Code.NOT_LOGGED_IN: Told(401, "Not logged in", "Log in, or send a session token that has not expired."),
    Code.WRONG_LOGIN: Told(401, "Login or password is wrong", "Check both; after several wrong tries you must wait."),
    Code.TOO_MANY_TRIES: Told(429, "Too many wrong tries", "Wait for the seconds in Retry-After, then try again."),
    Code.FORBIDDEN: Told(403, "Not for this login", "Ask an administrator if your work needs it."),
    Code.NOT_FOUND: Told(404, "No such thing", "It does not exist, or not among what this login may see."),
    Code.METHOD_NOT_ALLOWED: Told(405, "Cannot be done here", "See the interface's description for what can."),
    Code.FOREIGN_PAGE: Told(403, "Sent from another page", "Open the page anew and try again from there."),
    Code.INVALID: Told(422, "Cannot be understood", "Correct the fields that are named in 'errors'."),
    Code.TOO_LARGE: Told(413, "Too large", "Send less at once."),
    Code.REFUSED: Told(400, "Cannot be taken", "Correct the request; the same one will be refused again."),
    Code.STALE: Told(409, "Somebody else was quicker", "Look at the alert as it stands now, then decide again."),
    Code.CLOSED: Told(409, "Already closed", "A closed alert never changes; reopen it as a new one if need be."),
    Code.RED_NEEDS_A_PERSON: Told(409, "A person must look", "A red alert is closed by somebody who went there."),
    Code.ALREADY_THERE: Told(409, "Already so", "Nothing needs to be done."),
    Code.RED_NEVER_WAITS: Told(409, "Red is never put off", "Somebody must look now: take it, or hand it over."),
    Code.SOMEBODY_IS_THERE: Told(409, "Somebody is on site", "Nothing is put off while they owe a report."),
    Code.SNOOZED_ENOUGH: Told(409, "Put off too long", "Choose less than the policy allows, or send somebody."),
    Code.RED_ONE_BY_ONE: Told(409, "Red one by one", "A red alert is closed by itself, by somebody who looked."),
    Code.CANNOT_BE_ASKED: Told(409, "Cannot be asked", "Choose a responder of this home's areas who can be reached."),
    Code.NO_PICTURE: Told(422, "Not a picture", "Send a JPEG or PNG file, of at most 2 MB."),
    Code.NOT_ACCEPTED: Told(502, "Not accepted", "The provider did not take the message; its answer is on the page."),
    Code.NO_BROWSER: Told(422, "Not a browser", "Its push service or its keys are not among those that we write to."),
    Code.WRONG_CODE: Told(422, "Not the code", "Ask for the code in the newest test; it counts for a day."),
    Code.UNAVAILABLE: Told(503, "Out of reach for a moment", "Nothing was changed. Try again in a few seconds."),
    Code.INTERNAL: Told(
        500, "Something broke here", "It has been recorded. Try again; if it stays, tell the operator."
    ),
}

REFUSALS: Mapping[Refusal, Code] = {
    Refusal.STALE: Code.STALE,
    Refusal.CLOSED: Code.CLOSED,
    Refusal.RED_NEEDS_A_PERSON: Code.RED_NEEDS_A_PERSON,
    Refusal.ALREADY_THERE: Code.ALREADY_THERE,
    Refusal.UNKNOWN: Code.NOT_FOUND,
    Refusal.RED_NEVER_WAITS: Code.RED_NEVER_WAITS,
    Refusal.SOMEBODY_IS_THERE: Code.SOMEBODY_IS_THERE,
    Refusal.SNOOZED_ENOUGH: Code.SNOOZED_ENOUGH,
    Refusal.CANNOT_BE_ASKED: Code.CANNOT_BE_ASKED,
    Refusal.RED_ONE_BY_ONE: Code.RED_ONE_BY_ONE,
}

_STATUSES: Mapping[int, Code] = {
    400: Code.REFUSED,
    401: Code.NOT_LOGGED_IN,
    403: Code.FORBIDDEN,
    404: Code.NOT_FOUND,
    405: Code.METHOD_NOT_ALLOWED,
    413: Code.TOO_LARGE,
    422: Code.INVALID,
    503: Code.UNAVAILABLE,
}


class Problem(Exception):
    """Raised by endpoints to end a request with a row of the table; `detail` when more is known."""

    def __init__(
        self,
        code: Code,
        detail: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        errors: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.detail = TABLE[code].detail if detail is None else detail
        self.headers = dict(headers or {})
        self.errors = errors

    @property
    def status(self) -> int:
        return TABLE[self.code].status

    def document(self, instance: str) -> dict[str, Any]:
        """The RFC 9457 document."""
        document: dict[str, Any] = {
            "type": f"urn:anxin:problem:{self.code.value}",
            "title": TABLE[self.code].title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code.value,
        }
        return document if self.errors is None else {**document, "errors": self.errors}


def refused(refusal: Refusal) -> Problem:
    """The problem that tells why a button did nothing."""
    return Problem(REFUSALS[refusal])


def problem_of(error: Exception) -> Problem:
    """Any exception as a row of the table; an unknown one is internal and says nothing of its inside."""
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return Problem(Code.INVALID, errors=[_field(item) for item in error.errors()])
        case StoreUnavailable():
            return Problem(Code.UNAVAILABLE, headers={"Retry-After": "5"})
        case StoreRefused():
            return Problem(Code.REFUSED, str(error) or None)
        case HTTPException():
            code = _STATUSES.get(error.status_code, Code.REFUSED if error.status_code < 500 else Code.INTERNAL)  # noqa: PLR2004 - the border of HTTP's two families
            return Problem(code, headers=error.headers)
        case _:
            return Problem(Code.INTERNAL)


def _field(item: Mapping[str, Any]) -> dict[str, Any]:
    """Where and what, without the value: it may be a password."""
    return {"where": ".".join(str(part) for part in item["loc"]), "what": str(item["msg"])}


class FieldError(BaseModel):
    where: str
    what: str


class ProblemDocument(BaseModel):
    """RFC 9457. `code` is stable for programs; `title` and `detail` are for people."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:anxin:problem:stale",
                    "title": "Somebody else was quicker",
                    "status": 409,
                    "detail": "Look at the alert as it stands now, then decide again.",
                    "instance": "/api/v1/alerts/a-17/acknowledge",
                    "code": "stale",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: Code
    errors: list[FieldError] | None = Field(None, description="only where fields are wrong")


def problems(*codes: Code) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: which problems an endpoint may answer with, besides those that all may."""
    always = (Code.NOT_LOGGED_IN, Code.FORBIDDEN, Code.INVALID, Code.UNAVAILABLE)
    found: dict[int | str, dict[str, Any]] = {}
    for code in (*always, *codes):
        told = TABLE[code]
        before = found.get(told.status, {}).get("description")
        found[told.status] = {
            "description": f"{before}; or {told.title}" if before and told.title not in before else told.title,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
    return found
