"""One case at a desk: its facts, the talk in both directions, files, and the phone."""

import pytest
from sqlalchemy import select

from config.settings import Settings
from models import case_lines, case_papers
from models.case_lines import CaseLine
from models.case_papers import CasePaper
from models.cases import Case
from models.files import Store
from models.members import Contact
from models.messages import Address, Incoming
from models.outbox import Letter
from tests.handlers.staff import legal, people
from tests.handlers.staff.legal import TELEGRAM, WEB
from tests.pictures import saved, scene

NEUTRAL = "您有一条工会消息，点开查看。"
ANSWERED = "编号2026-0001，办案的同事说：\n您好，请带合同来。"
WAYS_ON = [("我的案件", "case:show:1"), ("写给同事", "case:say:1"), ("转人工", "human")]


async def says(office, number: int, text: str = "他们今天又没给", at: Address = WEB, **more: str) -> None:
    """Let the member write about the case."""
    async with office.database.transaction() as session:
        found = await session.get_one(Case, number)
        said = Incoming("m1", at, text=text, **more)
        await case_lines.from_member(session, found, said, now=office.clock())


async def test_facts_are_told_in_the_order_in_which_they_are_asked(one_desk):
    facts = {
        "goal": "要回工资", "what": legal.SECRET, "employed": "no", "last_day": "2026-10-01", "protected": "pregnant,sick",
        "tried": "union", "device": "shared", "reach": "telegram:t9", "odd": "别的",
    }  # fmt: skip
    number, li = await legal.opened(one_desk, facts=facts, people=12)

    page = (await li.open(f"/cases/{number}")).text

    told = (
        "姓名 王芳（演示） 手机号 199****1234 看完整号码 单位 演示饭馆（一共 12 人） 事情经过 老板三个月没发工资 还在职 否 "
        "最后上班日 2026年10月1日 特殊情况 怀孕、病假 找过谁 找过工会 想要的结果 要回工资 手机 别人也看得到 odd 别的"
    )
    assert told in page
    assert "t9" not in page


async def test_phone_is_shown_once_it_is_asked_for_and_that_is_written_down(one_desk):
    number, li = await legal.opened(one_desk)

    masked, clear = await li.open(f"/cases/{number}"), await li.do(f"/cases/{number}", "phone")

    assert (legal.PHONE in masked.text, legal.PHONE in clear.text) == (False, True)
    assert await legal.looked(one_desk, f"/cases/{number}") == [("li", "view"), ("li", "看案件的手机号")]


async def test_words_go_to_where_the_case_began_as_they_are(desks):
    number, li = await legal.opened(desks)

    shown = await li.follow(f"/cases/{number}", "say", text="您好，请带合同来。")

    assert "发给会员了。" in shown.text
    assert "li（演示） · 2026-11-10 10:00 您好，请带合同来。" in shown.text
    assert await legal.letters(desks) == [(ANSWERED, WAYS_ON)]
    assert (await legal.case(desks, number)).answered_at == desks.clock()
    async with desks.database.transaction() as session:
        (letter,) = await session.scalars(select(Letter))
        assert "li" not in str(letter.body)


async def test_channel_that_is_not_private_hears_only_that_there_is_something(one_desk):
    number, li = await legal.opened(one_desk, TELEGRAM)

    shown = await li.follow(f"/cases/{number}", "say", text="您好，请带合同来。")

    assert "那边只显示“您有一条工会消息”" in shown.text
    assert await legal.letters(one_desk, TELEGRAM) == [(NEUTRAL, [("点开查看", "private:case:show:1")])]


async def test_second_address_of_a_case_hears_only_that_there_is_something(one_desk):
    number, li = await legal.opened(one_desk, facts={**legal.FACTS, "reach": "telegram:t1"})

    await li.follow(f"/cases/{number}", "say", text="您好，请带合同来。")

    assert await legal.letters(one_desk) == [(ANSWERED, WAYS_ON)]
    assert await legal.letters(one_desk, TELEGRAM) == [(NEUTRAL, [("点开查看", "private:case:show:1")])]


@pytest.mark.parametrize("reach", ["", "web:page-1", "telegram", "telegram:"])
async def test_no_second_letter_goes_nowhere_or_to_the_same_place(one_desk, reach):
    number, li = await legal.opened(one_desk, facts={"reach": reach})

    await li.follow(f"/cases/{number}", "say", text="您好，请带合同来。")

    async with one_desk.database.transaction() as session:
        assert len(list(await session.scalars(select(Letter)))) == 1


async def test_other_devices_of_the_member_hear_nothing(one_desk):
    number, li = await legal.opened(one_desk)
    async with one_desk.database.transaction() as session:
        member = await legal.member_of(session, number)
        session.add(Contact(channel="telegram", address="boss's", member_id=member.id))

    await li.follow(f"/cases/{number}", "say", text="您好，请带合同来。")

    assert await legal.letters(one_desk, Address("telegram", "boss's")) == []


async def test_nothing_and_too_much_are_not_said(one_desk):
    number, li = await legal.opened(one_desk)

    empty = await li.do(f"/cases/{number}", "say")
    long = await li.do(f"/cases/{number}", "note", note="长" * 2001)

    assert "还没写要说的话。" in empty.text
    assert "太长了" in long.text
    assert await legal.letters(one_desk) == []


async def test_picture_goes_to_the_member_and_is_shown_here(one_desk):
    number, li = await legal.opened(one_desk)
    photo = saved(scene(), "JPEG")

    sent = await li.do(f"/cases/{number}", "say", files={"file": ("a.jpg", photo)}, text="您看")
    page = await li.open(f"/cases/{number}")
    shown = await li.open(f"/cases/{number}/files/line-1")

    assert sent.status == 303
    assert [text for text, _ in await legal.letters(one_desk)] == ["", "编号2026-0001，办案的同事说：\n您看"]
    assert f'src="/console/cases/{number}/files/line-1"' in page.html
    assert (shown.headers["Content-Type"], shown.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert shown.headers["Content-Disposition"] == "inline"


async def test_file_for_a_channel_that_is_not_private_is_one_neutral_letter(one_desk):
    number, li = await legal.opened(one_desk, TELEGRAM)

    await li.do(f"/cases/{number}", "say", files={"file": ("a.pdf", b"%PDF")}, text="您看")

    assert [text for text, _ in await legal.letters(one_desk, TELEGRAM)] == [NEUTRAL]
    assert (await li.open(f"/cases/{number}/files/line-1")).body == b"%PDF"


async def test_word_of_the_member_is_marked_until_it_is_read(desks):
    number, li = await legal.opened(desks)
    zhao = await legal.worker(desks, number, "zhao")
    await says(desks, number)

    assert "2026-0001 新消息" in (await li.open("/cases")).text
    assert "会员 · 2026-11-10 10:00 他们今天又没给" in (await li.open(f"/cases/{number}")).text
    assert "新消息" not in (await li.open("/cases")).text
    assert "2026-0001 新消息" in (await zhao.open("/cases")).text


async def test_note_stays_among_colleagues(one_desk):
    number, li = await legal.opened(one_desk)

    shown = await li.follow(f"/cases/{number}", "note", note="单位的人打过电话")

    assert "内部备注 · 2026-11-10 10:00 单位的人打过电话" in shown.text
    assert await legal.letters(one_desk) == []
    assert (await legal.case(one_desk, number)).answered_at is None


async def test_thread_renews_itself_for_its_workers_only(one_desk):
    number, li = await legal.opened(one_desk)
    other = await one_desk.enter("other", "caseworker")
    await says(one_desk, number)

    async with li.live(f"/cases/{number}") as parts:
        assert "他们今天又没给" in await anext(parts)
    assert (await other.open(f"/cases/{number}/live")).status == 404


async def test_older_lines_are_a_page_away(one_desk):
    number, li = await legal.opened(one_desk)
    for line in range(61):
        await says(one_desk, number, f"第{line}句")

    page = await li.open(f"/cases/{number}")
    older = await li.open(f"/cases/{number}?before=2")

    assert ("第0句" in page.text, "更早的" in page.text) == (False, True)
    assert ("第0句" in older.text, "更早的" in older.text) == (True, False)


async def test_files_of_the_member_are_given_out_to_those_who_work_on_the_case(one_desk, tmp_path):
    number, li = await legal.opened(one_desk)
    second, _ = await legal.opened(one_desk)
    store = Store(Settings(_env_file=None, data_dir=tmp_path).files)
    kept = await store.put(b"contract", "application/pdf")
    rows = [
        ("合同.pdf", number, kept.hash),
        ("别人的", second + 1, kept.hash),
        ("丢了", number, "0" * 64),
        ("说有", number, ""),
    ]
    stranger = await legal.filed(one_desk)
    assert stranger == second + 1
    for name, of, digest in rows:
        paper = CasePaper(
            case_id=of, paper="", standing="have", name=name, digest=digest, at=one_desk.clock()
        )
        await people.add(one_desk, paper)
    voice = CaseLine(
        case_id=number,
        author="member",
        kind="voice",
        text="",
        file="",
        digest=kept.hash,
        said_at=one_desk.clock(),
    )
    await people.add(one_desk, voice)

    paper, line = (
        await li.open(f"/cases/{number}/files/paper-1"),
        await li.open(f"/cases/{number}/files/line-1"),
    )
    missing = [
        f"/cases/{number}/files/{key}"
        for key in ("paper-2", "paper-3", "paper-4", "paper-9", "line-2", "x", "x-1")
    ]

    assert (paper.body, paper.headers["Content-Disposition"]) == (
        b"contract", "attachment; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf",
    )  # fmt: skip
    assert (line.body, line.headers["Content-Type"]) == (b"contract", "audio/ogg")
    assert [(await li.open(path)).status for path in missing] == [404] * len(missing)
    assert await legal.looked(one_desk, f"/cases/{number}/files/paper-1") == [("li", "view")]
    async with one_desk.database.transaction() as session:
        found = await session.get_one(Case, number)
        assert [paper.name for paper in await case_papers.of(session, found)] == ["合同.pdf", "丢了", "说有"]
