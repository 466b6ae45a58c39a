"""Cursor pages over lists that are held in memory: stable when things come and go, opaque to the caller."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from api.errors import Code, Problem

T = TypeVar("T")

LARGEST = 500


def page_after(
    items: Sequence[T], key: Callable[[T], str], *, cursor: str | None, limit: int
) -> tuple[list[T], str | None]:
    """The items whose key is greater than the cursor's, in key order, and the cursor of the next page."""
    ordered = sorted(items, key=key)
    if cursor is not None:
        after = _opened(cursor)
        ordered = [item for item in ordered if key(item) > after]
    page = ordered[:limit]
    return page, _sealed(key(page[-1])) if len(ordered) > limit else None


def _sealed(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _opened(cursor: str) -> str:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise Problem(Code.REFUSED, "This cursor is not one of ours: use 'next' of the page before.") from error
