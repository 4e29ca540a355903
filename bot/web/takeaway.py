"""What members take away: the picture of a ticket, their own dates as a calendar file, what a notice carries."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from aiohttp import web

from bot.web import pages
from config.settings import Settings
from models import agenda, attachments, tickets
from models.base import Database
from models.files import Missing, Store


def routes(
    settings: Settings, database: Database, clock: Callable[[], datetime], store: Store
) -> list[web.AbstractRouteDef]:
    """Return the addresses of all."""

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

    async def attachment(request: web.Request) -> web.StreamResponse:
        """Give out a picture or file of a notice, a picture to be looked at and a file to be kept."""
        digest, name = request.match_info["digest"], request.match_info["name"]
        if not attachments.allowed(digest, request.match_info["mac"]):
            raise web.HTTPNotFound
        try:
            body = await store.get(digest)
        except Missing as missing:
            raise web.HTTPNotFound from missing
        picture = name.endswith(".jpg")
        kind = "image/jpeg" if picture else "application/octet-stream"
        how = "inline" if picture else f"attachment; filename*=UTF-8''{quote(name)}"
        return web.Response(body=body, content_type=kind, headers={"Content-Disposition": how})

    return [
        web.get("/notice/{digest:[0-9a-f]{64}}/{mac:[0-9a-f]{32}}/{name}", attachment),
        web.get("/calendar/{token:[0-9]{1,18}-[0-9a-f]{32}}.ics", dates),
        web.get("/ticket/{event:[a-z0-9-]{2,40}}/{code:[0-9]{6}}.png", ticket),
    ]
