"""The inbox: who waits, in which order, and for whose eyes."""

from datetime import timedelta

import pytest

from models import handling, handoffs, members
from models.handoffs import HandOff
from models.messages import Address
from models.rights import Grant
from tests.databases import statements


async def waits(office, name: str, *, union: str = "", area: str = "", urgency="", minutes: int = 30) -> int:
    """Let a member wait and return the number of the hand-off."""
    now = office.clock()
    async with office.database.transaction() as session:
        member = await members.at_address(session, Address("phone", name), now=now)
        member.name, member.union_name, member.area = name, union, area
        promised = now + timedelta(minutes=minutes) if minutes else None
        found = await handoffs.ask(
            session, member, Address("phone", name), urgency=urgency, promised=promised, now=now
        )
        return found.id


def order(html: str) -> list[str]:
    return [part.split("号")[0] for part in html.split(">第")[1:]]


async def test_urgent_comes_first_then_who_was_promised_first(desks):
    li = await desks.enter("li", "caseworker")
    await waits(desks, "王芳", minutes=0)
    await waits(desks, "李雷", minutes=40)
    await waits(desks, "赵敏", minutes=20)
    await waits(desks, "钱多", urgency="P0", minutes=0)

    shown = await li.open("/inbox")

    assert order(shown.html) == ["4", "3", "2", "1"]
    assert "王*" in shown.text
    assert "王芳" not in shown.html


async def test_boxes_part_what_is_mine_others_put_off_and_closed(desks):
    li = await desks.enter("li", "caseworker", "administrator")
    await desks.enter("zhao", "caseworker")
    for name in ("一", "二", "三", "四", "五"):
        await waits(desks, name)
    async with desks.database.transaction() as session:
        rows = [await session.get_one(HandOff, number) for number in (1, 2, 3, 4)]
        handoffs.take(rows[0], "li", now=desks.clock())
        handoffs.take(rows[1], "zhao", now=desks.clock())
        handoffs.take(rows[2], "li", now=desks.clock())
        handling.snooze(rows[2], "li", desks.clock() + timedelta(hours=1), now=desks.clock())
        handoffs.close(rows[3], now=desks.clock())

    boxes = ("waiting", "mine", "others", "snoozed", "closed")
    shown = {box: order((await li.open(f"/inbox?box={box}")).html) for box in boxes}
    others = (await li.open("/inbox?box=others")).text
    desks.clock.tick(3601)

    assert "zhao（演示）" in others
    assert shown == {"waiting": ["5"], "mine": ["1"], "others": ["2"], "snoozed": ["3"], "closed": ["4"]}
    assert order((await li.open("/inbox?box=mine")).html) == ["1", "3"]


async def test_promise_that_has_passed_is_marked(one_desk):
    li = await one_desk.enter("li", "caseworker")
    await waits(one_desk, "王芳")

    before = (await li.open("/inbox")).text
    one_desk.clock.tick(31 * 60)
    after = (await li.open("/inbox")).text

    assert "过时" not in before
    assert "过时未接 1" in after
    assert "过时了" in after


async def test_label_narrows_the_list(desks):
    li = await desks.enter("li", "caseworker")
    await waits(desks, "王芳")
    await waits(desks, "李雷")
    await li.do("/inbox/2", "label", labels="欠薪 回访")

    shown = await li.open("/inbox?label=欠薪")

    assert order(shown.html) == ["2"]
    assert "回访" in shown.text


async def test_only_ones_own_part_is_shown_and_members_without_a_union_to_the_whole_only(desks):
    boss = await desks.enter("boss", "administrator")
    part = await desks.enter("part", Grant("caseworker", union="演示工会"))
    area = await desks.enter("area", Grant("caseworker", area="演示街道"))
    await waits(desks, "王芳", union="演示工会", area="演示街道")
    await waits(desks, "李雷", union="别的工会", area="别的街道")
    await waits(desks, "赵敏")

    await boss.do("/inbox/2", "label", labels="欠薪")

    assert order((await part.open("/inbox")).html) == ["1"]
    assert ["欠薪" in (await one.open("/inbox")).html for one in (part, boss)] == [False, True]
    assert order((await area.open("/inbox")).html) == ["1"]
    assert order((await boss.open("/inbox")).html) == ["1", "2", "3"]
    assert [(await part.open(f"/inbox/{number}")).status for number in (1, 2, 3)] == [200, 404, 404]
    for action in ("take", "answer", "note", "hand_over", "close", "snooze", "label"):
        assert (await part.do("/inbox/2", action, text="您好", note="记", to="part")).status == 404


@pytest.mark.parametrize("role", ["editor", "approver", "viewer"])
async def test_other_roles_see_no_talks(one_desk, role):
    await waits(one_desk, "王芳")
    desk = await one_desk.enter(role, role)

    for path in ("/inbox", "/inbox/live", "/inbox/1", "/inbox/1/files/1", "/canned", "/duty", "/phone"):
        assert (await desk.open(path)).status == 403
    assert (await desk.do("/inbox/1", "take")).status == 403


async def test_more_rows_need_no_more_queries(desks):
    li = await desks.enter("li", "caseworker")
    counts = []
    for name in ("一", "二", "三"):
        await waits(desks, name)
        await li.do("/inbox/1", "label", labels="欠薪")
        with statements(desks.database) as asked:
            assert len(order((await li.open("/inbox")).html)) == len(counts) + 1
        counts.append(len(asked))

    assert len(set(counts)) == 1


async def test_fifty_rows_fill_a_page(one_desk):
    li = await one_desk.enter("li", "caseworker")
    for number in range(51):
        await waits(one_desk, f"人{number}")

    first, second = await li.open("/inbox"), await li.open("/inbox?page=1")

    assert len(order(first.html)) == 50
    assert "下一页" in first.text
    assert order(second.html) == ["51"]
    assert "上一页" in second.text
