"""Doors that were knocked at in an outage: what was found is written down on the building's alert."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from api.alerts.moves import knocked
from api.depends import Ports
from api.errors import Problem
from api.pages.forms import HandlingForm, Text, go_on
from core.alerts import Found

router = APIRouter(include_in_schema=False)


@router.post("/alerts/{alert_id}/knock")
def knock(
    alert_id: str, visit: HandlingForm, ports: Ports, home: Text, found: Annotated[Found, Form()], text: Text = ""
) -> Response:
    try:
        knocked(ports, visit.viewer, alert_id, home=home, found=found, text=text)
    except Problem as problem:
        return go_on(f"/alerts/{alert_id}", problem=problem.code.value)
    return go_on(f"/alerts/{alert_id}", said="noted")
