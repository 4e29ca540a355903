"""Notices in the browser: written, approved by a second account, sent, paused, and read off afterwards."""

import json

from sqlalchemy import select

from models import answers
from models.members import Member
from models.notices import Notice
from models.outbox import Letter
from tests.databases import statements
from tests.handlers.staff.press import TO_UNION, WRITTEN, notices, running, written
from tests.models.notices import ring


async def test_notice_to_one_union_is_scheduled_in_eight_interactions(town):
    """Click 写通知; fill title, text, union; press 存好; (a colleague presses 批准); click 定时间, choose a day, press 就这个时间."""
    editor = await town.enter("li", "editor")
    approver = await town.enter("zhao", "approver")

    assert "写通知" in (await editor.open("/notices")).text
    draft = await editor.follow("/notices/new", "save", **TO_UNION)
    number = (await notices(town))[0].id
    approved = await approver.follow(f"/notices/{number}", "approve")
    set_ = await editor.follow(f"/notices/{number}/schedule", "schedule", day="2026-11-11", time="09:30")

    assert "草稿存好了。" in draft.text
    assert "批准了，发给 3 位会员。下一步定时间。" in approved.text
    assert "定好了，2026-11-11 09:30 开始发。" in set_.text
    town.clock.tick(24 * 3600)
    await ring.expand(town.database, town.clock)
    left = await ring.deliver(town.database, town.clock)
    assert [letter.body["text"] for letter in left] == [f"会员{n}，明天停水。" for n in (1, 2, 3)]


async def test_large_notice_needs_a_second_person(town):
    boss = await town.enter("boss", "administrator")
    await boss.do("/notices/new", "save", **WRITTEN, everybody="1")
    number = (await notices(town))[0].id

    told = await boss.do(f"/notices/{number}", "approve")

    assert told.status == 422
    assert "发给这么多人，要请另一位同事批准。" in told.text
    approver = await town.enter("zhao", "approver")
    assert "发给 4 位会员" in (await approver.follow(f"/notices/{number}", "approve")).text


async def test_list_finds_by_title_and_state_page_by_page(town):
    editor, number = await written(town)
    async with town.database.transaction() as session:
        first = await session.get_one(Notice, number)
        session.add_all(ring.notices.copied(first, title=f"第{n}期", state="done", created_by="li", created_at=town.clock())
                        for n in range(51))  # fmt: skip

    newest = await editor.open("/notices")
    older = await editor.open(f"/notices?before={number + 2}")
    by_title = await editor.open("/notices?title=停水")
    by_state = await editor.open("/notices?state=done&title=第7期")

    assert "第50期" in newest.text
    assert "停水通知" not in newest.text
    assert "更早的" in newest.text
    assert "停水通知" in older.text
    assert "第0期" in older.text
    assert "更早的" not in older.text
    assert "停水通知" in by_title.text
    assert "第1期" not in by_title.text
    assert "第7期" in by_state.text
    assert "停水通知" not in by_state.text
    assert "没有通知。" in (await editor.open("/notices?title=%25")).text


async def test_list_asks_as_often_for_three_as_for_one(town):
    editor, _ = await written(town)
    with statements(town.database) as one:
        await editor.open("/notices")
    await written(town)
    await written(town)
    with statements(town.database) as three:
        await editor.open("/notices")

    assert len(three) == len(one)


async def test_notice_is_paused_resumed_and_read_off(town):
    editor, number = await running(town, label=["看一看"], to=["mine"])
    page = f"/notices/{number}"

    assert "正在发 一共 3 封" in (await editor.open(page)).text
    assert (await editor.do(page, "pause", reason="")).status == 422
    assert "停住了" in (await editor.follow(page, "pause", reason="日子错了")).text
    assert await ring.deliver(town.database, town.clock) == []
    assert "日子错了" in (await editor.open(page)).text
    assert "接着发了。" in (await editor.follow(page, "resume")).text
    assert len(await ring.deliver(town.database, town.clock)) == 3
    async with town.database.transaction() as session:
        member = await session.get_one(Member, 1)
        await answers.heard(session, member, answers.marked(number, "mine"), now=town.clock())
    told = (await editor.open(page)).text
    assert "发到了 3" in told
    assert "看一看 1" in told
    assert "演示工会 3 3" in told


async def test_progress_is_sent_again_as_it_changes(town):
    editor, number = await running(town)
    assert f'data-live="/console/notices/{number}/live"' in (await editor.open(f"/notices/{number}")).html

    async with editor._http.get(f"{town.url}/console/notices/{number}/live") as stream:
        before = await _event(stream)
        await ring.deliver(town.database, town.clock)
        after = await _event(stream)

    assert "0 / 3</progress>" in before
    assert "3 / 3</progress>" in after


async def _event(stream) -> str:
    """Return the next part that a page is sent."""
    async for line in stream.content:
        if line.startswith(b"data: "):
            return json.loads(line.removeprefix(b"data: "))
    raise AssertionError


async def test_cancelled_notice_sends_nothing(town):
    editor, number = await running(town)

    told = await editor.follow(f"/notices/{number}", "cancel", reason="不办了")
    assert (await editor.do(f"/notices/{number}", "cancel", reason="不办了")).status == 422

    assert "取消了。" in told.text
    assert await ring.deliver(town.database, town.clock) == []


async def test_mistake_is_corrected_for_those_who_got_it(town):
    editor, number = await running(town)
    await ring.deliver(town.database, town.clock)

    assert (await editor.do(f"/notices/{number}", "correct", what="时间", text="")).status == 422
    told = await editor.follow(f"/notices/{number}", "correct", what="时间", text="后天停水")
    await ring.expand(town.database, town.clock)
    left = await ring.deliver(town.database, town.clock)

    assert "更正会发给收到的人。" in told.text
    assert [letter.body["text"] for letter in left] == [
        "更正：刚才“停水通知”里时间写错了，正确的是：后天停水。对不起。"
    ] * 3


async def test_notice_is_taken_back(town):
    editor, number = await running(town)
    await ring.deliver(town.database, town.clock)

    assert (await editor.do(f"/notices/{number}", "recall", reason="")).status == 422
    told = await editor.follow(f"/notices/{number}", "recall", reason="发错了")
    await ring.expand(town.database, town.clock)
    left = await ring.deliver(town.database, town.clock)

    assert "正在收回，能收回的都收。" in told.text
    assert all(letter.body["removes"] for letter in left)
    assert len(left) == 3


async def test_failed_letters_are_sent_again(town):
    editor, number = await running(town)
    await ring.deliver(town.database, town.clock, state="failed")

    told = await editor.follow(f"/notices/{number}", "retry")

    assert "再发 3 封。" in told.text
    assert len(await ring.deliver(town.database, town.clock)) == 3


async def test_copy_is_a_draft_of_its_own(town):
    editor, number = await running(town)

    told = await editor.follow(f"/notices/{number}", "copy")

    assert "照着写了一份草稿。" in told.text
    assert [notice.state for notice in await notices(town)] == ["running", "draft"]


async def test_test_goes_to_the_colleague_alone(town):
    editor, number = await written(town)
    assert "还没有绑定" in (await editor.do(f"/notices/{number}", "test")).text

    async with town.database.transaction() as session:
        who = await session.merge(editor.who)
        who.channel, who.address = "telegram", "77"
    told = await editor.follow(f"/notices/{number}", "test")

    assert "测试发给您了，看看手机。" in told.text
    async with town.database.transaction() as session:
        letters = list(await session.scalars(select(Letter).order_by(Letter.id)))
    assert [(letter.address, letter.body["text"]) for letter in letters] == [
        ("77", "（测试）li（演示），明天停水。")
    ]


async def test_only_approvers_approve_and_only_writers_write(town):
    editor, number = await written(town)
    viewer = await town.enter("qian", "viewer")
    approver = await town.enter("zhao", "approver")
    organiser = await town.enter("sun", "organiser")

    assert (await editor.do(f"/notices/{number}", "approve")).status == 403
    for action in ("test", "pause", "resume", "cancel", "recall", "correct", "retry", "copy"):
        assert (await viewer.do(f"/notices/{number}", action, reason="x", what="x", text="x")).status == 403
        assert (await approver.do(f"/notices/{number}", action, reason="x", what="x", text="x")).status == 403
    assert (await viewer.open(f"/notices/{number}")).status == 200
    assert (await viewer.open(f"/notices/{number}/people")).status == 403
    assert (await viewer.open("/notices/new")).status == 403
    assert (await organiser.open("/notices")).status == 403


async def test_unknown_notice_is_not_found(town):
    editor = await town.enter("li", "editor")

    assert (await editor.open("/notices/999")).status == 404
    assert (await editor.open("/notices?before=x")).status == 404
