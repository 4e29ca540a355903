"""Builds the HTTP application from the pages it is given: headers, limits, health, one net for faults."""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from models.base import Database

log = structlog.get_logger()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
BODY_BYTES = 64_000


def build(
    settings: Settings, database: Database, pages: Iterable[Iterable[web.AbstractRouteDef]]
) -> web.Application:
    """Make the application."""
    app = web.Application(middlewares=[_headers(settings), _net, _own_pages_only], client_max_size=BODY_BYTES)
    for page in pages:
        app.add_routes(page)
    app.add_routes([web.get("/health/live", _live), web.get("/health/ready", _ready(settings, database))])
    return app


def _headers(settings: Settings) -> Middleware:
    ancestors = "'self'" if settings.demo else "'none'"

    @web.middleware
    async def headers(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if not response.prepared:
            add_headers(response, ancestors)
        return response

    return headers


def add_headers(response: web.StreamResponse, ancestors: str = "'none'") -> None:
    """Add what every response says to the browser."""
    response.headers.setdefault("Content-Security-Policy", POLICY.format(ancestors=ancestors))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")


@web.middleware
async def _net(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a fault of a page with a number that the log holds too."""
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status >= 400 and not answer.prepared:  # noqa: PLR2004 -- HTTP's first error
            return web.json_response({"fault": answer.reason}, status=answer.status)
        raise
    except ConnectionResetError:
        raise
    except Exception:  # the page: logged once with its id
        number = secrets.token_hex(4)
        log.exception("page", fault=number)
        return web.json_response({"fault": number}, status=500)


@web.middleware
async def _own_pages_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site's page makes a browser post to our pages."""
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if request.method == "POST" and (foreign or request.headers.get("Sec-Fetch-Site") == "cross-site"):
        raise web.HTTPForbidden
    return await handler(request)


async def _live(_: web.Request) -> web.Response:
    return web.Response(text="ok")


def _ready(settings: Settings, database: Database) -> Handler:
    async def ready(request: web.Request) -> web.Response:
        if not _may_look(settings, request):
            raise web.HTTPNotFound
        try:
            async with database.transaction() as session:
                await session.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return web.Response(text="the database does not answer", status=503)
        return web.Response(text="ok")

    return ready


def _may_look(settings: Settings, request: web.Request) -> bool:
    token = settings.metrics_token
    told = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(told.encode(), f"Bearer {token.get_secret_value()}".encode()):
        return True
    proxied = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not proxied and request.remote is not None and ip_address(request.remote).is_loopback
