"""Bodies of health."""

from typing import Literal

from pydantic import Field

from api.schema import Body, example


class UpBody(Body):
    model_config = example(status="up")

    status: Literal["up"] = "up"


class PartBody(Body):
    model_config = example(name="broker", ok=False, reason="not connected since 12:03; check that Mosquitto runs")

    name: str
    ok: bool
    reason: str = Field(description="what is wrong, empty when nothing is")


class ReadyBody(Body):
    model_config = example(ready=True, parts=[{"name": "broker", "ok": True, "reason": ""}])

    ready: bool
    parts: list[PartBody]
