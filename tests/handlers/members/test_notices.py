"""What members get: with one word, by topic, at their own hours; and the last notices to read again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers import noticing
from models import answers, dispatch, nets, notices, progress
from models.members import Member
from models.notices import Notice
from tests.models.notices import ring

OFF = (
    "好，不再发活动和新闻。您自己的报名、申请有消息还会告诉您，免得误事。想恢复说“订阅”。\n"
    "[收哪些通知] [菜单] [转人工]"
)
ON = "恢复了。\n[收哪些通知] [菜单] [转人工]"
CHOOSE = "您想收哪些？点一下打开或关上。晚上9点半到早上8点半不打扰。\n"
MORE = "[都不要] [改安静时间] [转人工]"
AT_FIRST = f"{CHOOSE}[活动 √] [培训 √] [补贴 √] [法律讲座] [刊物] {MORE}"
UNDER = "[收哪些通知] [转人工]"


async def send(chat, **said) -> int:
    """Send a notice off as staff do, completed by the program; return its number."""
    told = noticing.complete(chat.dialogue.edition.content, ring.plan(**said), None)
    return await ring.sent_off(chat.database, chat.clock, told)


async def test_news_is_switched_by_one_word(chat):
    for said, told, wants in (
        ("退订", OFF, False),
        ("订阅", ON, True),
        ("td", OFF, False),
        ("訂閱！", ON, True),
        ("别发了", OFF, False),
    ):
        await chat.run((said, told))

        async with chat.database.transaction() as session:
            assert await session.scalar(select(Member.wants_news)) is wants


async def test_topics_are_switched_one_by_one(chat):
    await chat.run(
        ("收哪些通知", AT_FIRST),
        ("[刊物]", f"{CHOOSE}[活动 √] [培训 √] [补贴 √] [法律讲座] [刊物 √] {MORE}"),
        ("[活动 √]", f"{CHOOSE}[活动] [培训 √] [补贴 √] [法律讲座] [刊物 √] {MORE}"),
        ("[都不要]", OFF),
        ("[收哪些通知]", f"{CHOOSE}[活动] [培训] [补贴] [法律讲座] [刊物] {MORE}"),
        ("[法律讲座]", f"{CHOOSE}[活动] [培训] [补贴] [法律讲座 √] [刊物] {MORE}"),
        ("订阅", ON),
    )


async def test_quiet_time_of_ones_own(chat):
    asked = (
        "除了夜里，您还想什么时候不收消息？您自己报名的提醒照样会到。\n"
        "[照大家的] [晚8点到早9点] [午休也别发] [我上夜班] [转人工]"
    )
    more = "[收哪些通知] [菜单] [转人工]"
    night = "晚上9点半到早上8点半"
    await chat.run(
        ("收哪些通知", AT_FIRST),
        ("[改安静时间]", asked),
        ("[我上夜班]", f"记下了，{night}，还有早上8点到下午4点不打扰您。\n{more}"),
    )

    number = await send(chat)
    assert await chat.shown() == ""
    chat.clock.tick(6 * 3600)
    assert await chat.shown() == f"会员，明天停水。\n{UNDER}"
    assert await ring.states(chat.database, number) == {"sent": 1}

    await chat.run(
        ("收哪些通知", AT_FIRST.replace(night, f"{night}，还有早上8点到下午4点")),
        ("[改安静时间]", asked),
        ("[晚8点到早9点]", f"记下了，晚上8点到早上9点不打扰您。\n{more}"),
        ("收哪些通知", AT_FIRST.replace(night, "晚上8点到早上9点")),
        ("[改安静时间]", asked),
        ("[照大家的]", f"记下了，{night}不打扰您。\n{more}"),
    )


@pytest.mark.parametrize("value", ["quiet:1500-10", "quiet:x", "quiet:", "quiet:540-"])
async def test_forged_quiet_time_changes_nothing(chat, value):
    await chat.say("你好")

    told = await chat.send(chat.incoming("press", value=value))

    assert told.startswith("除了夜里，您还想什么时候不收消息？")
    async with chat.database.transaction() as session:
        assert await session.scalar(select(Member.quiet_from)) is None


async def test_muted_topic_is_not_sent_and_own_matters_are(chat):
    await chat.say("你好")
    await chat.run(("td", OFF))

    await send(chat)
    assert await chat.shown() == ""
    first = await send(chat, kind="urgent", text="请马上离开。")
    assert await chat.shown() == "请马上离开。\n[转人工]"
    await send(chat, kind="service", topic=None, text="更正。", audience={"notice": {"number": first}})
    assert await chat.shown() == "更正。\n[转人工]"


async def test_button_of_a_notice_acts_and_is_counted_once(chat):
    await chat.say("你好")
    number = await send(chat, choices=[{"label": "看一看", "to": "menu:aid"}])
    assert await chat.shown() == f"会员，明天停水。\n[看一看] {UNDER}"

    for _ in range(2):
        told = await chat.say("[看一看]")
        assert told.startswith("补贴和帮扶，您想问哪一样？")
        chat._choices["wang"] = tuple(
            choice for choice in (await shown_choices(chat, number)) if choice.label == "看一看"
        )

    async with chat.database.transaction() as session:
        assert await answers.counts(session, number) == {"menu:aid": 1}


async def shown_choices(chat, number):
    """Return the buttons of a notice as they stand in the member's chat."""
    async with chat.database.transaction() as session:
        notice = await session.get_one(Notice, number)
        member = await session.scalar(select(Member))
        return dispatch.message(notice, member, {}).choices


async def test_last_notices_can_be_read_again(chat):
    await chat.run(("最近通知", "最近30天没有给您发过通知。\n[收哪些通知] [菜单] [转人工]"))
    await send(chat)
    await chat.shown()
    recalled = await send(chat, title="讲座", text="明天有讲座。")
    assert await chat.shown() == f"明天有讲座。\n{UNDER}"

    listed = "最近30天的通知，点一个看看。\n"
    await chat.run(
        ("最近通知", f"{listed}[讲座] [停水] {UNDER}"),
        ("[停水]", f"会员，明天停水。\n{UNDER}"),
    )
    async with chat.database.transaction() as session:
        await notices.cancel(session, recalled, "li", reason="不办了", now=chat.clock())
    await chat.run(
        ("最近通知", f"{listed}[停水] {UNDER}"),
    )
    gone = await chat.send(chat.incoming("press", value=f"news:{recalled}"))
    assert gone == "这条通知已经撤下了。\n[最近通知] [转人工]"
    chat.clock.tick(31 * 86400)
    assert (await chat.say("最近通知")).startswith("最近30天没有给您发过通知。")


async def test_notice_that_too_many_letters_of_fail_rests_and_staff_hear(
    chat, staffed
):  # a colleague is on duty
    await chat.say("你好")
    number = await send(chat)
    content = chat.dialogue.edition.content
    for _ in range(2):
        async with chat.database.transaction() as session:
            await noticing.stop_failing(session, content, number, "telegram", now=chat.clock())

    assert await ring.state(chat.database, number) == "paused"
    assert await chat.shown("desk") == f"通知{number}（停水）失败太多，先停了，请看一下。"
    async with chat.database.transaction() as session:
        await notices.resume(session, number, "li", now=chat.clock())
    assert await chat.shown() == f"会员，明天停水。\n{UNDER}"


async def test_notice_nobody_sent_in_time_alarms_staff_once(chat, staffed):  # a colleague is on duty
    await chat.say("你好")
    async with chat.database.transaction() as session:
        notice = await ring.drafted(session, ring.plan(valid_hours=1), now=chat.clock())
        await notices.schedule(session, notice.id, "li", now=chat.clock())
    chat.clock.now += timedelta(hours=2)
    for _ in range(2):
        async with chat.database.transaction() as session:
            alarms = await nets.missed(session, now=chat.clock())
            await noticing.alarm(session, chat.dialogue.edition.content, alarms, now=chat.clock())

    assert await ring.state(chat.database, notice.id) == "missed"
    assert await chat.shown("desk") == f"通知{notice.id}（停水）没有按时发出，已过有效时间，请看一下。"
    async with chat.database.transaction() as session:
        counted = await progress.counts(session, await session.get_one(Notice, notice.id), now=chat.clock())
    assert counted.total == 0
