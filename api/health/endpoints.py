"""For those who keep the service running: is it up, can it see and call, and its figures. Nothing about people."""

from fastapi import APIRouter, Response

from api.depends import Ports
from api.health.schemas import PartBody, ReadyBody, UpBody

router = APIRouter(tags=["health"])

_NOT_READY = 503


@router.get("/healthz")
def is_up() -> UpBody:
    """This process answers."""
    return UpBody()


@router.get("/readyz", responses={_NOT_READY: {"model": ReadyBody, "description": "something it needs is away"}})
def is_ready(ports: Ports, response: Response) -> ReadyBody:
    """Stores, broker and engine, each with what is wrong."""
    report = ports.health()
    if not report.ready:
        response.status_code = _NOT_READY
    return ReadyBody(ready=report.ready, parts=[PartBody.model_validate(part) for part in report.parts])


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def get_metrics(ports: Ports) -> Response:
    """Figures in Prometheus' text format."""
    return Response(ports.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")
