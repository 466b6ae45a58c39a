"""Sessions: a random token for the visitor, only its SHA-256 for the store; and who a request comes from.

Forms and other unsafe requests by cookie must come from our own pages: the origin is checked, and a token derived
from the session.
"""

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

from api.access import Viewer, viewer_of
from api.errors import Code, Problem
from api.passwords import hash_password, is_outdated, is_right
from api.services import Services
from api.throttle import Throttle
from core.people import Account
from core.ports import Session

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Visit:
    """An authenticated request: who, and the session's raw token."""

    viewer: Viewer
    token: str

    @property
    def csrf(self) -> str:
        return csrf_token(self.token)


def cookie_name(services: Services) -> str:
    """The browser itself keeps a `__Host-` cookie to this host, over https."""
    return "__Host-anxin" if services.settings.secure_cookies else "anxin"


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(secret: str) -> str:
    """What a form must carry: cannot be made without the cookie, and does not give it away."""
    return hashlib.sha256(f"form\n{secret}".encode()).hexdigest()


def log_in(services: Services, throttle: Throttle, *, login: str, password: str, address: str) -> tuple[str, Account]:
    """A new session's token. Raises Problem when wrong or too often wrong."""
    now = services.clock.now()
    if wait := throttle.wait(login, address, now):
        raise Problem(Code.TOO_MANY_TRIES, headers={"Retry-After": str(int(wait.total_seconds()) + 1)})
    account = services.accounts.account(login)
    known = account if account is not None and account.active else None
    if not is_right(password, None if known is None else known.password_hash) or known is None:
        throttle.wrong(login, address, now)
        raise Problem(Code.WRONG_LOGIN)
    throttle.right(login, address)
    if is_outdated(known.password_hash):
        known = _rehashed(services, known, password)
    token = services.token()
    services.accounts.save_session(Session(token_hash(token), known.login, now, now + services.settings.session_length))
    return token, known


def _rehashed(services: Services, account: Account, password: str) -> Account:
    renewed = Account(
        account.login,
        account.person,
        account.role,
        hash_password(password),
        account.areas,
        account.homes,
        account.active,
    )
    services.accounts.save_account(renewed)
    return renewed


def viewer_with(services: Services, token: str | None) -> Viewer | None:
    """Whose session this is, as the account stands now; None when it is over, unknown or switched off."""
    if not token or len(token) > LONGEST_TOKEN:
        return None
    session = services.accounts.session(token_hash(token))
    if session is None or session.expires_at <= services.clock.now():
        return None
    account = services.accounts.account(session.login)
    if account is None or not account.active:
        return None
    return viewer_of(account, services.inventory())


def token_of(request: Request, services: Services) -> tuple[str | None, bool]:
    """The session token of a request, and whether a browser sent it by itself (cookie)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip(), False
    return request.cookies.get(cookie_name(services)), True


def visit_of(request: Request, services: Services) -> Visit | None:
    """Who sends this request. Raises Problem when a foreign page makes a browser send it."""
    token, by_browser = token_of(request, services)
    viewer = viewer_with(services, token)
    if viewer is None or token is None:
        return None
    if by_browser and request.method not in SAFE_METHODS:
        require_own_origin(request)
    return Visit(viewer, token)


def require_own_origin(request: Request) -> None:
    """Refuse a request that a browser says another site has caused."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    foreign = urlsplit(origin).netloc != request.headers.get("host") if origin else site not in {"same-origin", "none"}
    if foreign:
        raise Problem(Code.FOREIGN_PAGE)


def require_form_token(sent: str, secret: str | None) -> None:
    """Refuse a form that was not made for this session."""
    if secret is None or not hmac.compare_digest(sent.encode(), csrf_token(secret).encode()):
        raise Problem(Code.FOREIGN_PAGE)
