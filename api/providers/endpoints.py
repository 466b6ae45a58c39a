"""The address of each channel for its provider. Who is not proved to be the provider learns nothing: not even whether
there is such a channel.
"""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from alerts.channels.inbound import Garbled, ProviderCall, Unproved
from api.depends import Ports
from api.errors import Code, Problem

log = logging.getLogger(__name__)

PREFIX = "/providers"
router = APIRouter(prefix=PREFIX, include_in_schema=False)

_UNPROVED = "This address is for the provider of a channel, called as it was set up there."


async def provider_call(request: Request, path: str) -> ProviderCall:
    """The call as it came; its size is bounded before it is read."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return ProviderCall(path, request.url.query, headers, await request.body())


@router.post("/{channel}/{path:path}")
def hear_provider(
    channel: str, path: str, call: Annotated[ProviderCall, Depends(provider_call)], ports: Ports
) -> Response:
    """Anything but a status of 2xx makes a provider say it again, as far as it does."""
    del path
    if ports.providers is None:
        raise Problem(Code.FORBIDDEN, _UNPROVED)
    try:
        answer = ports.providers.hear(channel, call)
    except Unproved as error:
        log.warning("a call that is not proved to be a provider's", extra={"channel": channel[:100]})
        raise Problem(Code.FORBIDDEN, _UNPROVED) from error
    except Garbled as error:
        log.warning("a provider's call cannot be read", extra={"channel": channel[:100], "why": str(error)})
        raise Problem(Code.REFUSED, str(error)) from error
    return Response(answer.body, answer.status, media_type=answer.type)
