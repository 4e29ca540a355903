"""Back issues for everybody: the news that all members got, to be read again without a login."""

from collections.abc import Callable

from aiohttp import web

from bot.web import pages
from config.content import Content
from handlers import noticing
from models import issues
from models.base import Database


def routes(database: Database, content: Callable[[], Content]) -> list[web.AbstractRouteDef]:
    """Return the addresses of the list and of one issue."""

    async def listed(request: web.Request) -> web.Response:
        said = request.query.get("before", "")
        before = int(said) if said.isascii() and said.isdecimal() and len(said) <= 9 else 0  # noqa: PLR2004 -- no notice has a longer number
        async with database.transaction() as session:
            found = await issues.listed(session, before=before)
        older = found[-1].id if len(found) == issues.PAGE else 0
        return pages.render(
            "archive.html", title=content().texts["archive.title"].text, found=found, older=older
        )

    async def one(request: web.Request) -> web.Response:
        async with database.transaction() as session:
            notice = await issues.one(session, int(request.match_info["number"]))
        if notice is None:
            raise web.HTTPNotFound
        return pages.render("archive_one.html", notice=notice, reading=noticing.reading(notice))

    return [web.get("/notices", listed), web.get("/notices/{number:[0-9]{1,9}}", one)]
