"""The staff console: lets the right people open its pages, sends their forms on and writes down who did what."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.web import limits, live, pages
from bot.web.entrance import Entrance
from bot.web.forms import Form, read_form
from bot.web.live import Part
from config.content import Content
from config.settings import Settings
from handlers.confiding import Ways
from handlers.console import Away, NotFound, Page, Reply, Sheet, View, Visit, why
from handlers.search.index import Index
from models import audit, staff, staff_sessions
from models.base import Database, Refused
from models.files import Store

PREFIX = "/console"
PARTS = {"number": "[0-9]{1,18}", "key": "[A-Za-z0-9._:-]{1,80}", "name": "[^/]{1,120}"}
LANES = {"telegram": "telegram_rate", "wechat": "wechat_rate"}
"""Which setting tells how many letters a second a channel takes."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What pages need of the house: the edition that is published now, the store of files, the clock, and a check of content."""

    settings: Settings
    database: Database
    edition: Callable[[], tuple[Content, Index]]
    store: Store
    ways: Ways
    clock: Callable[[], datetime]
    check: Callable[[Content], None]


class Console:
    """Runs the pages that the modules of `handlers/staff` declare."""

    def __init__(self, inside: Inside, entrance: Entrance, found: Iterable[Page]) -> None:
        self._inside = inside
        self._entrance = entrance
        self._menu = sorted((page for page in found if page.menu), key=lambda page: page.rank)

    def show(self, page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return what answers when *page* is opened."""

        async def opened(request: web.Request) -> web.StreamResponse:
            return await self._answer(page, page.show, request, None)

        return opened

    def act(self, page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return what answers when the form of *page* is sent."""

        async def sent(request: web.Request) -> web.StreamResponse:
            return await self._answer(page, page.show, request, await read_form(request))

        return sent

    def part(self, page: Page, handler: Callable[[Visit], Awaitable[Reply]]) -> Part:
        """Return what renders the part of *page* that changes by itself, as often as it is asked."""

        async def render(request: web.Request) -> str:
            response = await self._answer(page, handler, request, None, silent=True)
            if response.status != 200 or not isinstance(response, web.Response):  # noqa: PLR2004 -- a part that may be seen
                raise web.HTTPForbidden
            return response.text or ""

        return render

    async def _answer(
        self,
        page: Page,
        show: Callable[[Visit], Awaitable[Reply]],
        request: web.Request,
        form: Form | None,
        *,
        silent: bool = False,
    ) -> web.StreamResponse:
        """Answer one request in one transaction; a refused form changes nothing and comes back with the reason."""
        fault: Refused | None = None
        if form is not None:
            try:
                async with self._inside.database.transaction() as session:
                    visit = await self._visit(session, request, form)
                    return await self._done(page, visit, request, form)
            except Refused as refusal:
                fault = refusal
        async with self._inside.database.transaction() as session:
            visit = await self._visit(session, request, form, seen=not silent)
            self._let_in(visit, page.roles)
            visit.fault = why(visit.content, fault.reason) + fault.detail if fault else ""
            reply = await self._shown(show, visit)
            self._write_down(visit, page, request, audit.LOOKED if page.personal and not silent else "")
            return self._response(visit, page, reply, request)

    async def _done(self, page: Page, visit: Visit, request: web.Request, form: Form) -> web.StreamResponse:
        self._entrance.check(request, form)
        action = page.actions.get(visit.said("do"))
        if action is None:
            raise web.HTTPBadRequest
        self._let_in(visit, page.roles if action.roles is None else action.roles)
        reply = await self._run(action.run, visit)
        self._write_down(visit, page, request, "" if action.silent else action.title)
        return self._response(visit, page, reply, request)

    async def _visit(
        self, session: AsyncSession, request: web.Request, form: Form | None, *, seen: bool = True
    ) -> Visit:
        now = self._inside.clock()
        held = await staff_sessions.holder(session, self._entrance.token(request), seen=seen, now=now)
        if held is None:
            raise self._entrance.to_login(request)
        content, index = self._inside.edition()
        settings = self._inside.settings
        return Visit(
            staff=held[0], browser=held[1], rights=await staff.rights(session, held[0]), session=session,
            content=content, index=index, store=self._inside.store, now=now,
            rates={channel: getattr(settings, name) for channel, name in LANES.items()},
            site=pages.site(settings, request), ways=self._inside.ways, path=dict(request.match_info), query=dict(request.query),
            form=form.fields if form else {}, files=form.files if form else {}, check=self._inside.check,
        )  # fmt: skip

    def _let_in(self, visit: Visit, roles: frozenset[str]) -> None:
        if not visit.rights.roles & roles:
            raise web.HTTPForbidden
        visit.scope = visit.rights.scope(roles)

    async def _shown(self, show: Callable[[Visit], Awaitable[Reply]], visit: Visit) -> Reply:
        """Return the page, or why there is none to show."""
        try:
            async with visit.session.begin_nested():
                return await self._run(show, visit)
        except Refused as refusal:
            visit.fault = why(visit.content, refusal.reason) + refusal.detail
            return View("refused.html")

    async def _run(self, handler: Callable[[Visit], Awaitable[Reply]], visit: Visit) -> Reply:
        try:
            return await handler(visit)
        except NotFound as missing:
            raise web.HTTPNotFound from missing

    def _write_down(self, visit: Visit, page: Page, request: web.Request, action: str) -> None:
        about = request.path.removeprefix(PREFIX)
        lines = [(about, ""), *visit.seen] if action and page.path != "/audit" else visit.seen
        for thing, detail in lines:
            audit.note(
                visit.session, visit.staff.login, action or audit.LOOKED, thing, detail,
                address=limits.address(request), now=visit.now,
            )  # fmt: skip

    def _response(self, visit: Visit, page: Page, reply: Reply, request: web.Request) -> web.Response:
        if isinstance(reply, Away):
            return self._entrance.away(f"{PREFIX}{reply.to}", reply.said)
        if isinstance(reply, Sheet):
            return _sheet(reply)
        return self._page(visit, page, reply, request)

    def _page(self, visit: Visit, page: Page, view: View, request: web.Request) -> web.Response:
        menu = [one for one in self._menu if visit.rights.roles & one.roles]
        response = pages.render(
            f"console/{view.template}", visit=visit, page=page, menu=menu, prefix=PREFIX,
            csrf=self._entrance.csrf(request), said=self._entrance.said(request), fault=visit.fault,
            here=request.path.removeprefix(PREFIX), demo=self._inside.settings.demo, **view.values,
        )  # fmt: skip
        if visit.fault:
            response.set_status(422)
        return self._entrance.dressed(response)


def _sheet(sheet: Sheet) -> web.Response:
    how = "inline" if sheet.inline else f"attachment; filename*=UTF-8''{quote(sheet.name)}"
    return web.Response(body=sheet.body, content_type=sheet.type, headers={"Content-Disposition": how})


def address(page: Page) -> str:
    """Return the address of *page* as routes are written."""
    path = page.path
    for name, pattern in PARTS.items():
        path = path.replace(f"{{{name}}}", f"{{{name}:{pattern}}}")
    return f"{PREFIX}{path}".rstrip("/") or PREFIX


def routes(inside: Inside, entrance: Entrance, found: Sequence[Page]) -> list[web.AbstractRouteDef]:
    """Return the addresses of all pages."""
    console, made = Console(inside, entrance, found), list[web.AbstractRouteDef]()
    for page in found:
        made.append(web.get(address(page), console.show(page)))
        if page.actions:
            made.append(web.post(address(page), console.act(page)))
        if page.live is not None:
            made.append(web.get(f"{address(page)}/live", _stream(console.part(page, page.live))))
    return made


def _stream(part: Part) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def stream(request: web.Request) -> web.StreamResponse:
        return await live.stream(request, part)

    return stream
