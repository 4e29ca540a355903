"""The days of a case: deadlines, and meetings that the member agrees to or not."""

from datetime import timedelta

from handlers import casework
from models import appointments
from models.cases import Case
from tests.handlers.staff import legal
from tests.handlers.staff.legal import TELEGRAM

ASKED = "编号2026-0001，同事想约您见面：11月13日（周五）下午2:00，上地服务站。您能来吗？\n请带合同。"
BUTTONS = [
    ("能来", "case:yes:1:1"), ("来不了", "case:no:1:1"), ("我的案件", "case:show:1"), ("写给同事", "case:say:1"),
    ("转人工", "human"),
]  # fmt: skip
MEETING = {"starts": "2026-11-13T14:00", "place": "上地服务站", "note": "请带合同。"}


async def answered(office, *, comes: bool) -> None:
    """Let the member say whether they come."""
    async with office.database.transaction() as session:
        (found,) = await appointments.of(session, await session.get_one(Case, 1))
        appointments.answer(found, comes=comes, now=office.clock())


async def reminded(office) -> int:
    """Let the clock look which meetings are near."""
    async with office.database.transaction() as session:
        return await casework.remind(session, office.edition.content, legal.WAYS, now=office.clock())


async def test_deadline_is_added_and_met(desks):
    number, li = await legal.opened(desks)
    path = f"/cases/{number}/dates"

    added = await li.follow(path, "add", kind="sue", day="2026-11-21", note="裁决书")
    met = await li.follow(path, "meet", deadline="1")

    assert "起诉 裁决书 2026-11-21 还有 11 天 2026-11-23 同事加的 办好了" in added.text
    assert "起诉 裁决书 2026-11-21 2026-11-23 同事加的 2026-11-10 10:00 办了" in met.text
    assert "li（演示）：起诉的期限办好了" in (await li.open(f"/cases/{number}")).text


async def test_deadline_needs_a_day_and_is_of_this_case(one_desk):
    number, li = await legal.opened(one_desk)
    path = f"/cases/{number}/dates"

    none = await li.do(path, "add", kind="sue", day="")

    assert "请选最晚哪一天。" in none.text
    assert (await li.do(path, "meet", deadline="7")).status == 404
    assert (await li.do(path, "hold", meeting="7")).status == 404


async def test_meeting_is_proposed_answered_and_held(desks):
    number, li = await legal.opened(desks)
    path = f"/cases/{number}/dates"

    asked = await li.follow(path, "propose", **MEETING)
    assert "2026-11-13 14:00 上地服务站 等会员答复 请带合同。 取消" in asked.text
    assert await legal.letters(desks) == [(ASKED, BUTTONS)]
    assert (await legal.case(desks, number)).answered_at == desks.clock()

    early = await li.do(path, "hold", meeting="1")
    await answered(desks, comes=True)
    assert "上地服务站 会员能来" in (await li.open(path)).text
    desks.clock.tick(4 * 24 * 3600)
    li = await desks.enter("li", "caseworker")
    held = await li.follow(path, "hold", meeting="1")

    assert "还没到见面的时间。" in early.text
    assert "上地服务站 见过了" in held.text
    assert "这次见面的时间过了，或者取消了。" in (await li.do(path, "call_off", meeting="1")).text


async def test_meeting_is_called_off_and_the_member_told(one_desk):
    number, li = await legal.opened(one_desk)
    path = f"/cases/{number}/dates"
    await li.follow(path, "propose", **MEETING)

    off = await li.follow(path, "call_off", meeting="1")

    assert "上地服务站 取消了" in off.text
    assert (await legal.letters(one_desk))[-1] == (
        "编号2026-0001，11月13日（周五）下午2:00的见面取消了，您不用来。同事会再和您约。", BUTTONS[2:],
    )  # fmt: skip


async def test_meeting_needs_a_time_ahead_and_a_place(one_desk):
    number, li = await legal.opened(one_desk)
    path = f"/cases/{number}/dates"

    wrong = [
        (await li.do(path, "propose", **{**MEETING, **said})).text
        for said in (
            {"starts": ""},
            {"starts": "2026-11-01T10:00"},
            {"place": ""},
            {"place": "长" * 101},
            {"note": "长" * 501},
        )
    ]

    when, where = "请填见面的时间，要在现在以后。", "请写在哪里见，最多100个字。"
    assert [
        told in page
        for told, page in zip((when, when, where, where, "要带什么，最多写500个字。"), wrong, strict=True)
    ] == [True] * 5
    assert await legal.letters(one_desk) == []


async def test_member_is_reminded_once_on_the_working_day_before(desks):
    number, li = await legal.opened(desks)
    await li.follow(
        f"/cases/{number}/dates", "propose", **{**MEETING, "starts": "2026-11-16T14:00", "note": ""}
    )
    await answered(desks, comes=True)

    desks.clock.now = desks.clock.now.replace(day=13, hour=0)  # Friday at 8: the meeting is on Monday
    assert await reminded(desks) == 0
    desks.clock.tick(3600)
    assert [await reminded(desks), await reminded(desks)] == [1, 0]

    text, buttons = (await legal.letters(desks))[-1]
    assert text == "提醒您，11月16日（周一）下午2:00和同事见面，上地服务站。编号2026-0001。"
    assert buttons == BUTTONS


async def test_who_has_not_answered_is_asked_again(one_desk):
    number, li = await legal.opened(one_desk, TELEGRAM)
    await li.follow(f"/cases/{number}/dates", "propose", **MEETING)
    one_desk.clock.tick(2 * 24 * 3600)

    assert await reminded(one_desk) == 1
    neutral = ("您有一条工会消息，点开查看。", [("点开查看", "private:case:show:1")])
    assert await legal.letters(one_desk, TELEGRAM) == [neutral, neutral]


async def test_nobody_is_reminded_of_what_they_cannot_come_to_or_was_made_since(one_desk):
    number, li = await legal.opened(one_desk)
    path = f"/cases/{number}/dates"
    await li.follow(path, "propose", **MEETING)
    await answered(one_desk, comes=False)
    await li.follow(path, "propose", **{**MEETING, "starts": "2026-11-11T09:00"})
    one_desk.clock.tick(timedelta(days=2).total_seconds() + 1)

    assert await reminded(one_desk) == 0


async def test_closed_case_gets_no_meeting(one_desk):
    number, li = await legal.opened(one_desk)
    await li.follow(f"/cases/{number}/handling", "close", result="paid", reason="给了")

    refused = await li.do(f"/cases/{number}/dates", "propose", **MEETING)

    assert refused.status == 422
    assert "约会员见面" not in refused.text
