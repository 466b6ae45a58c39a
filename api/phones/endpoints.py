"""The demonstration's phones: messages as they arrived, and the resident's "I am fine"."""

from fastapi import APIRouter

from api.alerts.schemas import AlertBody
from api.depends import Looks, Ports, SeesPhones
from api.errors import Code, problems
from api.phones.inbox import messages_for, say_fine
from api.phones.schemas import FineBody, MessageBody, MessageList

router = APIRouter(prefix="/phones", tags=["phones (demonstration)"])


@router.get("/messages", responses=problems(Code.NOT_FOUND))
def list_phone_messages(viewer: SeesPhones, ports: Ports, looks: Looks) -> MessageList:
    """What arrived on the phones, newest first. Not found outside a demonstration."""
    found = messages_for(ports, viewer)
    looks.note(viewer, "phones", "*", ports.clock.now())
    return MessageList(items=[MessageBody.model_validate(message) for message in found])


@router.post("/fine", responses=problems(Code.NOT_FOUND, Code.REFUSED, Code.CLOSED))
def resident_is_fine(body: FineBody, viewer: SeesPhones, ports: Ports) -> AlertBody:
    """Press "I am fine" on the resident's phone. It closes an alert, but never a red one."""
    return AlertBody.model_validate(say_fine(ports, viewer, body.alert))
