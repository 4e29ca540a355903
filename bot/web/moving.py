"""The page of a one-time link: a press makes the browser an address of the member and goes on in the chat."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.web import pages
from bot.web.identity import Identity
from config.content import Content
from config.settings import Settings
from handlers import confiding
from models import conversations, members, passes
from models.base import Database
from models.crypto import token_hash
from models.members import PAGE, Contact, Member
from models.messages import Address, Incoming

HEADERS = {"Referrer-Policy": "origin", "X-Robots-Tag": "noindex"}
"""A browser posts the form saying which site it comes from, and never tells an address with a token in it."""
CHAT, OVER = "/?moved=1", "pass.over"

Receive = Callable[[Incoming], Awaitable[object]]


def routes(
    settings: Settings,
    database: Database,
    content: Callable[[], Content],
    receive: Receive,
    clock: Callable[[], datetime],
) -> list[web.AbstractRouteDef]:
    """Return the addresses of the page."""
    identity = Identity(settings.secret(), secure=settings.public_url.startswith("https://"))

    async def look(request: web.Request) -> web.Response:
        """Show the button; looking uses nothing up, for previews look too."""
        async with database.transaction() as session:
            open_ = await passes.look(session, request.match_info["token"], now=clock())
        return page(content(), over="" if open_ else OVER)

    async def go(request: web.Request) -> web.Response:
        """Use the link up and open the chat, where what it is for comes next."""
        token, now = request.match_info["token"], clock()
        before = identity.of(request)
        response = web.Response(status=303, headers={**HEADERS, "Location": CHAT})
        async with database.transaction() as session:
            link = await passes.of(session, token)
            mine = link is not None and await is_of(session, before, link.member_id)
            used = await passes.use(session, token, now=now)
            if link is None or used is None:
                return response if mine else page(content(), over=OVER)
            visitor = before if mine and before else identity.renew(request, response, now)
            member, purpose = used
            await let_in(session, member, Address(PAGE, visitor), purpose, link.place, now=now)
        number = f"{visitor}:{token_hash(token)}"
        await receive(Incoming(number, Address(PAGE, visitor), kind="press", value=purpose))
        return response

    path = "/c/{token:[A-Za-z0-9_-]{43}}"
    return [web.get(path, look), web.post(path, go)]


async def is_of(session: AsyncSession, visitor: str | None, member: int) -> bool:
    """Say whether a browser is an address of the member already."""
    contact = await session.get(Contact, (PAGE, visitor)) if visitor else None
    return contact is not None and contact.member_id == member


async def let_in(
    session: AsyncSession, member: Member, at: Address, purpose: str, place: str, *, now: datetime
) -> None:
    """Make the browser an address of *member*; a form that goes on may be seen there."""
    await members.open_from(session, member, at, place)
    if purpose == confiding.RESUME:
        conversation, _ = await conversations.current(session, member, now=now)
        conversation.answers = {**conversation.answers, conversations.MOVED: at.place}


def page(content: Content, *, over: str = "") -> web.Response:
    """Return the page with the button, or, called by its text, why there is none, and ways on."""
    said = {name: content.texts[f"pass.{name}"].text for name in ("title", "ready", "go", "home", "call")}
    said["over"] = content.texts[over].text if over else ""
    shown = pages.render("pass.html", said=said, open_=not over, phone=content.duty.phone)
    shown.headers.update(HEADERS)
    shown.set_status(410 if over else 200)
    return shown
