"""Notices on WeChat: by every way there is until its quota is used up, the rest held and told at the next contact.

`WECHAT_MEMBERS=20000` makes the first test as large as a district; without it is smaller, and quick.
"""

import os
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from config.wechat import Form
from models import notices, progress, wechat_mass, wechat_reach
from models.members import Contact, Member
from models.outbox import Letter
from models.wechat_ledger import WeChatConsent, WeChatWindow
from models.wechat_mass import WeChatMonth
from models.wechat_reach import Reach
from tests.account.conftest import REMINDER
from tests.models.notices import ring

MEMBERS = int(os.environ.get("WECHAT_MEMBERS", "400"))
pytestmark = pytest.mark.timeout(60 + MEMBERS / 20)
SUBSCRIBED = Form(id="f-1", route="notice", fields={"thing1": "{text}"})
HOUR = 3600
TEXT = "明天停水，请提前存水。"
ALL = frozenset(["talk", "notice", "template", "mass"])


async def settle_in(account, number: int, *, talking: int = 0, agreed: int = 0) -> list[str]:
    """Let members follow the account: the first have just written, the next agreed to a notice."""
    now = account.clock()
    openids = [f"o-{n:05}" for n in range(number)]
    async with account.database.transaction() as session:
        await session.execute(insert(Member), [{"joined_at": now, "wants_news": True} for _ in openids])
        ids = list(await session.scalars(select(Member.id).order_by(Member.id)))
        at = [{"channel": "wechat", "address": o, "member_id": i} for o, i in zip(openids, ids, strict=True)]
        await session.execute(insert(Contact), at)
        until = now + timedelta(hours=40)
        windows = [
            {"openid": o, "until": until, "left": 5, "tap_until": now, "tap_left": 0}
            for o in openids[:talking]
        ]
        consents = [{"openid": o, "form": "f-1", "left": 1} for o in openids[talking : talking + agreed]]
        for table, rows in ((WeChatWindow, windows), (WeChatConsent, consents)):
            if rows:
                await session.execute(insert(table), rows)
    for openid in openids[:talking]:
        account.server.windows[openid] = (now.timestamp() + 40 * HOUR, 5)
    for openid in openids[talking : talking + agreed]:
        account.server.consents[openid, "f-1"] = 1
    return openids


async def send(account, **more) -> int:
    told = ring.plan(text=TEXT, valid_hours=240, **more)
    return await ring.sent_off(account.database, account.clock, told)


async def states(account, number: int) -> dict[str, int]:
    query = select(Letter.state, func.count()).where(Letter.notice_id == number).group_by(Letter.state)
    async with account.database.transaction() as session:
        return dict((await session.execute(query)).all())


async def deliver(account, number: int) -> None:
    """Let the postman go round until every letter has left or is held."""
    while (await states(account, number)).get("waiting"):
        await account.delivery.round()
        account.clock.tick(0.2)


async def forecast(account, number: int, ways) -> Reach:
    async with account.database.transaction() as session:
        notice = await session.get_one(notices.Notice, number)
        found = await progress.forecast(session, notice, {"wechat": 1000}, ways, now=account.clock())
    return found.account


async def test_notice_goes_by_every_way_and_the_ledger_is_wechats_own(account):
    async with account(wechat_rate="1000") as one:
        one.grant(SUBSCRIBED, REMINDER)
        part = MEMBERS // 4
        openids = await settle_in(one, MEMBERS, talking=part, agreed=part)
        one.server.quota["message/template/send"] = part // 2
        number = await send(one, kind="urgent")
        assert await forecast(one, number, ALL) == Reach(part, part, 2 * part, 0, 0)
        await deliver(one, number)
        assert await states(one, number) == {"sent": 2 * part + part // 2, "held": 2 * part - part // 2}

        one.server.quota["message/mass/send"] = 0
        await one.channel.spread()
        assert (await states(one, number))["held"] == 2 * part - part // 2
        one.clock.tick(14 * HOUR)
        one.server.quota = {"message/mass/send": 1}
        one.server.revoke()
        await one.channel.spread()
        left = await states(one, number)
        told = sum(len(shown) for shown in one.server.shown.values())
        assert left.get("held", 0) + told == MEMBERS
        assert all(len(one.server.shown[openid]) <= 1 for openid in openids)
        async with one.database.transaction() as session:
            rows = await session.execute(select(WeChatMonth.openid, WeChatMonth.had))
            assert dict(rows.all()) == dict(one.server.months)
            windows = dict((await session.execute(select(WeChatWindow.openid, WeChatWindow.left))).all())
            assert windows == {o: left for o, (_, left) in one.server.windows.items()}
            consents = await session.execute(select(WeChatConsent.openid, WeChatConsent.left))
            assert dict(consents.all()) == {o: n for (o, _), n in one.server.consents.items()}


async def test_rest_is_told_at_the_next_contact(account):
    async with account() as one:
        [first, second] = await settle_in(one, 2)
        number = await send(one)
        await deliver(one, number)
        assert await states(one, number) == {"held": 2}
        await one.server.say("菜单", first)
        await one.deliver()
        assert one.server.shown[first][1].startswith(TEXT)
        assert one.server.shown[second] == []
        assert await states(one, number) == {"held": 1, "sent": 1}


async def test_passive_account_tells_it_beside_the_answer(account):
    async with account(grade="passive") as one:
        [openid] = await settle_in(one, 1)
        number = await send(one)
        await deliver(one, number)
        told = await one.server.say("菜单", openid)
        assert told.startswith("您想办哪件事？")
        assert f"您不在的时候，还有这条消息：\n{TEXT}" in told
        assert await states(one, number) == {"sent": 1}


async def test_mass_send_reaches_each_four_times_a_month(account):
    async with account() as one:
        [first, second, third] = await settle_in(one, 3)
        async with one.database.transaction() as session:
            session.add(WeChatMonth(openid=first, month=wechat_mass.month(one.clock()), had=4))
            session.add(WeChatMonth(openid=second, month="2026-10", had=4))
        one.server.months[first] = 4
        number = await send(one)
        assert await forecast(one, number, frozenset(["talk", "mass"])) == Reach(0, 0, 0, 2, 1)
        await deliver(one, number)
        await one.channel.spread()
        assert [bool(one.server.shown[o]) for o in (first, second, third)] == [False, True, True]
        assert one.server.shown[second] == [TEXT]
        assert await states(one, number) == {"held": 1, "sent": 2}


async def test_mass_send_that_a_dead_process_began_is_not_made_twice(account):
    async with account() as one:
        openids = await settle_in(one, 3)
        number = await send(one)
        await deliver(one, number)
        async with one.database.transaction() as session:
            call, notice, told = await wechat_mass.begin(session, owner="dead", now=one.clock())
        assert told == openids
        await one.channel.client.call(
            "message/mass/send",
            {
                "touser": told,
                "msgtype": "text",
                "text": {"content": "x"},
                "clientmsgid": f"notice-{notice.id}-{call}",
            },
        )
        async with one.database.transaction() as session:  # as the sweep does at a start
            await session.execute(update(Letter).where(Letter.state == "leased").values(state="held"))
        await one.channel.spread()
        assert await states(one, number) == {"held": 3}
        one.clock.tick(301)
        await one.channel.spread()
        assert await states(one, number) == {"sent": 3}
        assert [len(one.server.shown[o]) for o in openids] == [1, 1, 1]


async def test_mass_send_to_nobody_who_is_left_counts_for_nobody(account):
    async with account() as one:
        await settle_in(one, 2)
        number = await send(one)
        await deliver(one, number)
        async with one.database.transaction() as session:
            call, _, _ = await wechat_mass.begin(session, owner="me", now=one.clock())
            await session.execute(update(Letter).values(state="skipped"))
            await wechat_mass.went(session, call, "7", now=one.clock())
            assert list(await session.scalars(select(WeChatMonth.had))) == []


async def test_mass_send_that_nobody_knows_of_is_made_again_as_it_was(account):
    async with account() as one:
        openids = await settle_in(one, 2)
        number = await send(one)
        await deliver(one, number)
        one.server.faults["message/mass/send"] = [-1] * 3
        await one.channel.spread()
        assert await states(one, number) == {"leased": 2}
        one.clock.tick(301)
        await one.channel.spread()
        assert await states(one, number) == {"sent": 2}
        assert [len(one.server.shown[o]) for o in openids] == [1, 1]


@pytest.mark.parametrize(("status", "stands", "had"), [("sendsuccess", "sent", 1), ("err(20001)", "held", 0)])
async def test_end_of_a_mass_send_is_noted(account, status, stands, had):
    async with account() as one:
        openids = await settle_in(one, 2)
        number = await send(one)
        await deliver(one, number)
        await one.channel.spread()
        [mass] = one.server.masses.values()
        event = {"MsgType": "event", "Event": "MASSSENDJOBFINISH", "MsgID": mass, "Status": status}
        await one.server.push("gh-itself", **event)
        await one.server.push("gh-itself", **event | {"MsgID": "7"})
        assert await states(one, number) == {stands: 2}
        async with one.database.transaction() as session:
            assert list(await session.scalars(select(WeChatMonth.had))) == [had] * len(openids)


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "service", "audience": {"event": {"slug": "board-contest", "standing": ["registered"]}}},
        {"text": "{name}，停水。"},
    ],
    ids=["service", "name"],
)
def test_what_is_personal_is_never_sent_to_all(more):
    notice = notices.Notice(**notices.columns(ring.plan(**more)), state="running")
    assert not wechat_mass.is_for_all(notice)


def test_ways_are_those_of_the_grade():
    notice = notices.Notice(**notices.columns(ring.plan(text=TEXT, kind="urgent")), state="running")
    forms = (SUBSCRIBED, REMINDER)
    assert wechat_reach.ways("", forms, notice) == wechat_reach.ways("passive", forms, notice) == frozenset()
    assert wechat_reach.ways("certified-subscription", forms, notice) == {"talk"}
    assert wechat_reach.ways("certified-service", forms, notice) == ALL
    assert wechat_reach.ways("certified-service", (), notice) == {"talk", "mass"}


async def test_nothing_leaves_by_an_account_that_may_not(account):
    async with account(grade="certified-subscription") as one:
        await settle_in(one, 2)
        number = await send(one)
        assert await forecast(one, number, frozenset()) == Reach(0, 0, 0, 0, 2)
        await deliver(one, number)
        await one.channel.spread()
        assert one.server.masses == {}
