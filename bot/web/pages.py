"""The pages' templates and their static files, which carry a hash in their address and may be kept for ever."""

import hashlib
from functools import cache
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from config.settings import Settings
from handlers.wording import BEIJING, channel, masked_address, masked_name

HERE = Path(__file__).parent
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
SAME_SITE = {"Referrer-Policy": "same-origin"}
"""For pages with forms: without it browsers post them without saying where from, and are refused as strangers."""
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(), undefined=StrictUndefined
    )
    found.globals["static"] = address
    found.globals["inlined"] = lambda name: (HERE / "static" / name).read_text("utf-8")
    found.filters["beijing"] = lambda moment: f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    found.filters["masked"] = masked_name
    found.filters["channel"] = channel
    found.filters["masked_address"] = masked_address
    return found


@cache
def _hash(name: str) -> str:
    return hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]


def address(name: str) -> str:
    """Return the address of a static file."""
    return f"/static/{_hash(name)}/{name}"


def site(settings: Settings, request: web.Request) -> str:
    """Return the address at which members reach our pages: as set, else as this one was reached."""
    return settings.public_url.rstrip("/") or f"{request.scheme}://{request.host}"


def render(template: str, **values: object) -> web.Response:
    """Return a page."""
    return web.Response(text=text(template, **values), content_type="text/html")


def text(template: str, **values: object) -> str:
    """Return a filled-in template."""
    return _environment().get_template(template).render(values)


async def static(request: web.Request) -> web.Response:
    """Serve a static file of our own."""
    name = request.match_info["name"]
    file = HERE / "static" / name
    if file.suffix not in KINDS or not file.is_file():
        raise web.HTTPNotFound
    return web.Response(
        text=file.read_text(encoding="utf-8"),
        content_type=KINDS[file.suffix],
        headers={"Cache-Control": FOR_EVER},
    )


routes = (web.get("/static/{hash}/{name:[a-z-]+[.][a-z]+}", static),)
