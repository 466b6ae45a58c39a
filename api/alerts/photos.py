"""Photos of an alert: taken in bare of what a phone writes beside them, and shown to whoever may see the alert."""

from fastapi import APIRouter, Response

from api.alerts.moves import alert_for
from api.depends import Looks, Ports, SeesAlerts
from api.errors import Code, Problem, refused
from api.services import Services
from core.alerts import Alert, Refusal
from core.pictures import LARGEST, NotAPicture, Photo, bare

router = APIRouter(include_in_schema=False)


@router.get("/alerts/{alert_id}/photos/{photo_id}")
def show_photo(alert_id: str, photo_id: str, viewer: SeesAlerts, ports: Ports, looks: Looks) -> Response:
    """The file itself. Not found, too, once it is forgotten."""
    alert = alert_for(ports, viewer, alert_id)
    photo = ports.photos.photo(photo_id)
    if photo is None or photo.alert != alert.id:
        raise Problem(Code.NOT_FOUND)
    looks.note(viewer, f"photo {photo.id}", alert.home, ports.clock.now())
    return Response(photo.body, media_type=photo.media.value, headers={"Content-Disposition": "inline"})


def add_photo(ports: Services, alert: Alert, by: str, body: bytes, *, fence: int) -> None:
    """Keep it, and tell of it in the timeline, if the alert is still as it was seen.

    Raises Problem: NO_PICTURE, TOO_LARGE, STALE, CLOSED.
    """
    if len(body) > LARGEST:
        raise Problem(Code.TOO_LARGE)
    try:
        media, picture = bare(body)
    except NotAPicture as error:
        raise Problem(Code.NO_PICTURE) from error
    if alert.is_open and alert.fence != fence:
        raise refused(Refusal.STALE)
    photo = Photo(ports.token(), alert.id, ports.clock.now(), by, media, picture)
    ports.photos.keep(photo)
    told = ports.desk.photo(alert.id, by=by, photo=photo.id)
    if isinstance(told, Refusal):
        ports.photos.forget(photo.id)
        raise refused(told)
