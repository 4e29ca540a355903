"""What members take away from the pages."""

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.web import server, takeaway
from config.settings import Settings
from models import agenda, attachments, members
from models.attachments import Attachment
from models.files import Store
from models.messages import Address


@pytest.fixture
async def site(small, clock, tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path)
    async with TestServer(
        server.build(settings, small, [takeaway.routes(settings, small, clock, Store(settings.files))])
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


async def test_what_a_notice_carries_is_given_to_who_was_told_the_address(site, tmp_path, small, clock):
    store = Store(Settings(_env_file=None, data_dir=tmp_path).files)
    picture = Attachment((await store.put(b"picture", "image/jpeg")).hash, "海报.jpg")
    file = Attachment((await store.put(b"%PDF-demo", "application/pdf")).hash, "日程 表.pdf")
    gone = Attachment("0" * 64, "gone.jpg")
    async with aiohttp.ClientSession() as page:
        async with page.get(site.make_url(picture.path)) as answer:
            assert (answer.status, answer.content_type) == (200, "image/jpeg")
            assert (await answer.read(), answer.headers["Content-Disposition"]) == (b"picture", "inline")
        async with page.get(site.make_url(file.path)) as answer:
            assert (answer.status, answer.content_type) == (200, "application/octet-stream")
            assert answer.content_disposition.filename == "日程 表.pdf"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        forged = picture.path.replace(picture.path.split("/")[3], "0" * 32)
        for path in (forged, gone.path, f"/notice/{picture.digest}/海报.jpg"):
            async with page.get(site.make_url(path)) as answer:
                assert answer.status == 404


@pytest.mark.parametrize(
    "reference", ["", "https://example.org/a.jpg", "stored:1:a.jpg", "stored:" + "0" * 64 + ":a/b"]
)
def test_other_pictures_are_none_of_ours(reference):
    assert attachments.parsed(reference) is None


def test_reference_stands_for_its_content():
    kept = Attachment("0" * 64, "海报.jpg")

    assert attachments.parsed(kept.reference) == kept
