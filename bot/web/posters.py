"""Posters: codes to print that lead to an event, on the chat page and on Telegram, and a page of A4 with both."""

import io
from collections.abc import Callable

import segno
from aiohttp import web

from bot.web import pages
from config.content import Content
from config.settings import Settings
from handlers import wording

KINDS = {"png": "image/png", "pdf": "application/pdf"}
SCALE = 20
EVENT = "{event:[a-z0-9-]{2,40}}"


class Posters:
    """Makes them; *bot* gives the name of the bot on Telegram, or nothing."""

    def __init__(self, settings: Settings, content: Callable[[], Content], bot: Callable[[], str]) -> None:
        self._settings = settings
        self._content = content
        self._bot = bot

    async def code(self, request: web.Request) -> web.Response:
        """Return a code as a picture or as a PDF."""
        slug, way, kind = (request.match_info[name] for name in ("event", "way", "kind"))
        target = self._target(request, slug, way)
        if target is None or self._content().entry(slug) is None:
            raise web.HTTPNotFound
        drawn = io.BytesIO()
        segno.make(target, error="q", micro=False).save(drawn, kind=kind, scale=SCALE)
        return web.Response(body=drawn.getvalue(), content_type=KINDS[kind])

    async def sheet(self, request: web.Request) -> web.Response:
        """Return the page to print: the event with its codes."""
        slug = request.match_info["event"]
        entry = self._content().entry(slug)
        if entry is None:
            raise web.HTTPNotFound
        ways = [way for way in ("poster", "telegram") if self._target(request, slug, way)]
        labels = {"poster": "poster.page", "telegram": "poster.telegram"}
        return pages.render(
            "poster.html",
            title=entry.title,
            date=wording.when(entry.starts) if entry.starts else "",
            place=entry.place,
            closes=wording.when(entry.closes) if entry.closes else "",
            codes=[(f"/e/{slug}/{way}.png", self._content().texts[labels[way]].text) for way in ways],
        )

    def _target(self, request: web.Request, slug: str, way: str) -> str | None:
        if way == "poster":
            return f"{pages.site(self._settings, request)}/e/{slug}"
        return f"https://t.me/{self._bot()}?start={slug}" if self._bot() else None


def routes(
    settings: Settings, content: Callable[[], Content], bot: Callable[[], str]
) -> list[web.AbstractRouteDef]:
    """Return the addresses of posters."""
    page = Posters(settings, content, bot)
    return [
        web.get(f"/e/{EVENT}/{{way:poster|telegram}}.{{kind:png|pdf}}", page.code),
        web.get(f"/e/{EVENT}/poster", page.sheet),
    ]
