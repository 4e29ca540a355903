"""名单公示: the masked lists that anybody may read, and the form for what somebody holds against one of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from aiohttp import web

from bot.web import pages
from bot.web.forms import read_form
from bot.web.limits import Limits, address
from config.content import Content
from handlers import wording
from models import publicity
from models.base import Database, Refused
from models.objections import LONGEST
from models.publicity import Shown

HEADERS = {**pages.SAME_SITE, "X-Robots-Tag": "noindex, nofollow"}
WORDS = ("title", "lead", "none", "object", "how", "text", "contact", "send", "sent", "slow", "back", "home")


def routes(
    database: Database, content: Callable[[], Content], clock: Callable[[], datetime]
) -> list[web.AbstractRouteDef]:
    """Return the addresses of the lists and of the form."""
    limits = Limits(clock)

    async def listed(_: web.Request) -> web.Response:
        async with database.transaction() as session:
            found = await publicity.shown(session, now=clock())
        return _page(content(), "publicity.html", groups=_groups(content(), found))

    async def show(request: web.Request) -> web.Response:
        async with database.transaction() as session:
            found = await publicity.line(session, request.match_info["key"], now=clock())
        if found is None:
            raise web.HTTPNotFound
        return _form(content(), found)

    async def send(request: web.Request) -> web.Response:
        form, key = await read_form(request), request.match_info["key"]
        typed = {name: form.one(name).strip() for name in ("text", "contact")}
        async with database.transaction() as session:
            found = await publicity.line(session, key, now=clock())
            if found is None:
                raise web.HTTPNotFound
            if not limits.allow(address(request)):
                return _form(content(), found, typed, fault=_say(content(), "publicity.slow"), status=429)
            try:
                async with session.begin_nested():
                    await publicity.object_to(session, key, **typed, now=clock())
            except Refused as refusal:
                fault = _say(content(), f"refused.{refusal.reason}")
                return _form(content(), found, typed, fault=fault, status=422)
        return _page(content(), "publicity_sent.html")

    path = "/publicity/{key:[0-9a-f]{20}}"
    return [web.get("/publicity", listed), web.get(path, show), web.post(path, send)]


def _groups(content: Content, found: Sequence[Shown]) -> list[tuple[str, list[Mapping[str, object]]]]:
    """Return the lines by what was applied for, each with no more than may be read by everybody."""
    return [
        (content.title(slug), [_line(content, one) for one in lines])
        for slug, lines in groupby(found, key=lambda one: one.slug)
    ]


def _line(content: Content, one: Shown) -> Mapping[str, object]:
    return {
        "key": one.key, "name": wording.masked_name(one.name), "union": one.union, "kind": content.title(one.slug),
        "amount": one.amount, "until": wording.when(one.due),
    }  # fmt: skip


def _form(
    content: Content,
    found: Shown,
    typed: Mapping[str, str] | None = None,
    *,
    fault: str = "",
    status: int = 200,
) -> web.Response:
    shown = {"line": _line(content, found), "typed": typed or {"text": "", "contact": ""}}
    return _page(content, "publicity_object.html", status=status, fault=fault, longest=LONGEST, **shown)


def _page(content: Content, template: str, *, status: int = 200, **values: object) -> web.Response:
    said = {name: _say(content, f"publicity.{name}") for name in WORDS}
    response = pages.render(template, said=said, title=said["title"], **values)
    response.headers.update(HEADERS)
    response.set_status(status)
    return response


def _say(content: Content, key: str) -> str:
    return content.texts[key].text
