"""`anxin channels`: which ways to reach people are set up, and whether one really works, tried with one message."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from alerts.channels.channel import Channel, OutgoingMessage
from anxin.clock import system_clock
from anxin.reaching import close_channels, open_channels
from anxin.settings import load
from core.alerts import Purpose
from core.concerns import Severity
from core.delivery import Accepted, Permanent, RateLimited, Temporary, Verdict
from core.people import Language
from core.policies import Target

app = typer.Typer(name="channels", help="The ways to reach people.", no_args_is_help=True)

_WORDS = {
    Language.CHINESE: ("【安心】测试消息", "这是一条测试消息，没有人需要帮助。收到即可。"),
    Language.ENGLISH: ("[Anxin] Test message", "This is a test. Nobody needs help."),
}


@app.command("list")
def list_channels() -> None:
    """The names that people's routes may use."""
    for name in open_channels(load(), system_clock()):
        typer.echo(name)


@app.command("keys")
def new_keys(
    subject: Annotated[str, typer.Option(help="How push services reach you: mailto:… or https://…")],
) -> None:
    """Make the key of a Web Push channel, and print its table for the channels file. Browsers know us by this key:
    keep it, or everybody must turn notifications on again.
    """
    from alerts.channels.web_push_crypto import new_key, private_text

    typer.echo(f'[push]\nprovider = "web_push"\nprivate_key = "{private_text(new_key())}"\nsubject = "{subject}"')


@app.command("test")
def try_channel(
    name: Annotated[str, typer.Argument(help="As in the channels file.")],
    address: Annotated[str, typer.Argument(help="As in a person's route: a number, a user id, a mailbox, …")],
    language: Annotated[Language, typer.Option()] = Language.CHINESE,
) -> None:
    """Send one test message and say what the provider answered. Exit 1 unless it was accepted."""
    channels = open_channels(load(), system_clock())
    if name not in channels:
        raise typer.BadParameter(f"{name!r} is not set up; there are: {', '.join(channels) or 'none'}")
    verdict = asyncio.run(_tried(channels[name], address, language))
    typer.echo(told(verdict))
    if isinstance(verdict, Accepted):
        typer.echo("Now ask whether it arrived: accepted is what the provider says, not what the person saw.")
    raise SystemExit(0 if isinstance(verdict, Accepted) else 1)


def told(verdict: Verdict) -> str:
    """One line for a person."""
    match verdict:
        case Accepted(provider_id=id_, said=said):
            return f"accepted, with the reference {id_}" + (f" ({said})" if said else "")
        case Temporary(reason=reason):
            return f"passing trouble, it would be tried again: {reason}"
        case RateLimited(until=until, reason=reason):
            return f"rate limit until {until:%Y-%m-%d %H:%M:%S} UTC: {reason}"
        case Permanent(reason=reason):
            return f"refused, the next way would be taken: {reason}"


async def _tried(channel: Channel, address: str, language: Language) -> Verdict:
    title, body = _WORDS[language]
    now = datetime.now(UTC)
    message = OutgoingMessage(
        key=f"test.{now.timestamp():.0f}",
        alert="test",
        person="test",
        target=Target.GRID_WORKER,
        address=address,
        title=title,
        body=body,
        language=language,
        severity=Severity.YELLOW,
        purpose=Purpose.ASK,
        at=now,
    )
    try:
        return await channel.deliver(message)
    finally:
        await close_channels([channel])
