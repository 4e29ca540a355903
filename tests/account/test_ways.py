"""Letters that answer nothing: which way each takes, and what is held is told when the member comes."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.channels.base import Held, TryLater, Unreachable
from bot.channels.wechat.ways import fitted
from config.wechat import Form
from models import wechat_ledger
from models.attachments import take_in
from models.messages import Choice, Outgoing
from models.wechat_ledger import WeChatWindow
from models.wechat_mass import WeChatMass, WeChatMonth
from tests.account.conftest import REMINDER
from tests.pictures import saved, scene

NEWS = Outgoing(
    "名额轮到您了，\n请在今天回复。", (Choice("我来", "take:1"), Choice("不来了", "leave:1")), lane="timely"
)
HOURS = 3600


async def test_answer_that_comes_late_goes_by_message(account):
    async with account() as one:
        await one.server.say("菜单")
        await one.put(Outgoing("查好了：可以报。"))
        assert await one.delivery.round() == 1
        assert one.server.sent == [
            {"touser": "o-wang", "msgtype": "text", "text": {"content": "查好了：可以报。"}}
        ]


async def test_letter_with_choices_can_be_tapped_and_numbers_stay_valid(account):
    async with account() as one:
        await one.server.say("菜单")
        await one.put(NEWS)
        await one.deliver()
        menu = one.server.sent[-1]["msgmenu"]
        assert menu == {
            "head_content": NEWS.text,
            "list": [{"id": "take:1", "content": "1 我来"}, {"id": "leave:1", "content": "2 不来了"}],
            "tail_content": "回复数字就行",
        }
        got = []
        one.channel._callback.receive, receive = (
            (lambda message: note(got, message)),
            one.channel._callback.receive,
        )
        tapped = {"MsgType": "text", "Content": "1 我来", "bizmsgmenuid": "take:1"}
        await one.server.post(*one.server.sealed(one.server.message("o-wang", **tapped)))
        one.channel._callback.receive = receive
        assert [(message.kind, message.value) for message in got] == [("press", "take:1")]


async def note(got, message) -> None:
    got.append(message)


async def test_window_takes_five_messages_and_the_sixth_waits_for_the_next_word(account):
    async with account() as one:
        await one.server.say("菜单")
        for number in range(7):
            await one.put(Outgoing(f"第{number}条"))
        await one.deliver()
        assert [told["text"]["content"] for told in one.server.sent] == [f"第{n}条" for n in range(5)]
        assert [state for state, _ in await one.letters()] == ["sent"] * 6 + ["held"] * 2

        await one.server.say("菜单")
        await one.deliver()
        assert [told["text"]["content"] for told in one.server.sent][5:] == ["第5条", "第6条"]
        assert one.server.calls["message/custom/send"] == 7  # WeChat never had to refuse


async def test_tap_opens_three_messages_for_a_minute(account):
    async with account() as one:
        await one.server.tap("menu")
        for number in range(4):
            await one.put(Outgoing(f"第{number}条"))
        await one.deliver()
        assert len(one.server.sent) == 3
        one.clock.tick(61)
        await one.put(Outgoing("晚了"))
        await one.deliver()
        assert [state for state, _ in await one.letters()] == ["sent"] * 4 + ["held"] * 2


async def test_window_that_wechat_closed_first_is_closed_in_the_ledger(account):
    async with account() as one:
        await one.server.say("菜单")
        one.server.faults["message/custom/send"] = [45015]
        await one.put(Outgoing("一"))
        await one.put(Outgoing("二"))
        await one.deliver()
        assert one.server.calls["message/custom/send"] == 1
        assert [state for state, _ in await one.letters()] == ["sent", "held", "held"]


async def test_reminder_goes_as_template_when_the_window_is_over(account):
    async with account() as one:
        one.grant(REMINDER)
        await one.server.say("菜单")
        one.clock.tick(48 * HOURS)
        await one.put(NEWS)
        await one.put(Outgoing("不急的消息"))
        await one.deliver()
        assert len(one.server.sent[0].pop("client_msg_id")) == 32
        assert one.server.sent == [
            {
                "touser": "o-wang",
                "template_id": "reminder",
                "data": {
                    "thing1": {"value": "名额轮到您了， 请在今天回复。"},
                    "time2": {"value": "2026-11-12 10:00"},
                },
            }
        ]
        assert [state for state, _ in await one.letters()] == ["sent", "sent", "held"]


async def test_letter_that_is_tried_again_by_another_process_is_shown_once(account):
    async with account() as one:
        one.grant(REMINDER)
        for text in ("停水", "停水", "停电"):
            await one.channel.send("o-wang", Outgoing(text, lane="timely"))
            one.clock.tick(60)
        assert [shown.partition("，")[0] for shown in one.server.shown["o-wang"]] == ["停水", "停电"]


async def test_notice_goes_once_for_each_consent(account):
    async with account() as one:
        one.grant(Form(id="f-1", route="notice", fields={"thing1": "{text}"}))
        await one.server.say("菜单")
        one.clock.tick(48 * HOURS)
        for status in ("accept", "reject", "accept"):
            popup = {"List": {"TemplateId": "f-1", "SubscribeStatusString": status, "PopupScene": "0"}}
            event = {
                "MsgType": "event",
                "Event": "subscribe_msg_popup_event",
                "SubscribeMsgPopupEvent": popup,
            }
            told = one.server.message("o-wang", **event)
            for _ in range(3):  # copies count once
                assert (await one.server.post(*one.server.sealed(told))).body == b"success"
            one.clock.tick(1)
        one.server.consents["o-wang", "f-1"] = 1
        for _ in range(2):
            await one.put(NEWS)
        await one.deliver()
        assert [state for state, _ in await one.letters()] == ["sent", "sent", "held"]
        assert one.server.consents["o-wang", "f-1"] == 0


async def test_consent_that_wechat_does_not_know_is_dropped(account, clock):
    async with account() as one:
        one.grant(Form(id="f-1", route="notice", fields={"thing1": "{text}"}))
        async with one.database.transaction() as session:
            accepted = {"TemplateId": "f-1", "SubscribeStatusString": "accept"}
            group = {"any": [accepted, accepted, {"TemplateId": "f-1", "SubscribeStatusString": "filter"}]}
            await wechat_ledger.noted(session, "o-wang", "subscribe_msg_popup_event", group, now=clock())
        for _ in range(2):
            await one.put(NEWS)
        await one.deliver()
        assert one.server.calls["message/subscribe/bizsend"] == 1
        assert [state for state, _ in await one.letters()] == ["held"] * 2


async def test_template_that_did_not_arrive_is_held(account):
    async with account() as one:
        one.grant(REMINDER)
        await one.put(NEWS)
        await one.deliver()
        [(_, number)] = await one.letters()
        for status, stands in (("success", "sent"), ("failed:user block", "held")):
            one.clock.tick(1)
            event = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": number, "Status": status}
            await one.server.push("o-wang", **event)
            assert await one.letters() == [(stands, number)]


async def test_grades_send_no_more_than_they_may(account):
    for grade in ("passive", "certified-subscription"):
        async with account(grade=grade) as one:
            one.grant(REMINDER)
            with pytest.raises(Held):
                await one.channel.send("o-wang", NEWS)
            assert one.server.sent == []


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        (43004, Unreachable),
        (40003, Unreachable),
        (45002, Unreachable),
        (-1, TryLater),
        (45009, TryLater),
        (48001, TryLater),
    ],
)
async def test_refusal_is_told_in_the_words_of_every_channel(account, code, raised):
    async with account() as one:
        await one.server.say("菜单")
        one.server.faults["message/custom/send"] = [code] * 3
        with pytest.raises(raised):
            await one.channel.send("o-wang", Outgoing("您好"))


async def test_picture_is_carried_up_once(account):
    async with account() as one:
        store = one.channel._ways._pictures._store
        kept, _ = await take_in(store, saved(scene()), "a.png", picture=True)
        await one.server.say("菜单")
        for _ in range(2):
            await one.put(Outgoing("", picture=kept.reference))
        await one.deliver()
        assert [told["msgtype"] for told in one.server.sent] == ["image", "image"]
        assert len(one.server.media) == 1
        one.clock.tick(61 * HOURS)
        await one.channel._ways._pictures.carry(kept.reference)
        assert len(one.server.media) == 2
        assert await one.channel._ways._pictures.carry("ticket:board-contest:123456")
        with pytest.raises(TryLater):
            await one.channel._ways._pictures.carry("stored:" + "0" * 64 + ":x.jpg")


async def test_ledger_never_gives_the_same_message_twice(database, clock):
    async with database.transaction() as session:
        await wechat_ledger.opened(session, "o-wang", "text", now=clock())

    async def take() -> bool:
        async with database.transaction() as session:
            return await wechat_ledger.take(session, "o-wang", now=clock())

    assert sum(await asyncio.gather(*(take() for _ in range(12)))) == 5


async def test_old_windows_are_cleaned(database, clock):
    async with database.transaction() as session:
        await wechat_ledger.opened(session, "o-wang", "text", now=clock())
        for month in ("2026-10", "2026-11"):
            session.add(WeChatMonth(openid="o-wang", month=month, had=1))
        old = clock() - timedelta(days=91)
        session.add(WeChatMass(notice_id=1, letters=[], state="gone", made_at=old))
    clock.tick(97 * HOURS)
    async with database.transaction() as session:
        await wechat_ledger.opened(session, "o-li", "press", now=clock())
        await wechat_ledger.clean(session, now=clock())
        assert await session.get(wechat_ledger.WeChatWindow, "o-wang") is None
        assert list(await session.scalars(select(WeChatMonth.month))) == ["2026-11"]
        assert list(await session.scalars(select(WeChatMass))) == []
        assert await session.get(wechat_ledger.WeChatWindow, "o-li") is not None
        assert not await wechat_ledger.take(session, "o-wang", now=clock())


def test_fields_hold_what_wechat_takes():
    assert fitted("thing1", "字" * 21) == "字" * 19 + "…"
    assert fitted("phrase12", "六个字的短语") == "六个字的…"
    assert fitted("time2", "2026-11-12 10:00" * 3) == "2026-11-12 10:00" * 3


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_two_processes_open_one_window(database, clock):
    async def opened() -> None:
        async with database.transaction() as session:
            await wechat_ledger.opened(session, "o-wang", "text", now=clock())
            await asyncio.sleep(0.05)

    await asyncio.gather(opened(), opened())
    async with database.transaction() as session:
        assert await session.scalar(select(WeChatWindow.left)) == wechat_ledger.TALK
