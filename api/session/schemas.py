"""Bodies of logging in."""

from datetime import datetime

from pydantic import Field, SecretStr

from api.schema import Body, example
from core.people import AccessRole

_CREDENTIALS = {"login": "desk-linyuan", "password": "correct horse battery staple"}
_SESSION = {
    "token": "kJ0… (43 letters)",
    "login": "desk-linyuan",
    "role": "desk",
    "expires_at": "2026-11-24T13:30:00Z",
}


class Credentials(Body):
    model_config = example(**_CREDENTIALS)

    login: str = Field(min_length=1, max_length=100)
    password: SecretStr = Field(min_length=1, max_length=200)


class SessionBody(Body):
    """`token` goes into `Authorization: Bearer …`. It is told once and not stored."""

    model_config = example(**_SESSION)

    token: str
    login: str
    role: AccessRole
    expires_at: datetime


class WhoAmI(Body):
    model_config = example(
        login="desk-linyuan", person="p-desk", name="临园社区值班台", role="desk", areas=["community-1"], homes=[]
    )

    login: str
    person: str
    name: str
    role: AccessRole
    areas: list[str] = Field(description="all areas that this login sees, those below included; admins see more")
    homes: list[str]
