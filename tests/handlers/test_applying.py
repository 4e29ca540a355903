"""Letters about applications: once a change, neutral where they would be seen, and reminders before a day passes."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from config.lists import Colleague
from handlers import applying
from handlers.confiding import Ways
from models import calls, members, staff
from models.outbox import Letter
from models.rights import Grant
from tests.models.applications.desk import LECTURE, TUITION, Desk

HERE = Ways(frozenset({"telegram"}), "https://gonghui.example")
AWAY = Ways(frozenset({"web"}), "https://gonghui.example")
NEUTRAL = ("telegram:wang", "您有一条工会消息，点开查看。[点开查看]")
HEAD = "学费资助，编号X2026-0001。\n"


def at(said: str) -> datetime:
    return datetime.fromisoformat(f"{said}+08:00")


@pytest.fixture
async def desk(database, clock):
    async with database.transaction() as session:
        yield Desk(session, clock)


@pytest.fixture
def content(edition):
    return edition.content


@pytest.fixture
async def applied(desk):
    """One application for tuition aid."""
    found = await desk.apply(TUITION)
    found.slug = "tuition-aid"
    return found


async def letters(desk) -> list[tuple[str, str]]:
    """Return the letters that were written since the last time, by address, with their buttons."""
    rows = list(
        await desk.session.scalars(select(Letter).where(Letter.state == "waiting").order_by(Letter.id))
    )
    for row in rows:
        row.state = "sent"
    await desk.session.flush()
    return [
        (
            f"{row.channel}:{row.address}",
            row.message.text + "".join(f"[{c.label}]" for c in row.message.choices),
        )
        for row in rows
    ]


async def tell(desk, content, application, ways=HERE, **more) -> None:
    await applying.tell(desk.session, content, ways, application, now=desk.clock(), **more)


async def test_each_change_is_told_once(desk, content, applied):
    await desk.move(applied, "union_check")
    for _ in range(2):
        await tell(desk, content, applied)
    told = f"{HEAD}单位工会这一级在核对。11月25日（周三）上午10:00前告诉您结果。[撤回][转人工]"
    assert await letters(desk) == [("telegram:wang", told)]

    await desk.move(applied, "needs_supplement", reason="缺毕业证")
    await tell(desk, content, applied)
    await desk.own(applied, "submitted")
    await desk.move(applied, "needs_supplement", reason="还缺")
    await tell(desk, content, applied, reason="别的")
    assert [text.partition("\n")[2].partition("。")[0] for _, text in await letters(desk)] == [
        "还差：缺毕业证",
        "还差：别的",
    ]


@pytest.fixture
async def unreached(desk, applied, clock):
    """The application of somebody with a telephone whom no channel reaches any more."""
    member = await desk.member()
    member.phone = "13800000000"
    for contact in await members.contacts(desk.session, member):
        contact.dead_at = clock()
    return applied


async def called(desk) -> list[str]:
    """Return what colleagues are to say by telephone now."""
    return [call.text for call in await calls.waiting(desk.session, now=desk.clock())]


MISSING = "申请X2026-0001要本人补点东西才能往下办，请打开聊天页，说“我的申请”。"


async def test_whom_nothing_reaches_is_called_once_until_they_have_acted(desk, content, unreached, clock):
    await desk.move(unreached, "union_check")
    await tell(desk, content, unreached)
    assert await called(desk) == []

    await desk.move(unreached, "needs_supplement", reason="缺毕业证")
    await tell(desk, content, unreached)
    assert await called(desk) == [MISSING]
    clock.now = at("2026-11-23 10:00")
    assert await applying.remind(desk.session, content, HERE, now=clock()) == 1
    assert await called(desk) == [MISSING]
    await desk.own(unreached, "submitted")
    await desk.session.flush()
    assert await called(desk) == []

    await desk.move(unreached, "needs_supplement", reason="还缺")
    await tell(desk, content, unreached)
    assert await called(desk) == [MISSING]  # the second time, once more; the first call is over


async def test_whom_nothing_reaches_is_called_about_a_refusal_while_they_may_appeal(
    desk, content, unreached, clock
):
    await desk.move(unreached, "union_check")
    await desk.check(unreached)
    await desk.move(unreached, "rejected", "zhao", reason="不在海淀")
    await tell(desk, content, unreached)
    assert await called(desk) == ["申请X2026-0001有结果了，理由和能不能申诉，请打开聊天页，说“我的申请”。"]
    clock.now = unreached.due
    assert await called(desk) == []


async def test_nobody_is_called_about_a_refusal_that_is_final(desk, content, unreached):
    await desk.move(unreached, "union_check")
    await desk.check(unreached)
    await desk.move(unreached, "rejected", "zhao", reason="不在海淀")
    await desk.own(unreached, "appealed", "我在海淀")
    await desk.session.flush()
    await desk.move(unreached, "rejected", "sun", reason="不在海淀")
    await tell(desk, content, unreached)
    assert await called(desk) == []


async def test_a_lock_screen_is_told_nothing(desk, content, applied):
    await tell(desk, content, applied, AWAY)
    assert await letters(desk) == [NEUTRAL]


async def test_at_night_it_waits_for_the_morning(desk, content, applied, clock):
    clock.now = at("2026-11-10 23:00")
    await tell(desk, content, applied)
    assert [one.due for one in await desk.session.scalars(select(Letter))] == [at("2026-11-11 08:30")]


async def test_who_was_forgotten_is_not_written_to(desk, content, applied):
    applied.channel = applied.address = ""
    await tell(desk, content, applied)
    assert await letters(desk) == []


async def test_what_is_no_longer_offered_is_told_by_its_name(desk, content, applied):
    applied.slug = "gone-long-ago"
    await tell(desk, content, applied)
    assert [text.partition("，")[0] for _, text in await letters(desk)] == ["gone-long-ago"]


async def test_a_promise_that_has_passed_is_not_promised_again(desk, content, applied, clock):
    clock.now = applied.promised
    await tell(desk, content, applied)
    told = f"{HEAD}收到了，等同事看。说好的日子过了，对不起，我又催了。[撤回][转人工]"
    assert await letters(desk) == [("telegram:wang", told)]


async def test_supplement_is_reminded_of_two_working_days_before_and_lapses(desk, content, applied, clock):
    await desk.move(applied, "needs_supplement", reason="缺毕业证")
    clock.now = at("2026-11-20 10:00")  # Friday; it ends on Wednesday the 25th
    assert await applying.remind(desk.session, content, HERE, now=clock()) == 0
    clock.now = at("2026-11-23 10:00")
    assert await applying.remind(desk.session, content, HERE, now=clock()) == 1
    assert await applying.remind(desk.session, content, HERE, now=clock()) == 0
    told = f"{HEAD}还差：缺毕业证。请在11月25日（周三）上午10:00前交来，一次交齐就行。[补材料][补齐了][撤回][转人工]"
    assert await letters(desk) == [("telegram:wang", told)]

    clock.now = applied.due
    assert await applying.remind(desk.session, content, HERE, now=clock()) == 0
    assert await applying.lapse(desk.session, content, HERE, now=clock()) == 1
    assert await applying.lapse(desk.session, content, HERE, now=clock()) == 0
    told = f"{HEAD}日子到了还没等到材料，这份先停了。想办可以重新申请。[重新申请][转人工]"
    assert await letters(desk) == [("telegram:wang", told)]


async def test_staff_are_reminded_of_what_was_promised_and_both_are_told_when_it_is_late(
    desk, content, applied, clock
):
    for login, grant in (
        ("near", Grant("approver")),
        ("far", Grant("caseworker", area="西二旗")),
        ("web", Grant("caseworker")),
    ):
        found = await staff.add(desk.session, login, login, "x", [grant], now=clock())
        found.channel, found.address = ("", "") if login == "web" else ("telegram", login)
    gone = await staff.add(desk.session, "gone", "gone", "x", [Grant("approver")], now=clock())
    gone.channel, gone.address, gone.disabled_at = "telegram", "gone", clock()
    clock.now = at("2026-11-20 18:00")
    assert await applying.remind(desk.session, content, HERE, now=clock()) == 0
    clock.now = at("2026-11-23 10:00")
    assert await applying.remind(desk.session, content, HERE, now=clock()) == 1
    assert await applying.remind(desk.session, content, HERE, now=clock()) == 0
    assert await letters(desk) == [("telegram:near", "申请X2026-0001答应的日子快到了，请尽快办。")]

    assert await applying.tell_late(desk.session, content, HERE, now=clock()) == 0
    clock.now = applied.promised
    assert await applying.remind(desk.session, content, HERE, now=clock()) == 0
    assert await applying.tell_late(desk.session, content, HERE, now=clock()) == 1
    assert await applying.tell_late(desk.session, content, HERE, now=clock()) == 0
    late = f"{HEAD}收到了，等同事看。说好的日子过了，对不起，我又催了。[撤回][转人工]"
    assert await letters(desk) == [
        ("telegram:near", "申请X2026-0001答应的日子过了，请马上办。"),
        ("telegram:wang", late),
    ]

    await desk.move(applied, "union_check", "near")
    clock.tick(60)
    assert await applying.tell_late(desk.session, content, HERE, now=clock()) == 1
    assert await letters(desk) == []  # it was said once of this promise


async def test_without_chats_of_colleagues_the_duty_list_is_told(desk, content, applied):
    duty = content.duty.model_copy(
        update={"staff": (Colleague(name="值班（演示）", channel="phone", address="desk"),)}
    )
    told = replace(content, duty=duty)
    assert (
        await applying.tell_staff(
            desk.session, told, applied, "apply.staff.urgent", at_once=True, now=desk.clock()
        )
        == 1
    )
    assert (
        await applying.tell_staff(desk.session, content, applied, "apply.staff.soon", now=desk.clock()) == 0
    )
    assert await letters(desk) == [("phone:desk", "有一份急用钱的申请要马上看：编号X2026-0001，到管理台看。")]


@pytest.mark.parametrize(
    ("hour", "at_once", "due"), [(23, True, "2026-11-10 23:00"), (23, False, "2026-11-11 08:30")]
)
async def test_only_what_is_urgent_comes_at_night(desk, content, applied, clock, hour, at_once, due):
    duty = content.duty.model_copy(
        update={"staff": (Colleague(name="值班（演示）", channel="phone", address="desk"),)}
    )
    clock.now = at(f"2026-11-10 {hour}:00")
    told = replace(content, duty=duty)
    await applying.tell_staff(desk.session, told, applied, "apply.staff.soon", at_once=at_once, now=clock())
    assert [one.due for one in await desk.session.scalars(select(Letter))] == [at(due)]


async def test_the_days_off_of_the_duty_list_count(desk, content, applied, clock):
    holiday = content.duty.model_copy(
        update={"holidays": (at("2026-11-23 00:00").date(), at("2026-11-24 00:00").date())}
    )
    await desk.move(applied, "needs_supplement", reason="缺毕业证")
    clock.now = at("2026-11-20 10:00")
    assert await applying.remind(desk.session, replace(content, duty=holiday), HERE, now=clock()) == 1
    assert applied.due - clock() > timedelta(days=4)


async def test_what_gives_no_money_is_approved_in_its_own_words(desk, content):
    found = await desk.apply(LECTURE)
    found.slug = "public-lecture"
    await desk.move(found, "union_check")
    await desk.check(found)
    await desk.move(found, "approved", "zhao")
    await tell(desk, content, found)
    assert await letters(desk) == [
        (
            "telegram:wang",
            "公益大讲堂，编号K2026-0001。\n批下来了。接下来怎么安排，同事和您联系。[菜单][转人工]",
        )
    ]
