"""The demo: two members' phones side by side, each with its own identity."""

from aiohttp import web

from bot.web import pages


async def show(_: web.Request) -> web.Response:
    """Show the two phones."""
    return pages.render("demo.html")


routes = (web.get("/demo", show),)
