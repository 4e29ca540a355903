"""What members take away: the picture of a ticket, and their own dates as a calendar file."""

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.web import pages
from config.settings import Settings
from models import agenda, tickets
from models.base import Database


def routes(
    settings: Settings, database: Database, clock: Callable[[], datetime]
) -> list[web.AbstractRouteDef]:
    """Return the addresses of both."""

    async def dates(request: web.Request) -> web.Response:
        async with database.transaction() as session:
            member = await agenda.owner(session, request.match_info["token"])
            if member is None:
                raise web.HTTPNotFound
            body = await agenda.file(session, member, now=clock())
        name = {"Content-Disposition": 'attachment; filename="gonghui.ics"'}
        return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers=name)

    async def ticket(request: web.Request) -> web.Response:
        """Draw the digits of the address; whether they open a door is looked up at the door."""
        reference = tickets.reference(request.match_info["event"], request.match_info["code"])
        picture = tickets.picture(reference, pages.site(settings, request))
        return web.Response(body=picture, content_type="image/png")

    return [
        web.get("/calendar/{token:[0-9]{1,18}-[0-9a-f]{32}}.ics", dates),
        web.get("/ticket/{event:[a-z0-9-]{2,40}}/{code:[0-9]{6}}.png", ticket),
    ]
