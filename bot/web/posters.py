"""Posters: codes to print that lead to an event, on the chat page, on Telegram and on WeChat, and a page of A4 with all."""

import io
from collections.abc import Awaitable, Callable
from datetime import datetime

import segno
from aiohttp import web

from bot.web import pages
from config.content import Content
from config.entries import Entry
from config.settings import Settings
from handlers import wording

KINDS = {"png": "image/png", "pdf": "application/pdf"}
SCALE = 20
EVENT = "{event:[a-z0-9-]{2,40}}"
LABELS = {"poster": "poster.page", "telegram": "poster.telegram", "wechat": "poster.wechat"}
Scene = Callable[[str, datetime | None], Awaitable[str]]
"""Returns what a code of WeChat says that leads to a scene and lasts until then, or nothing."""


class Posters:
    """Makes them; *bot* gives the name of the bot on Telegram, or nothing; *scene* the codes of WeChat, where it is on."""

    def __init__(
        self,
        settings: Settings,
        content: Callable[[], Content],
        bot: Callable[[], str],
        scene: Scene | None,
    ) -> None:
        self._settings = settings
        self._content = content
        self._bot = bot
        self._scene = scene

    async def code(self, request: web.Request) -> web.Response:
        """Return a code as a picture or as a PDF."""
        slug, way, kind = (request.match_info[name] for name in ("event", "way", "kind"))
        entry = self._content().entry(slug)
        target = await self._target(request, entry, way) if entry else ""
        if not target:
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
        ways = [way for way in LABELS if await self._target(request, entry, way)]
        return pages.render(
            "poster.html",
            title=entry.title,
            date=wording.when(entry.starts) if entry.starts else "",
            place=entry.place,
            closes=wording.when(entry.closes) if entry.closes else "",
            codes=[(f"/e/{slug}/{way}.png", self._content().texts[LABELS[way]].text) for way in ways],
        )

    async def _target(self, request: web.Request, entry: Entry, way: str) -> str:
        """Return what the code says, or nothing where this way does not lead to us."""
        if way == "poster":
            return f"{pages.site(self._settings, request)}/e/{entry.slug}"
        if way == "telegram":
            return f"https://t.me/{self._bot()}?start={entry.slug}" if self._bot() else ""
        return await self._scene(entry.slug, entry.starts or entry.closes) if self._scene else ""


def routes(
    settings: Settings, content: Callable[[], Content], bot: Callable[[], str], scene: Scene | None = None
) -> list[web.AbstractRouteDef]:
    """Return the addresses of posters."""
    page = Posters(settings, content, bot, scene)
    return [
        web.get(f"/e/{EVENT}/{{way:{'|'.join(LABELS)}}}.{{kind:png|pdf}}", page.code),
        web.get(f"/e/{EVENT}/poster", page.sheet),
    ]
