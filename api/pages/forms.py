"""Forms of the pages: only from our own pages, with the session's own token; afterwards the browser is sent on."""

import re
from collections.abc import Iterable
from typing import Annotated, TypeAlias
from urllib.parse import urlencode

from fastapi import Depends, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse
from pydantic import BeforeValidator

from api.access import Action
from api.depends import Requires
from api.sessions import Visit, require_form_token
from core.arrival import Location
from core.outcomes import Access
from core.pictures import LARGEST

SEE_OTHER, UNPROCESSABLE = 303, 422
Text: TypeAlias = Annotated[str, Form(max_length=300)]
"""A short field."""
_FENCE = re.compile(r"[0-9]{1,18}")
AccessField: TypeAlias = Annotated[Access | None, BeforeValidator(lambda said: said or None), Form()]
"""How whoever came got in; what is left empty is not told."""


class FormOf:
    """A dependency: a form sent by somebody who may do this, from a page that was made for them."""

    def __init__(self, action: Action) -> None:
        self.requires = Requires(action)

    def __call__(self, request: Request, csrf: Annotated[str, Form(max_length=200)] = "") -> Visit:
        visit = self.requires(request)
        require_form_token(csrf, visit.token)
        return visit


HandlingForm: TypeAlias = Annotated[Visit, Depends(FormOf(Action.HANDLE_ALERTS))]
ReopeningForm: TypeAlias = Annotated[Visit, Depends(FormOf(Action.REOPEN_ALERTS))]
PhoneForm: TypeAlias = Annotated[Visit, Depends(FormOf(Action.SEE_PHONES))]
FamilyForm: TypeAlias = Annotated[Visit, Depends(FormOf(Action.ANSWER_AS_FAMILY))]
WishForm: TypeAlias = Annotated[Visit, Depends(FormOf(Action.KEEP_WISHES))]
ConsentForm: TypeAlias = Annotated[Visit, Depends(FormOf(Action.RECORD_CONSENT))]
DutyForm: TypeAlias = Annotated[Visit, Depends(FormOf(Action.CHANGE_DUTY))]
PolicyForm: TypeAlias = Annotated[Visit, Depends(FormOf(Action.CHANGE_POLICIES))]
BudgetForm: TypeAlias = Annotated[Visit, Depends(FormOf(Action.CHANGE_BUDGETS))]
EnrollingForm: TypeAlias = Annotated[Visit, Depends(FormOf(Action.ENROLL_DEVICES))]
FollowForm: TypeAlias = Annotated[Visit, Depends(FormOf(Action.FOLLOW))]
LeavingForm: TypeAlias = Annotated[Visit, Depends(FormOf(Action.LEAVE))]


def ticked(chosen: Iterable[str] | None) -> dict[str, int]:
    """Fences by alert, from boxes whose value is `fence:alert`; what is neither is left out."""
    pairs = (each.partition(":") for each in chosen or ())
    return {alert: int(fence) for fence, _, alert in pairs if _FENCE.fullmatch(fence)}


def location_in(
    latitude: Annotated[str, Form(max_length=40)] = "",
    longitude: Annotated[str, Form(max_length=40)] = "",
    accuracy: Annotated[str, Form(max_length=40)] = "",
) -> Location | None:
    """Where the phone says that it is, if it was asked and could tell. What cannot be read is left out: being there
    counts without it.
    """
    try:
        return Location(float(latitude), float(longitude), float(accuracy))
    except ValueError:
        return None


WhereSent: TypeAlias = Annotated[Location | None, Depends(location_in)]


def photo_in(photo: Annotated[UploadFile | None, File()] = None) -> bytes:
    """The file that was chosen; nothing where none was."""
    return b"" if photo is None else photo.file.read(LARGEST + 1)


PhotoSent: TypeAlias = Annotated[bytes, Depends(photo_in)]


def go_on(path: str, **said: str) -> RedirectResponse:
    """Send the browser to a page, so that reloading it does nothing twice."""
    return RedirectResponse(f"{path}?{urlencode(said)}" if said else path, SEE_OTHER)


def local_path(wanted: str) -> str:
    """A path on this very site, whatever was asked for."""
    is_local = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if is_local and "\\" not in wanted else "/"
