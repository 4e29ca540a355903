"""What members and colleagues say about a case, who has read it, and whose phone is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot import jobs
from bot.channels.base import TryLater
from bot.intake import Intake
from handlers import casework
from models import case_lines, cases, leftovers, members, photos, staff
from models.base import Refused
from models.case_lines import CaseLine
from models.case_papers import CasePaper
from models.cases import Case, CaseWorker, Filed
from models.files import File, Kept, Store, receive
from models.messages import Address, Incoming
from models.outbox import Letter
from models.rights import Grant
from models.staff import Staff
from tests.bot.test_intake import Platform
from tests.pictures import saved, scene

AT = Address("phone", "wang")
TOLD = "案件2026-0001的会员有新消息，到管理台看。"


class Desk:
    """A case with two colleagues, of whom the first has a phone bound."""

    def __init__(self, database, clock, content) -> None:
        self.database, self.clock, self.content = database, clock, content

    async def begin(self) -> None:
        async with self.database.transaction() as session:
            member = await members.at_address(session, AT, now=self.clock())
            told = Filed("wages", "P2", "王芳", "", "")
            case = await cases.file(session, member, AT, told, promised=None, now=self.clock())
            for login in ("li", "zhao"):
                who = await staff.add(session, login, login, "x", [Grant("caseworker")], now=self.clock())
                session.add(CaseWorker(case_id=case.id, staff_id=who.id, since=self.clock()))
            li = await staff.by_login(session, "li")
            li.channel, li.address = "phone", "li's"

    async def hear(self, text: str = "在吗", **more) -> None:
        async with self.database.transaction() as session:
            case = await session.get_one(Case, 1)
            said = Incoming("1", AT, text=text, **more)
            await case_lines.from_member(session, case, said, now=self.clock())

    async def tell(self) -> int:
        async with self.database.transaction() as session:
            return await casework.tell_workers(session, self.content, now=self.clock())

    async def read(self, number: int = 1) -> None:
        async with self.database.transaction() as session:
            case = await session.get_one(Case, 1)
            await case_lines.read(session, case, await session.get_one(Staff, number))

    async def line(self) -> CaseLine:
        async with self.database.transaction() as session:
            return (await session.scalars(select(CaseLine))).one()

    async def phones(self) -> list[tuple[str, str]]:
        async with self.database.transaction() as session:
            letters = await session.scalars(select(Letter).order_by(Letter.id))
            return [(letter.address, letter.message.text) for letter in letters]


@pytest.fixture
async def desk(database, clock, edition) -> Desk:
    found = Desk(database, clock, edition.content)
    await found.begin()
    return found


async def test_colleagues_are_told_once_until_they_read_and_only_the_number(desk):
    await desk.hear("老板三个月没发工资")
    assert [await desk.tell(), await desk.tell()] == [2, 0]
    await desk.hear("还有加班费")
    assert await desk.tell() == 0

    await desk.read()
    assert await desk.tell() == 0
    await desk.hear("在吗")
    assert await desk.tell() == 1

    assert await desk.phones() == [("li's", TOLD)] * 2


async def test_what_was_read_already_is_not_told(desk):
    await desk.hear()
    await desk.read()
    await desk.read(2)

    assert await desk.tell() == 0


async def test_who_has_left_and_closed_cases_are_left_alone(desk):
    await desk.hear()
    async with desk.database.transaction() as session:
        await session.execute(update(CaseWorker).where(CaseWorker.staff_id == 1).values(until=desk.clock()))
    assert await desk.tell() == 1
    async with desk.database.transaction() as session:
        (await session.get_one(Case, 1)).state = "closed"
    await desk.hear()

    assert await desk.tell() == 0
    assert await desk.phones() == []


async def test_own_words_of_colleagues_are_no_news(desk):
    async with desk.database.transaction() as session:
        case = await session.get_one(Case, 1)
        case_lines.say(session, case, "li", "您好", now=desk.clock())
        case_lines.note(session, case, "li", "备注", now=desk.clock())

    assert await desk.tell() == 0


async def test_promise_is_kept_by_the_first_word(desk):
    first = desk.clock()
    for text in ("您好", "请带合同"):
        async with desk.database.transaction() as session:
            case_lines.say(session, await session.get_one(Case, 1), "li", text, now=desk.clock())
        desk.clock.tick(60)

    async with desk.database.transaction() as session:
        assert (await session.get_one(Case, 1)).answered_at == first


@pytest.mark.parametrize(("text", "reason"), [("", "reply_missing"), ("长" * 2001, "reply_long")])
async def test_nothing_and_too_much_are_refused(desk, text, reason):
    async with desk.database.transaction() as session:
        case = await session.get_one(Case, 1)
        for keep in (case_lines.say, case_lines.note):
            with pytest.raises(Refused, match=reason):
                keep(session, case, "li", text, now=desk.clock())


async def collected(desk, folder, given) -> CaseLine:
    store = Store(f"file://{folder}")
    await Intake([Platform(given)], store).collect(desk.database, now=desk.clock())
    return await desk.line()


async def test_file_of_the_member_is_fetched_and_kept(desk, tmp_path):
    await desk.hear(kind="voice", file="phone:1")
    assert (await collected(desk, tmp_path, TryLater(5))).file == "phone:1"

    line = await collected(desk, tmp_path, b"OggS")

    assert await Store(f"file://{tmp_path}").get(line.digest) == b"OggS"
    async with desk.database.transaction() as session:
        assert await leftovers.unneeded(session, before=desk.clock() + timedelta(days=8)) == []


async def test_what_can_never_be_had_is_given_up(desk, tmp_path):
    await desk.hear(kind="photo", file="phone:1")

    assert (await collected(desk, tmp_path, Refused("photo_big"))).file == ""


async def test_photo_that_was_fetched_for_its_turn_is_there_at_once(desk, tmp_path):
    photo = await photos.take(Store(f"file://{tmp_path}"), saved(scene()))
    await desk.hear(kind="photo", value=photo.packed())

    assert (await desk.line()).digest == photo.shown.hash


async def test_photo_that_was_refused_and_closed_cases_have_nothing_to_fetch(desk, tmp_path):
    await desk.hear(kind="photo", value="refused:photo_big")
    assert (await desk.line()).digest == ""
    async with desk.database.transaction() as session:
        (await session.scalars(select(CaseLine))).one().file = "phone:1"
        (await session.get_one(Case, 1)).state = "closed"

    assert (await collected(desk, tmp_path, AssertionError("closed"))).digest == ""


async def test_line_that_was_forgotten_meanwhile_is_no_fault(desk):
    async with desk.database.transaction() as session:
        await case_lines.fetched(session, 9, None, now=desk.clock())


async def test_file_of_a_paper_is_kept_while_the_paper_is(desk):
    later = desk.clock() + timedelta(days=8)
    async with desk.database.transaction() as session:
        await receive(session, Kept("a" * 64, 1, "x"), by=1, now=desk.clock())
        paper = CasePaper(case_id=1, paper="", standing="have", digest="a" * 64, at=desk.clock())
        session.add(paper)
        await session.flush()
        kept = await leftovers.unneeded(session, before=later)
        await session.delete(paper)
        gone = await leftovers.unneeded(session, before=later)
        known = [row.hash for row in await session.scalars(select(File))]

    assert (kept, gone, known) == ([], ["a" * 64], ["a" * 64])


async def test_clock_tells_colleagues(desk, dialogue):
    await desk.hear()

    for job in jobs.of_case_talks(desk.database, dialogue, desk.clock):
        await job()

    assert await desk.phones() == [("li's", TOLD)]
