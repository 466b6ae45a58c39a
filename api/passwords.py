"""Passwords: argon2id, checked in constant effort whether or not the login exists.

Each check costs memory by design, so only a few run at once.
"""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
SHORTEST = 8
LONGEST = 200

_hasher = PasswordHasher()
_turn = threading.BoundedSemaphore(AT_ONCE)
_NOBODY = f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}${'A' * 22}${'A' * 43}"
"""No password that anybody knows leads to it. Written down, not made: making one would cost every start a hash."""


def hash_password(password: str) -> str:
    """An argon2id hash with its own salt. Raises ValueError outside 8 to 200 characters."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"a password has {SHORTEST} to {LONGEST} characters")
    with _turn:
        return _hasher.hash(password)


def is_right(password: str, stored: str | None) -> bool:
    """Does it match? With no stored hash the same work is done, so that time does not tell who exists."""
    with _turn:
        try:
            return _hasher.verify(_NOBODY if stored is None else stored, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Was it made with weaker parameters than today's?"""
    return _hasher.check_needs_rehash(stored)
