"""Log in, ask who one is, log out."""

from fastapi import APIRouter, Request, Response

from api.depends import Leaves, Ports, Tries
from api.errors import Code, problems
from api.session.schemas import Credentials, SessionBody, WhoAmI
from api.sessions import log_in, require_own_origin, token_hash

router = APIRouter(prefix="/session", tags=["session"])


@router.post("", status_code=201, responses=problems(Code.TOO_MANY_TRIES))
def create_session(body: Credentials, request: Request, response: Response, ports: Ports, tries: Tries) -> SessionBody:
    """Log in with login and password; gives a bearer token."""
    require_own_origin(request)
    address = request.client.host if request.client else ""
    token, account = log_in(ports, tries, login=body.login, password=body.password.get_secret_value(), address=address)
    response.headers["Cache-Control"] = "no-store"
    expires_at = ports.clock.now() + ports.settings.session_length
    return SessionBody(token=token, login=account.login, role=account.role, expires_at=expires_at)


@router.get("", responses=problems())
def get_session(visit: Leaves, ports: Ports) -> WhoAmI:
    """Whose session this is, and what it sees."""
    viewer = visit.viewer
    person = ports.directory().people.get(viewer.person)
    return WhoAmI(
        login=viewer.login,
        person=viewer.person,
        name=viewer.person if person is None else person.name,
        role=viewer.role,
        areas=sorted(viewer.areas),
        homes=sorted(viewer.homes),
    )


@router.delete("", status_code=204, responses=problems())
def end_session(visit: Leaves, ports: Ports) -> None:
    """Log out: the token is worth nothing afterwards."""
    ports.accounts.end_session(token_hash(visit.token))
