"""The call list in the browser."""

from sqlalchemy import select

from models.audit import AuditLine
from models.outbox import Letter
from models.rights import Grant
from tests.handlers.staff import people

NONE = "现在没有电话要打。"


async def call(here, name="王芳（演示）", **more) -> tuple[int, int]:
    """Let a member without a channel have to be called; return their number and the call's."""
    who = await people.member(here, name, **{"phone": "13800000001", **more})
    return who, await people.letter(here, state="waiting", channel="phone", address=str(who))


async def state(here, number: int) -> tuple[str, str]:
    async with here.database.transaction() as session:
        found = await session.get_one(Letter, number)
        return found.state, found.reason


async def audited(here) -> list[tuple[str, str, str]]:
    async with here.database.transaction() as session:
        lines = await session.scalars(select(AuditLine).order_by(AuditLine.id))
        return [(line.action, line.about, line.detail) for line in lines]


async def test_who_is_told_leaves_the_list(desks):
    who, number = await call(desks)
    li = await desks.enter("li", "organiser")

    page = await li.open("/calls")
    after = await li.follow("/calls", "told", call=number)

    assert "13800000001 王芳（演示） 象棋赛有您的名额。 告诉本人了 没打通" in page.text
    assert "记下了：已告诉本人。" in after.text
    assert NONE in after.text
    assert await state(desks, number) == ("sent", "called by li")
    assert await audited(desks) == [
        ("view", "/calls", ""), ("view", "/calls", f"phones of members {who}"), ("电话里说了", "/calls", ""),
        ("电话里说了", f"/calls/{number}", ""), ("view", "/calls", ""),
    ]  # fmt: skip


async def test_who_was_not_reached_comes_again_after_four_hours(desks):
    _, number = await call(desks)
    li = await desks.enter("li", "caseworker")

    after = await li.follow("/calls", "missed", call=number)

    assert NONE in after.text
    desks.clock.tick(4 * 3600)
    li = await desks.enter("li", "caseworker")  # who did nothing for so long is logged out
    assert "没打通 1 次" in (await li.open("/calls")).text


async def test_a_call_is_made_once(one_desk):
    _, number = await call(one_desk)
    li = await one_desk.enter("li", "caseworker")
    await li.do("/calls", "told", call=number)

    again = await li.do("/calls", "told", call=number)

    assert again.status == 422
    assert "这个电话不在要打的里面，可能已经打过了。" in again.text


async def test_calls_of_others_are_neither_seen_nor_made(one_desk):
    await one_desk.enter("boss", "administrator")
    _, number = await call(one_desk, union_name="佳讯")
    await call(one_desk, "李雷（演示）", union_name="北冶")
    li = await one_desk.enter("li", Grant("caseworker", union="北冶"))

    page = await li.open("/calls")

    assert "李雷（演示）" in page.text
    assert "王芳（演示）" not in page.text
    for said in (number, 999, "x", "", "9" * 30):
        assert (await li.do("/calls", "told", call=said)).status == 404
    assert await state(one_desk, number) == ("waiting", "")
    assert (await (await one_desk.enter("wang", "editor")).open("/calls")).status == 403


async def test_only_a_letter_for_the_telephone_is_a_call(one_desk):
    who = await people.member(one_desk, channels=("telegram",))
    number = await people.letter(one_desk, state="waiting", address=str(who))
    li = await one_desk.enter("li", "caseworker")

    assert (await li.do("/calls", "told", call=number)).status == 404


async def test_fifty_are_shown_and_the_queries_stay_the_same(one_desk):
    li = await one_desk.enter("li", "caseworker")
    await call(one_desk)
    first = await people.cost(one_desk, li, "/calls")
    for number in range(51):
        await call(one_desk, f"会员{number}（演示）")

    page = await li.open("/calls")

    assert page.html.count("tel:") == 50
    assert "后面还有 2 位，打完这些会接着出来。" in page.text
    assert await people.cost(one_desk, li, "/calls") == first


async def test_nobody_is_called_whose_number_is_forgotten(desks):
    who, _ = await call(desks)
    boss = await desks.enter("boss", "administrator")

    await boss.follow(f"/members/{who}/erase", "erase", sure=who, reason="本人要求")

    assert NONE in (await boss.open("/calls")).text
