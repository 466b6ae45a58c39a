"""Bodies of the log of looks."""

from datetime import datetime

from pydantic import Field

from api.schema import Body, example

_LOOK = {"at": "2026-11-24T01:56:00Z", "login": "desk-linyuan", "what": "alert a-17", "subject": "building-7/0402"}


class LookBody(Body):
    model_config = example(**_LOOK)

    at: datetime
    login: str
    what: str = Field(description="home, activity, devices, tickets, family, or one alert")
    subject: str = Field(description="the home")


class LookList(Body):
    """Newest first."""

    model_config = example(items=[_LOOK])

    items: list[LookBody]
