"""Whole talks on WeChat by numbers alone, in safe mode, as each message is shown: one, within its bytes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.wechat.rendering import TEXT_BYTES
from models.outbox import Letter
from tests.phones import PATIENCE
from tests.town import Town, town

pytestmark = pytest.mark.timeout(120)
ME = "o-wang"
VOICE = {"MsgType": "voice", "MediaId": "m1", "Format": "amr"}
STICKER = {"MsgType": "text", "Content": "【收到不支持的消息类型，暂无法显示】"}
PLACE = {"MsgType": "location", "Location_X": "39.96", "Location_Y": "116.30", "Scale": "15", "Label": "x"}
DEAF = "我听不懂语音。点一下键盘上的话筒，对着它说，话会变成字再发给我；或者请同事听。"
BLIND = "这个我看不了，打几个字就行。"
STATIONS = (
    "紫竹工会服务站（演示）\n演示路3号\n周一到周五 9:00–17:30\n\n"
    "学院工会服务站（演示）\n演示路4号\n周一到周六 9:00–17:30\n\n"
    "东升工会服务站（演示）\n演示路1号\n周一到周五 9:00–17:30"
)
PERSON = "好，请同事来，上午10:30前回您。您接着写，都会转到。急事请打：\n12351"
SITE = "http://127.0.0.1:8080"


@pytest.fixture(params=["passive", "certified-service"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path, grade=request.param, public_url=SITE) as found:
        await found.put_on_duty()
        yield found


def numbers(text: str, *labels: str) -> str:
    """Return a message with choices by number."""
    rows = (f"{number} {label}" for number, label in enumerate(labels, 1))
    return "\n".join([text, "", *rows, "回复数字就行"])


def words(text: str, *labels: str) -> str:
    """Return a question that is answered in words."""
    return f"{text}\n\n也可以回复：" + "".join(f"“{label}”" for label in labels)


async def run(place: Town, *lines: tuple[str | dict[str, Any], str | None]) -> None:
    """Say or send each left side; the message in the response must equal the right side, None where there is none."""
    for said, expected in lines:
        fields = said if isinstance(said, dict) else {"MsgType": "text", "Content": said}
        told = (await place.account.push(ME, **fields)).text
        assert told == expected, f"{said} was answered:\n{told}"
    answered = [expected for _, expected in lines if expected is not None]
    assert place.account.shown[ME] == answered
    assert max(len(told.encode()) for told in answered) <= TEXT_BYTES
    place.account.shown[ME].clear()


async def test_question_is_asked_and_read_further(place):
    told = (
        "关于“会费交多少”：会员每月交一点会费，比例我手里的资料没有核实，不敢乱说，请问本单位工会。"
        "会费和单位交的工会经费是两回事。"
    )
    more = (
        "会费是会员自己交的，工会经费是单位按全部职工工资总额的2%拨的（《工会法》第43条，2021年修正），两样不混在一起。"
        "会费怎么收，请问本单位工会财务。"
    )
    await run(
        place,
        ("会费交多少", numbers(told, "详细", "转人工", "不是这个")),
        (STICKER, numbers(BLIND, "菜单", "转人工")),
        ("会费交多少", numbers(told, "详细", "转人工", "不是这个")),
        ("4", numbers("没有这个数字，请从下面选：", "详细", "转人工", "不是这个")),
        ("选1", numbers(more, "转人工", "菜单")),
        ("3", numbers("这个数字是前面那条消息的。现在请从下面选：", "转人工", "菜单")),
        (VOICE, numbers(DEAF, "转人工", "菜单")),
        (PLACE, numbers(STATIONS, "职工书屋", "工会在哪", "转人工")),
    )


async def test_sign_up_goes_from_card_to_ticket(place):
    groups = ("象棋业余组", "象棋等级组", "围棋业余组", "围棋段级组", "围棋团体")
    card = (
        "象棋和围棋比赛（演示） · 还有40个名额\n12月6日（周日）上午9:00 · 演示体育馆\n11月25日（周三）晚上12点截止\n"
        "点“报名”就是同意我们用您的姓名和手机号办这次报名，结束30天后删除。"
    )
    done = (
        "报上了，编号C001。象棋和围棋比赛（演示），12月6日（周日）上午9:00，演示体育馆。"
        "入场出示签到码。您在哪个单位？不说也行。"
    )
    await run(
        place,
        ("象棋报名", numbers(card, "报名", "详细", "转人工", "不是这个")),
        ("１", words("您的姓名？", "不填了")),
        ("王芳（演示）", words("手机号？有变动好通知您。", "不填了")),
        (VOICE, words(f"{DEAF}\n\n手机号？有变动好通知您。", "不填了", "转人工", "菜单")),
        ("13800000001", numbers("您报哪一组？", *groups)),
        (STICKER, numbers(f"{BLIND}\n\n您报哪一组？", *groups, "菜单", "转人工")),
        (PLACE, numbers(f"{STATIONS}\n\n您报哪一组？", *groups, "职工书屋", "工会在哪", "转人工")),
        ("9", numbers("没有这个数字，请从下面选：", *groups, "职工书屋", "工会在哪", "转人工")),
        ("①", numbers("请核对：王芳(演示)，13800000001，象棋业余组。", "没错，报名", "改一改")),
        ("0", numbers("好，退回一步。\n\n您报哪一组？", *groups)),
        ("第二个", numbers("请核对：王芳(演示)，13800000001，象棋等级组。", "没错，报名", "改一改")),
        ("1、", numbers(done, "填单位", "签到码", "怎么去", "改一改", "来不了", "转人工")),
    )

    ticket = await place.account.say("2", ME)
    code = ticket.split("\n")[1]
    assert ticket.split("\n\n")[1].startswith(
        f"图片：{SITE}/ticket/board-contest/{code}.png\n放进日历：{SITE}/"
    )
    assert ticket.endswith("\n1 怎么去\n2 来不了\n回复数字就行")


async def test_legal_aid_is_asked_for(place):
    ours = "转人工"
    paper = ("单位的通知", "裁决书", "开庭通知", "没有", ours)
    papers = ("上班证明", "说好的发薪日", "工资流水", "欠条", "催要记录")
    read = (
        "请看一遍，都对吗？\n事情：没发工资，三个月没发,十几个人，文书：没有，没给从2026年8月1日\n"
        "单位：还在，某某建筑公司(演示)，上班在西二旗工地，进城务工：是\n钱和人：欠30000，人数2\n"
        "情况：大家停工了，找过单位、劳动监察，想要拿回钱\n联系：王芳(演示)，13800000001，接电话下午"
    )
    now = ["单位人跑了", "在搬东西", "大家停工了", "今天逼我签", "急救没人付"]
    await run(
        place,
        (
            "申请法律援助",
            numbers(
                "内容只有办案的同事能看，不会告诉单位，随时可以停。这部手机只有您自己用吗？",
                *("只有我用", "别人也看得到", "先找人说"),
            ),
        ),
        (
            "1",
            numbers(
                "我们会记下您说的情况、姓名和手机号，只用来办这件事。同意吗？", "同意", "不同意", "先找人说"
            ),
        ),
        (
            "1",
            numbers(
                "出了什么事？点最像的一个。",
                *("没发工资", "被辞退", "受伤了", "加班费", "没签合同", "没交社保", "别的事", ours),
            ),
        ),
        ("一", words("简单说说怎么回事，写一两句就行。", "先不写", ours)),
        ("三个月没发，十几个人", numbers("手里有写着日期的文书吗？", *paper)),
        (VOICE, numbers(f"{DEAF}\n\n手里有写着日期的文书吗？", *paper, "菜单")),
        ("第4个", words("从什么时候开始没给的？", "记不清", ours)),
        ("今年8月", numbers("现在还在这家单位吗？", "还在", "离开了", ours)),
        ("(1)", words("单位全名叫什么？合同、工资条、工牌上都有。", "说不上来", ours)),
        ("某某建筑公司（演示）", words("平时在哪儿上班？写街道或者地名。", "不填了", ours)),
        ("西二旗工地", numbers("单位注册在海淀吗？", "在海淀", "在别处", "不清楚", ours)),
        ("3号", numbers("您是进城务工的吗？老家是农村户口就算。", "是", "不是", "不想说", ours)),
        ("1️⃣", words("一共欠您多少？", "不清楚", ours)),
        (STICKER, words(f"{BLIND}\n\n一共欠您多少？", "不清楚", ours, "菜单")),
        ("30000", words("一样情况的，连您一共几个人？", "就我自己", ours)),
        ("2", numbers("眼下有这些吗？可以点几个。", *now, "都没有", ours)),
        ("3", numbers("眼下有这些吗？可以点几个。", *now[:2], "大家停工了 √", *now[3:], "就这些", ours)),
        (
            "6",
            numbers(
                "找过谁了？可以点几个。",
                *("单位", "工会", "劳动监察", "调解", "仲裁", "法院", "还没找过", ours),
            ),
        ),
        (
            "1、3",
            numbers(
                "您最想要什么？可以点几个。",
                *("拿回钱", "回去上班", "要补偿", "补手续", "先问清楚", "国家法援", "还没想好", ours),
            ),
        ),
        (
            "拿回钱",
            numbers(
                "手里有哪些？可以点几个，上班证明是合同、工资条、工牌、聊天这些。",
                *papers,
                "都没有",
                ours,
            ),
        ),
        ("6", numbers("这些里面，能找来的是哪些？", *papers, "都难找", ours)),
        ("６", words("怎么称呼您？", "不填了", ours)),
        ("王芳（演示）", words("手机号？同事好给您打电话。", "不填了", ours)),
        (PLACE, words(f"{STATIONS}\n\n手机号？同事好给您打电话。", "不填了", ours, "职工书屋", "工会在哪")),
        ("13800000001", numbers("什么时候方便接电话？", "上午", "下午", "晚上", "都行", ours)),
        ("②", numbers(read, "没错，交上去", "改一改", ours)),
        (
            "1",
            numbers(
                "收到了，编号2026-0001。已请值班同事马上看，下午5:30前联系您。", "补材料", "我的案件", ours
            ),
        ),
    )


async def settled(place: Town) -> None:
    """Wait until the postman has sent or laid aside all there is."""
    under_way = (Letter.channel == "wechat", Letter.state.in_(["waiting", "leased"]))
    async with asyncio.timeout(PATIENCE):
        while await place._any(select(Letter.id).where(*under_way)):
            await asyncio.sleep(0.02)


async def test_talk_goes_to_a_colleague_and_back(place):
    li = await place.colleague("li", "caseworker")
    passive = place.account.grade == "passive"
    shown = place.account.shown[ME]
    leave = f"{PERSON}\n\n怕回头找不到您，留个手机号，同事好回您电话？"
    await run(
        place,
        ("人工", numbers(leave, "不留，我等着", "先不找了")),
        ("1", numbers(PERSON, "先不找了")),
        ("我想问问会费", None),
        (VOICE, None),
        (STICKER, None),
    )

    await li.follow("/inbox/1", "take")
    await settled(place)
    assert shown == ([] if passive else ["同事来了，我先不说话。"])
    shown.clear()
    await run_or_silence(place, "1", "同事来了，我先不说话。" if passive else None)
    await li.follow("/inbox/1", "answer", text="您家几口人？")
    await settled(place)
    assert shown == ([] if passive else ["您家几口人？"])
    shown.clear()
    await run_or_silence(place, "3", "您家几口人？" if passive else None)
    page = await li.open("/inbox/1")
    assert [said for said in ("我想问问会费", "您家几口人？", " 3 ") if said not in page.text] == []

    await li.follow("/inbox/1", "close")
    await settled(place)
    closed = "同事忙完了，我接着为您服务。事情办好了吗？"
    assert shown == ([] if passive else [numbers(closed, "办好了", "还没有")])
    shown.clear()
    told = await place.account.say("谢谢", ME)
    brought = f"\n\n您不在的时候，还有这条消息：\n{closed}"
    assert told == (
        numbers(f"不客气，有事随时说。{brought}", "菜单", "办好了", "还没有")
        if passive
        else numbers("不客气，有事随时说。", "菜单")
    )


async def run_or_silence(place: Town, said: str, expected: str | None) -> None:
    assert await place.account.say(said, ME) == expected
    place.account.shown[ME].clear()
