"""Bodies of the demonstration's phones."""

from datetime import datetime

from pydantic import Field

from api.schema import Body, example

_MESSAGE = {
    "id": "a-17.2.p-9",
    "person": "p-9",
    "at": "2026-11-24T01:55:01Z",
    "title": "请看看王秀英",
    "body": "我们联系不上她，请打个电话。",
    "alert": "a-17",
    "purpose": "ask",
    "repeat": False,
}


class MessageBody(Body):
    model_config = example(**_MESSAGE)

    id: str
    person: str
    at: datetime
    title: str
    body: str
    alert: str | None
    purpose: str
    repeat: bool = Field(description="true when it may have arrived before")


class MessageList(Body):
    """Newest first."""

    model_config = example(items=[_MESSAGE])

    items: list[MessageBody]


class FineBody(Body):
    """The alert about which a resident says "I am fine"."""

    model_config = example(alert="a-17")

    alert: str = Field(min_length=1, max_length=200)
