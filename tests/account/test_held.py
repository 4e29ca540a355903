"""What is held: told at the next contact whatever became of its notice, to nobody who should not get it, and not for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.channels.base import TryLater, Unreachable
from config.wechat import Form
from handlers.confiding import Ways, discreet
from models import nets, notices, outbox, reminders, wechat_ledger, wechat_mass
from models.members import Contact, Member
from models.messages import Address, Choice, Outgoing
from models.notices import Notice
from models.outbox import Letter
from models.wechat_ledger import WeChatConsent, WeChatWindow
from tests.account.conftest import REMINDER
from tests.account.test_routes import HOUR, TEXT, deliver, send, settle_in, states
from tests.models.notices.test_dispatch import in_danger

SUBSCRIBED = Form(id="f-1", route="notice", fields={"thing1": "{text}"})


async def ended(account, number: int) -> str:
    """Let the clock look after notices; return what became of one."""
    async with account.database.transaction() as session:
        await nets.watch(session, now=account.clock())
        return (await session.get_one(Notice, number)).state


async def change(account, statement) -> None:
    async with account.database.transaction() as session:
        await session.execute(statement)


async def test_notice_that_is_done_is_still_told_at_the_next_contact(account):
    async with account() as one:
        [openid] = await settle_in(one, 1)
        number = await send(one)
        await deliver(one, number)
        assert await ended(one, number) == notices.DONE
        await one.server.say("菜单", openid)
        await one.deliver()
        assert one.server.shown[openid][1:] == [TEXT]
        assert await states(one, number) == {"sent": 1}


async def test_notice_that_rests_is_not_told_at_a_contact(account):
    async with account() as one:
        [openid] = await settle_in(one, 1)
        number = await send(one)
        await deliver(one, number)
        await change(one, update(Notice).values(state=notices.PAUSED))
        await one.server.say("菜单", openid)
        await one.deliver()
        assert await states(one, number) == {"held": 1}


async def test_mass_send_goes_for_a_notice_that_is_done_but_not_at_night(account):
    async with account() as one:
        openids = await settle_in(one, 2)
        number = await send(one)
        await deliver(one, number)
        assert await ended(one, number) == notices.DONE
        one.clock.tick(13 * HOUR)
        await one.channel.spread()
        assert await states(one, number) == {"held": 2}
        one.clock.tick(11 * HOUR)
        await one.channel.spread()
        assert [one.server.shown[openid] for openid in openids] == [[TEXT], [TEXT]]


async def test_urgent_mass_send_goes_at_night(account):
    async with account() as one:
        await settle_in(one, 2)
        number = await send(one, kind="urgent")
        await deliver(one, number)
        one.clock.tick(13 * HOUR)
        await one.channel.spread()
        assert await states(one, number) == {"sent": 2}


NOBODY = {
    "unsubscribed": update(Member).where(Member.id == 1).values(wants_news=False),
    "gone": update(Contact).where(Contact.member_id == 1).values(dead_at=datetime(2026, 11, 1, tzinfo=UTC)),
    "rests": update(Member).where(Member.id == 1).values(quiet_from=9 * 60, quiet_to=12 * 60),
    "rests over night": update(Member).where(Member.id == 1).values(quiet_from=22 * 60, quiet_to=12 * 60),
}


@pytest.mark.parametrize("why", NOBODY)
async def test_mass_send_leaves_out_who_may_not_be_told_now(account, why):
    async with account() as one:
        openids = await settle_in(one, 3)
        number = await send(one)
        await deliver(one, number)
        await change(one, NOBODY[why])
        await one.channel.spread()
        assert await states(one, number) == {"held": 1, "sent": 2}
        assert [one.server.shown[openid] for openid in openids] == [[], [TEXT], [TEXT]]


async def test_mass_send_leaves_out_who_is_in_danger(account):
    async with account() as one:
        openids = await settle_in(one, 3)
        number = await send(one)
        await deliver(one, number)
        await in_danger(one.database, one.clock)
        await one.channel.spread()
        assert [one.server.shown[openid] for openid in openids] == [[], [TEXT], [TEXT]]


async def test_letters_of_a_mass_send_are_not_freed_by_the_sweep(account, clock):
    async with account() as one:
        await settle_in(one, 2)
        number = await send(one)
        await deliver(one, number)
        async with one.database.transaction() as session:
            await wechat_mass.begin(session, owner="dead", now=clock())
        clock.tick(2 * HOUR)
        async with one.database.transaction() as session:
            assert await outbox.sweep(session, now=clock(), alone=True) == 0
        assert await states(one, number) == {"leased": 2}
        await one.channel.spread()
        assert await states(one, number) == {"sent": 2}


async def test_copy_of_a_message_opens_no_window_anew(account):
    async with account() as one:
        said = one.server.message("o-wang", MsgType="text", Content="菜单")
        await one.server.deliver(said)
        for number in range(5):
            await one.put(Outgoing(f"第{number}条"))
        await one.deliver()
        await one.server.post(*one.server.sealed(said))
        async with one.database.transaction() as session:
            assert list(await session.scalars(select(WeChatWindow.left))) == [0]


async def test_second_tap_of_the_same_moment_opens_nothing_anew(database, clock):
    async with database.transaction() as session:
        for _ in range(2):
            await wechat_ledger.opened(session, "o-wang", "press", now=clock())
            await wechat_ledger.take(session, "o-wang", now=clock())
        assert list(await session.scalars(select(WeChatWindow.tap_left))) == [1]


@pytest.mark.parametrize(("code", "raised"), [(-1, TryLater), (45009, TryLater), (45002, Unreachable)])
@pytest.mark.parametrize("kind", ["text", "press"])
async def test_message_that_was_not_taken_uses_nothing_up(account, code, raised, kind):
    async with account() as one:
        async with one.database.transaction() as session:
            await wechat_ledger.opened(session, "o-wang", kind, now=one.clock())
        one.server.faults["message/custom/send"] = [code] * 3
        with pytest.raises(raised):
            await one.channel.send("o-wang", Outgoing("您好"))
        async with one.database.transaction() as session:
            window = await session.get_one(WeChatWindow, "o-wang")
            assert (window.left, window.tap_left) == ((5, 0) if kind == "text" else (0, 3))


async def test_nothing_is_given_back_to_a_window_that_is_over(database, clock):
    async with database.transaction() as session:
        await wechat_ledger.give_back(session, "o-wang", now=clock())
        assert not await wechat_ledger.take(session, "o-wang", now=clock())


@pytest.mark.parametrize(("code", "left"), [(45009, 1), (43101, 0)])
async def test_consent_is_used_up_by_what_was_taken_only(account, code, left):
    async with account() as one:
        one.grant(SUBSCRIBED)
        await change(one, WeChatConsent.__table__.insert().values(openid="o-wang", form="f-1", remaining=1))
        one.server.faults["message/subscribe/bizsend"] = [code]
        await one.put(Outgoing("名额轮到您了", lane="timely"))
        await one.deliver()
        assert [state for state, _ in await one.letters()] == ["held"]
        async with one.database.transaction() as session:
            assert list(await session.scalars(select(WeChatConsent.left))) == [left]


async def test_template_about_a_private_matter_tells_a_lock_screen_nothing(account):
    async with account() as one:
        one.grant(REMINDER)
        content = one.dialogue.edition.content
        letter = Outgoing("工伤认定的材料收到了。", lane="timely")
        ways = Ways(frozenset({"wechat"}))
        await one.put(discreet(content, ways, Address("wechat", "o-wang"), letter, "cases:list"))
        await one.deliver()
        [told] = one.server.sent
        assert told["data"]["thing1"] == {"value": "您有一条工会消息，点开查看。"}


async def test_long_letter_holds_up_no_other_on_an_account_that_may_not_write(account):
    long = "\n".join(f"第{n}段：" + "字" * 200 for n in range(4))
    async with account(grade="passive") as one:
        await one.put(Outgoing(long, (Choice("看一看", "news:1"),), lane="timely"))
        await one.put(Outgoing("第二条", lane="timely"))
        await one.deliver()
        first = await one.server.say("菜单")
        assert "第0段" in first
        assert "回复“更多”接着看" in first
        more = await one.server.say("更多")
        assert "第3段" in more
        assert "您不在的时候，还有这条消息：\n第二条" in more
        assert "held" not in {state for state, _ in await one.letters()}


async def test_reminder_of_what_has_begun_is_told_no_more(account, clock):
    starts = int((clock() + timedelta(hours=2)).timestamp())
    async with account() as one:
        async with one.database.transaction() as session:
            at = Address("wechat", "o-wang")
            await outbox.put(
                session, at, Outgoing("两小时后开始"), due=clock(), key=f"remind:1:hours:{starts}"
            )
        await one.deliver()
        clock.tick(3 * HOUR)
        await one.server.say("菜单")
        await one.deliver()
        assert one.server.sent == []
        assert [state for state, _ in await one.letters()] == ["skipped", "sent"]


def test_reminder_is_over_when_it_begins(clock):
    now = int(clock().timestamp())
    assert reminders.is_over(f"remind:1:hours:{now}:partner", clock())
    assert not reminders.is_over(f"remind:1:hours:{now + 1}", clock())
    assert not reminders.is_over("offer:7", clock())
    assert not reminders.is_over(None, clock())


async def test_what_was_held_for_a_month_is_told_no_more(account, clock):
    async with account(grade="passive") as one:
        await one.put(Outgoing("旧消息"))
        await one.deliver()
        for days, stands in ((29, "held"), (2, "failed")):
            clock.tick(days * 24 * HOUR)
            async with one.database.transaction() as session:
                await outbox.clean(session, now=clock())
                assert list(await session.scalars(select(Letter.state))) == [stands]
