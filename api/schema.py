"""The base of all JSON bodies: built from the domain's own values, with examples, refusing unknown fields."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from api.paging import LARGEST


class Body(BaseModel):
    """Read from the domain's values by attribute."""

    model_config = ConfigDict(from_attributes=True, extra="forbid", frozen=True)


def example(**fields: Any) -> ConfigDict:
    """A model's configuration with this as its example in OpenAPI."""
    examples: Mapping[str, Any] = {"examples": [fields]}
    return ConfigDict(from_attributes=True, extra="forbid", frozen=True, json_schema_extra=dict(examples))


Cursor = Annotated[str | None, Query(max_length=400, description="'next' of the page before")]
Limit = Annotated[int, Query(ge=1, le=LARGEST)]
