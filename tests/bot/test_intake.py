"""What members send to colleagues is fetched from its platform, once, and lies in the store then."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.channels.base import TryLater
from bot.intake import Intake
from models import handoffs, leftovers, members, photos
from models.base import Refused
from models.files import File, Store
from models.handoffs import HandOff, HandOffLine
from models.messages import Address, Incoming
from tests.pictures import opened, saved, scene


class Platform:
    """A platform that gives out what it was told to."""

    name = "phone"

    def __init__(self, given) -> None:
        self.given = given

    async def fetch(self, reference: str) -> bytes:
        assert reference == "phone:1"
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


class Sent:
    """A hand-off to which a member has sent one thing."""

    def __init__(self, database, clock, store) -> None:
        self.database, self.clock, self.store = database, clock, store

    async def ask(self, kind: str, value: str = "") -> None:
        async with self.database.transaction() as session:
            at = Address("phone", "wang")
            member = await members.at_address(session, at, now=self.clock())
            said = Incoming("1", at, kind=kind, file="phone:1", value=value)
            found = await handoffs.ask(session, member, at, promised=None, now=self.clock())
            await handoffs.note(session, found, said, now=self.clock())

    async def collect(self, given) -> HandOffLine:
        await Intake([Platform(given)], self.store).collect(self.database, now=self.clock())
        return await self.line()

    async def line(self) -> HandOffLine:
        async with self.database.transaction() as session:
            return (await session.scalars(select(HandOffLine))).one()


@pytest.fixture
def sent(database, clock, tmp_path) -> Sent:
    return Sent(database, clock, Store(f"file://{tmp_path}"))


async def test_voice_is_kept_as_it_is_and_a_photo_without_where_it_was_taken(sent):
    await sent.ask("voice")
    line = await sent.collect(b"OggS")

    assert await sent.store.get(line.digest) == b"OggS"
    assert (await sent.collect(AssertionError("fetched already"))).digest == line.digest


async def test_photo_is_kept_as_a_copy(sent):
    body = saved(scene())
    await sent.ask("photo")

    line = await sent.collect(body)

    copy = await sent.store.get(line.digest)
    assert copy != body
    assert opened(copy).format == "JPEG"


async def test_photo_that_was_fetched_for_its_turn_is_there_at_once(sent):
    photo = await photos.take(sent.store, saved(scene()))
    await sent.ask("photo", value=photo.packed())

    assert (await sent.line()).digest == photo.shown.hash
    async with sent.database.transaction() as session:
        known = {row.hash for row in await session.scalars(select(File))}
        unneeded = await leftovers.unneeded(session, before=sent.clock() + timedelta(days=8))
    assert known == {kept.hash for kept in (photo.original, photo.shown, photo.thumbnail)}
    assert set(unneeded) == known - {photo.shown.hash}


@pytest.mark.parametrize("fault", [TryLater(5), Refused("unkept")], ids=["platform", "store"])
async def test_what_cannot_be_had_now_is_asked_for_again(sent, fault):
    await sent.ask("file")

    assert (await sent.collect(fault)).file == "phone:1"
    assert (await sent.collect(b"%PDF")).digest


async def test_what_can_never_be_had_is_given_up(sent):
    await sent.ask("photo")

    line = await sent.collect(Refused("photo_big"))

    assert (line.file, line.digest) == ("", "")


async def test_other_kinds_channels_and_closed_talks_are_left(sent):
    await sent.ask("text")
    assert (await sent.collect(AssertionError("text has no file"))).digest == ""
    async with sent.database.transaction() as session:
        line = (await session.scalars(select(HandOffLine))).one()
        line.kind, line.file = "voice", "other:1"
    assert (await sent.collect(AssertionError("not ours"))).digest == ""
    async with sent.database.transaction() as session:
        (await session.scalars(select(HandOffLine))).one().file = "phone:1"
        handoffs.close((await session.scalars(select(HandOff))).one(), now=sent.clock())
    assert (await sent.collect(AssertionError("closed"))).digest == ""


async def test_line_that_was_forgotten_meanwhile_is_no_fault(sent):
    async with sent.database.transaction() as session:
        await handoffs.fetched(session, 9, None, now=sent.clock())


async def test_file_of_a_talk_is_kept_until_the_talk_is_forgotten(sent):
    await sent.ask("voice")
    digest = (await sent.collect(b"OggS")).digest
    later = sent.clock() + timedelta(days=8)

    async with sent.database.transaction() as session:
        kept = await leftovers.unneeded(session, before=later)
        found = (await session.scalars(select(HandOff))).one()
        handoffs.close(found, now=sent.clock())
        await handoffs.erase(session, await session.get_one(members.Member, found.member_id))
        gone = await leftovers.unneeded(session, before=later)
        known = [row.hash for row in await session.scalars(select(File))]

    assert (kept, gone, known) == ([], [digest], [digest])
