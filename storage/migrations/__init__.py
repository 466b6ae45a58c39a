"""The schema's history, shipped with the program. Forward only: to go back, restore the backup."""

from typing import Any

from sqlalchemy import text


def where(condition: str) -> dict[str, Any]:
    """Arguments of an index over only the rows that satisfy the condition."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
