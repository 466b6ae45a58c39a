"""Logins: made by an administrator, the first one by the settings. Passwords are kept as argon2 hashes only."""

import logging
import secrets
from collections.abc import Sequence

from argon2 import PasswordHasher

from anxin.settings import Settings
from anxin.stores import Stores
from core.people import AccessRole, Account, Person

log = logging.getLogger(__name__)

SHORTEST = 10
ADMIN = "admin"


def hash_password(password: str) -> str:
    """Raises ValueError when the password is too short."""
    if len(password) < SHORTEST:
        raise ValueError(f"a password needs at least {SHORTEST} characters")
    return PasswordHasher().hash(password)


def save_login(
    stores: Stores, *, login: str, person: str, role: str, areas: Sequence[str], homes: Sequence[str], password: str
) -> None:
    """Raises ValueError with what is wrong, and writes nothing then."""
    if role not in set(AccessRole):
        raise ValueError(f"role {role!r}: must be one of {', '.join(AccessRole)}")
    inventory, directory = stores.inventory.inventory(), stores.inventory.directory()
    if person not in directory.people:
        raise ValueError(f"person {person!r} is not in the inventory: enroll them first")
    unknown = [a for a in areas if a not in inventory.areas] + [h for h in homes if h not in inventory.homes]
    if unknown:
        raise ValueError(f"not in the inventory: {', '.join(unknown)}")
    account = Account(login, person, AccessRole(role), hash_password(password), tuple(areas), tuple(homes))
    stores.accounts.save_account(account)


def ensure_admin(stores: Stores, settings: Settings) -> str | None:
    """Make an administrator when there is none. Returns the password when one had to be made up."""
    if any(account.role is AccessRole.ADMIN or account.login == ADMIN for account in stores.accounts.accounts()):
        return None
    given = settings.admin_password
    password = given.get_secret_value() if given else secrets.token_urlsafe(12)
    stores.inventory.save(people=[Person(ADMIN, "管理员")])
    stores.accounts.save_account(Account(ADMIN, ADMIN, AccessRole.ADMIN, hash_password(password)))
    log.info("first login made", extra={"login": ADMIN})
    return None if given else password
