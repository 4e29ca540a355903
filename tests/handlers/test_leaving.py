"""Coming and going on WeChat, as a member meets it, and who hears of it."""

import pytest
from sqlalchemy import select

from models import events, inbox, members, pairs, publishing, signups
from models.members import Contact, Member
from models.messages import Address, Incoming
from models.outbox import Letter
from models.places import Place
from models.signups import Wish
from tests.transcripts import Chat

WELCOME = "您好，我是海淀工会小助手，自动回复。\n补贴、活动报名、法律援助，直接打字问我，比如“本科毕业补多少钱”。找真人，随时说“人工”。"


@pytest.fixture
def wechat(database, dialogue, clock) -> Chat:
    return Chat(database, dialogue, clock, "wechat")


async def letters(database) -> list[tuple[str, str, str]]:
    """Return the letters that are kept, as (channel, address, beginning of the text)."""
    async with database.transaction() as session:
        rows = await session.scalars(select(Letter).where(Letter.address != "").order_by(Letter.id))
        return [(row.channel, row.address, row.message.text[:12]) for row in rows]


async def meet(chat: Chat, kind: str, value: str = "") -> str:
    """Let something come from Wang; return what is shown once the callback has not taken the answer."""
    await chat.send(arrived(chat, kind, value))
    chat.clock.tick(2)
    return await chat.shown("o-wang")


def arrived(chat: Chat, kind: str, value: str = "") -> Incoming:
    return chat.incoming(kind, "o-wang", value=value)


async def test_who_subscribes_is_welcomed_and_told_of_privacy(wechat):
    assert await meet(wechat, "joined") == (
        f"{WELCOME}\n\n我只记办事要用的信息，说“隐私”可以看和删。\n"
        "[活动报名] [我的报名] [补贴和帮扶] [欠薪·辞退·工伤] [京卡·入会] [工会在哪] [最近通知] [转人工]"
    )


async def test_who_comes_back_is_welcomed_as_new(wechat):
    first = await meet(wechat, "joined")
    assert await meet(wechat, "joined") != first
    assert await meet(wechat, "blocked") == ""

    assert await meet(wechat, "joined") == first


async def test_code_of_a_poster_leads_to_its_event(wechat):
    told = await meet(wechat, "start", "jingka")

    assert "我是工会小助手，有事直接打字问。" in told
    assert (await meet(wechat, "start", "no-such-event")).startswith("您想办哪件事？")


async def stand(database, clock, phone: str) -> None:
    """Let Wang wait on WeChat, with a partner on Telegram, for the place that Zhao has."""
    async with database.transaction() as session:
        values = {"slug": "walk", "kind": "outing", "title": "健步走（演示）", "cap": 1}
        event, _ = await publishing.publish(session, values, by="li", now=clock())
        for at in (Address("web", "zhao"), Address("wechat", "o-wang")):
            member = await members.at_address(session, at, now=clock())
            wish = Wish(member_id=member.id, channel=at.channel, name=at.id, phone=phone)
            place = (await signups.sign_up(session, event, wish, now=clock()))[0].place
            clock.tick(1)
        other = await members.at_address(session, Address("telegram", "77"), now=clock())
        session.add(
            pairs.Pair(
                event_id=event.id, member_id=place.member_id, partner_id=other.id, code_hash="x",
                wish={}, state="agreed", until=clock(),
            )
        )  # fmt: skip


async def goodbye(wechat: Chat) -> None:
    await wechat.send(arrived(wechat, "blocked"))


async def test_partner_hears_of_a_place_that_is_given_back_and_nobody_else(wechat, database, clock):
    await stand(database, clock, "")

    await goodbye(wechat)

    assert await letters(database) == [("telegram", "77", "搭档退了健步走（演示），")]


async def test_offer_of_who_leaves_goes_on_the_call_list_once(wechat, database, clock):
    await stand(database, clock, "13800000001")
    async with database.transaction() as session:
        event = await events.by_slug(session, "walk")
        first = await session.scalar(select(Place).order_by(Place.id))
        await signups.leave(session, event, first, "cancelled", by="member", reason="", now=clock())

    await goodbye(wechat)

    assert await letters(database) == [
        ("phone", "2", "轮到您了：健步走（演示）"),
        ("telegram", "77", "轮到您了：健步走（演示）"),
    ]


async def test_goodbye_leaves_no_key_of_itself(wechat, database, clock):
    message = arrived(wechat, "blocked")
    async with database.transaction() as session:
        await inbox.put(session, [message], now=clock())
    await wechat.send(message)

    async with database.transaction() as session:
        assert list(await session.scalars(select(inbox.Received))) == []
        assert list(await session.scalars(select(Member))) == []


async def test_elsewhere_a_goodbye_only_closes_the_address(chat, database):
    await chat.say("您好")
    await chat.send(chat.incoming("blocked"))

    async with database.transaction() as session:
        contact = await session.scalar(select(Contact))
        assert (contact.address, contact.dead_reason) == ("wang", "blocked")
