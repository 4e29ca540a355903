"""What members take away from the pages."""

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.web import server, takeaway
from config.settings import Settings
from models import agenda, members
from models.messages import Address


@pytest.fixture
async def site(small, clock, tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path)
    async with TestServer(
        server.build(settings, small, [takeaway.routes(settings, small, clock)])
    ) as running:
        yield running


async def test_ticket_is_shown_as_a_picture(site):
    async with aiohttp.ClientSession() as page:
        async with page.get(site.make_url("/ticket/chess/123456.png")) as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
        async with page.get(site.make_url("/ticket/chess/12345.png")) as answer:
            assert answer.status == 404


async def test_dates_are_given_to_who_knows_the_address(site, small, clock):
    async with small.transaction() as session:
        token = agenda.token(await members.at_address(session, Address("web", "wang"), now=clock()))
    async with aiohttp.ClientSession() as page:
        async with page.get(site.make_url(f"/calendar/{token}.ics")) as answer:
            assert (answer.status, answer.content_type) == (200, "text/calendar")
            assert (await answer.read()).startswith(b"BEGIN:VCALENDAR")
        async with page.get(
            site.make_url(f"/calendar/{token[:-1]}{'0' if token[-1] != '0' else '1'}.ics")
        ) as answer:
            assert answer.status == 404
