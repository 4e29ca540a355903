"""Who pressed what under a notice, who wants news of what, and what a member got."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from config.notices import TOPICS
from models import answers, news, notices, subscriptions
from models.answers import NoticeAnswer
from models.members import Member
from models.notice_lines import NoticeLine
from models.notices import Notice
from models.outbox import Letter
from tests.models.notices import ring
from tests.models.notices.test_expansion import town

BUTTONS = [{"label": "报名", "to": "show:chess"}, {"label": "转人工", "to": "human"}]


async def press(database, clock, member: int, value: str) -> str:
    async with database.transaction() as session:
        who = await session.get_one(Member, member)
        return await answers.heard(session, who, value, now=clock())


async def counted(database, number: int) -> dict[str, int]:
    async with database.transaction() as session:
        return await answers.counts(session, number)


async def told(database, clock, members: int) -> int:
    await town(database, clock, members)
    number = await ring.sent_off(database, clock, ring.plan(choices=BUTTONS))
    await ring.deliver(database, clock)
    return number


async def test_press_is_noted_once_and_stands_for_its_action(database, clock):
    number = await told(database, clock, 2)
    began = clock()

    for member, action in ((1, "human"), (1, "human"), (2, "human"), (2, "show:chess")):
        assert await press(database, clock, member, answers.marked(number, action)) == action
        clock.tick(60)

    assert await counted(database, number) == {"human": 2, "show:chess": 1}
    async with database.transaction() as session:
        first = await session.scalar(select(NoticeAnswer.at).where(NoticeAnswer.member_id == 1))
    assert first == began


async def test_only_who_got_it_can_answer(database, clock):
    number = await told(database, clock, 1)
    heard = []
    for state in ("sent", "leased", "unknown", "waiting", "held", "skipped", "gone", "failed"):
        async with database.transaction() as session:
            await session.execute(update(Letter).values(state=state))
            await session.execute(delete(NoticeAnswer))

        assert await press(database, clock, 1, f"n:{number}:human") == "human"

        heard += [state] if await counted(database, number) else []
    assert heard == ["sent", "leased", "unknown"]


async def test_who_was_not_told_cannot_answer(database, clock):
    await town(database, clock, 1, wants_news=False)
    number = await told(database, clock, 1)

    assert await press(database, clock, 1, f"n:{number}:human") == "human"

    assert await counted(database, number) == {}


async def test_forged_number_is_no_answer(database, clock):
    await told(database, clock, 1)
    async with database.transaction() as session:
        await ring.drafted(session, ring.plan(), now=clock())

    for number in ("2", "7", "0", "-1", "x", "", "9" * 12, "9" * 40, "²", "1.0"):
        assert await press(database, clock, 1, f"n:{number}:human") == "human"

    async with database.transaction() as session:
        assert list(await session.scalars(select(NoticeAnswer))) == []


async def test_action_that_is_not_under_the_notice_is_no_answer(database, clock):
    number = await told(database, clock, 1)

    assert await press(database, clock, 1, f"n:{number}:menu") == "menu"

    assert await counted(database, number) == {}


def test_each_topic_is_a_switch_of_its_own():
    member = Member(wants_news=True, topics=0b00111)

    assert [topic for topic in TOPICS if subscriptions.has(member, topic)] == [
        "activities",
        "training",
        "aid",
    ]
    subscriptions.switch(member, "aid")
    subscriptions.switch(member, "journal")
    assert [topic for topic in TOPICS if subscriptions.has(member, topic)] == [
        "activities",
        "training",
        "journal",
    ]


def test_first_topic_turns_news_on_again_alone():
    member = Member(wants_news=False, topics=0b11111)
    assert not any(subscriptions.has(member, topic) for topic in TOPICS)

    subscriptions.switch(member, "law")

    assert [topic for topic in TOPICS if subscriptions.has(member, topic)] == ["law"]


async def recent(database, clock, member: int = 1) -> list[str]:
    async with database.transaction() as session:
        who = await session.get_one(Member, member)
        return [notice.text for notice in await news.recent(session, who, now=clock())]


async def send(database, clock, text: str) -> int:
    number = await ring.sent_off(database, clock, ring.plan(text=text))
    await ring.deliver(database, clock)
    clock.tick(60)
    return number


async def test_last_five_notices_of_thirty_days_are_read_again(database, clock):
    await town(database, clock, 1)
    for text in "甲乙":
        await send(database, clock, text)
    clock.now += timedelta(days=29)
    for text in "丙丁戊己":
        await send(database, clock, text)

    assert await recent(database, clock) == list("己戊丁丙乙")
    clock.now += timedelta(days=1)
    assert await recent(database, clock) == list("己戊丁丙")


async def test_only_what_arrived_and_was_not_called_back_is_read_again(database, clock):
    await town(database, clock, 2)
    back, other = await send(database, clock, "甲"), await send(database, clock, "乙")
    removal = await send(database, clock, "丙")
    waits = await ring.sent_off(database, clock, ring.plan(text="丁"))
    async with database.transaction() as session:
        await session.execute(update(Notice).where(Notice.id == back).values(state="cancelled"))
        await session.execute(update(Notice).where(Notice.id == removal).values(removes=True))
        await session.execute(
            update(Letter).where(Letter.notice_id == other, Letter.member_id == 2).values(state="gone")
        )
        session.add(NoticeLine(notice_id=other, member_id=1, fields={"座位": "3"}))

    assert (await recent(database, clock), await recent(database, clock, 2)) == (["乙"], [])
    async with database.transaction() as session:
        first, second = [await session.get_one(Member, number) for number in (1, 2)]
        found = [await news.one(session, first, number) for number in (back, other, removal, waits)]
        assert [notice and notice.text for notice in found] == [None, "乙", None, None]
        assert await news.one(session, second, other) is None
        notice = await session.get_one(notices.Notice, other)
        lines = [dict(await news.line(session, who, notice)) for who in (first, second)]
    assert lines == [{"座位": "3"}, {}]
