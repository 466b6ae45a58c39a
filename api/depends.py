"""What endpoints are handed: the services, and a viewer who may do what the endpoint does.

An endpoint names its action in its signature; a request without that right never reaches it.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.access import Action, Viewer
from api.errors import Code, Problem
from api.looks import LookBook
from api.services import Services
from api.sessions import Visit, visit_of
from api.throttle import Throttle


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def throttle_of(request: Request) -> Throttle:
    throttle: Throttle = request.app.state.throttle
    return throttle


def looks_of(request: Request) -> LookBook:
    looks: LookBook = request.app.state.looks
    return looks


@dataclass(frozen=True, slots=True)
class Requires:
    """A dependency: the visit of somebody who may do this. 401 for nobody, 403 for the wrong role."""

    action: Action

    def __call__(self, request: Request) -> Visit:
        visit = visit_of(request, services_of(request))
        if visit is None:
            raise Problem(Code.NOT_LOGGED_IN, headers={"WWW-Authenticate": "Bearer"})
        if not visit.viewer.may(self.action):
            raise Problem(Code.FORBIDDEN)
        return visit


@dataclass(frozen=True, slots=True)
class RequiresViewer:
    """The same, for endpoints that need only the viewer."""

    action: Action

    def __call__(self, request: Request) -> Viewer:
        return Requires(self.action)(request).viewer


Ports = Annotated[Services, Depends(services_of)]
Tries = Annotated[Throttle, Depends(throttle_of)]
Looks = Annotated[LookBook, Depends(looks_of)]

SeesAlerts = Annotated[Viewer, Depends(RequiresViewer(Action.SEE_ALERTS))]
HandlesAlerts = Annotated[Viewer, Depends(RequiresViewer(Action.HANDLE_ALERTS))]
ReopensAlerts = Annotated[Viewer, Depends(RequiresViewer(Action.REOPEN_ALERTS))]
SeesHomes = Annotated[Viewer, Depends(RequiresViewer(Action.SEE_HOMES))]
SeesTickets = Annotated[Viewer, Depends(RequiresViewer(Action.SEE_TICKETS))]
SeesLooks = Annotated[Viewer, Depends(RequiresViewer(Action.SEE_LOOKS))]
SeesPhones = Annotated[Viewer, Depends(RequiresViewer(Action.SEE_PHONES))]
SeesFamily = Annotated[Viewer, Depends(RequiresViewer(Action.SEE_FAMILY))]
AnswersAsFamily = Annotated[Viewer, Depends(RequiresViewer(Action.ANSWER_AS_FAMILY))]
SeesBudgets = Annotated[Viewer, Depends(RequiresViewer(Action.SEE_BUDGETS))]
ChangesBudgets = Annotated[Viewer, Depends(RequiresViewer(Action.CHANGE_BUDGETS))]
EnrollsDevices = Annotated[Viewer, Depends(RequiresViewer(Action.ENROLL_DEVICES))]
Follows = Annotated[Visit, Depends(Requires(Action.FOLLOW))]
Leaves = Annotated[Visit, Depends(Requires(Action.LEAVE))]
