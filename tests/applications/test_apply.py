"""Each thing that is applied for, from asking to handed in, with what the member has to do counted."""

import pytest

from handlers.confiding import Ways
from tests.applications.conftest import KNOWN

RESULT = "{day}上午10:00前告诉您结果"
SOON, MONTH, LONG = "11月25日（周三）", "12月10日（周四）", "1月9日（周六）"
OPEN = "\n\n能不能办、给多少，要同事看了才定。"
PAPERS = "\n\n还要这几样：{}。有就现在发，没有以后再交。\n[交材料] [我的申请] [转人工]"
MAYBE = "\n\n手里有这些就发来：{}。没有也不耽误。\n[交材料] [我的申请] [转人工]"
END = "\n[我的申请] [转人工]"


def filed(number: str, day: str = SOON) -> str:
    return f"收到了，编号{number}2026-0001。{day}上午10:00前告诉您结果，不用催。"


KINDS = {
    "tuition-aid": (
        ("学费资助", "[我要申请]", "[本科]", "[还没有]", "[今年]", "[没有]"),
        f"{filed('XF')}{OPEN}\n\n没有京卡也先收下，怎么办卡同事会告诉您。{PAPERS.format('毕业证书、身份证、京卡')}",
        {
            "degree": "本科",
            "card": "还没有",
            "finished": "今年",
            "提示": "没有京卡也先收下，怎么办卡同事会告诉您。",
        },
    ),
    "migrant-university": (
        ("农民工上大学", "[我要申请]", "[高中或中专]", "[录取了]", "演示工地", "[没有]"),
        f"{filed('ND')}{OPEN}{PAPERS.format('学历证书、身份证')}",
        {"school": "高中或中专", "exam": "录取了", "work": "演示工地"},
    ),
    "hardship-aid": (
        ("困难帮扶", "[我要申请]", "3", "[三千以内]", "爱人住院", "李工、 王工"),
        f"{filed('KN', MONTH)}{OPEN}{PAPERS.format('身份证、收入凭据')}",
        {"persons": "3", "income": "三千以内", "what": "爱人住院"},
    ),
    "emergency-relief": (
        ("家里出事急用钱", "[现在申请]", "孩子住院要交押金", "[今天]", "[说不准]", "[没有]"),
        f"收到了，编号YJ2026-0001，已经请同事尽快看。材料后补，不耽误。{OPEN}{MAYBE.format('说明事情的单子、身份证')}",
        {"what": "孩子住院要交押金", "day": "今天"},
    ),
    "warmth-packs": (
        ("温暖包", "[我要申请]", "[户外干活]", "送快递"),
        f"{filed('WN')}{MAYBE.format('京卡')}",
        {"why": "户外干活", "work": "送快递"},
    ),
    "mutual-protection": (
        ("互助保障", "[我要申请]", "[住院津贴]", "[交]", "演示厂"),
        f"{filed('HZ')}{PAPERS.format('身份证')}",
        {"plan": "住院津贴", "funds": "交", "work": "演示厂"},
    ),
    "public-lecture": (
        ("公益大讲堂", "[我要申请]", "演示厂", "[健康]", "60", "下周三下午"),
        f"{filed('JT')}{END}",
        {"unit": "演示厂", "subject": "健康", "people": "60", "when": "下周三下午"},
    ),
    "dance-training": (
        ("送舞蹈进企业", "[我要申请]", "演示厂", "30", "[能借到]", "周五下班后"),
        f"{filed('WD')}{END}",
        {"unit": "演示厂", "people": "30", "hall": "能借到", "when": "周五下班后"},
    ),
    "book-rooms": (
        ("书屋怎么申请", "[我要申请]", "演示厂", "[要一批书]", "一间屋"),
        f"{filed('SW', MONTH)}{MAYBE.format('书屋照片')}",
        {"unit": "演示厂", "want": "要一批书", "room": "一间屋"},
    ),
    "found-union": (
        ("单位要建会", "[我要申请]", "演示厂", "40", "[人事]", "上地街道"),
        f"{filed('JH', MONTH)}{MAYBE.format('营业执照')}",
        {"unit": "演示厂", "people": "40", "who": "人事", "place": "上地街道"},
    ),
    "join-union": (
        ("我要入会", "[我要申请]", "[有]", "演示厂"),
        f"{filed('RH')}{END}",
        {"unit_union": "有", "unit": "演示厂"},
    ),
    "knowledge-worker": (
        ("知识型职工标兵", "[我要申请]", "演示厂", "李工", "改了三台机床"),
        f"{filed('BB', LONG)}{PAPERS.format('事迹材料')}",
        {"unit": "演示厂", "nominee": "李工", "deeds": "改了三台机床"},
    ),
    "staff-home": (
        ("优秀职工之家", "[我要申请]", "演示厂", "80", "有活动室"),
        f"{filed('ZJ', LONG)}{PAPERS.format('建家材料')}",
        {"unit": "演示厂", "members": "80", "deeds": "有活动室"},
    ),
    "excellent-union-workers": (
        ("优秀工会工作者", "[我要申请]", "演示厂", "李工", "当了十年委员"),
        f"{filed('YX', LONG)}{PAPERS.format('事迹材料')}",
        {"unit": "演示厂", "nominee": "李工", "deeds": "当了十年委员"},
    ),
    "model-workers": (
        ("劳动模范", "[我要申请]", "演示厂", "李工", "改了三台机床"),
        f"{filed('LM', LONG)}{PAPERS.format('事迹材料')}",
        {"unit": "演示厂", "nominee": "李工", "deeds": "改了三台机床"},
    ),
    "bargaining-guides": (
        ("工资协商指导员", "[我要申请]", "演示厂", "40", "[还没开始]", "下周都行"),
        f"{filed('XS')}{END}",
        {"unit": "演示厂", "people": "40", "stage": "还没开始", "when": "下周都行"},
    ),
}
ACTIONS = 7
"""What a known member does at most: asks, presses 我要申请, gives five answers."""


def test_each_thing_that_is_applied_for_is_tried(edition):
    assert {entry.slug for entry in edition.content.entries if entry.application} == set(KINDS)


@pytest.mark.parametrize("slug", KINDS)
async def test_handed_in_with_few_actions(office, staffed, slug):
    said, told, answers = KINDS[slug]
    for one in said:
        await office.page.say(one)
    for one in KNOWN:
        await office.page.say(one)

    assert await office.page.say("[没错，交上去]") == told

    (found,) = await office.all()
    assert (found.slug, found.answers, found.state) == (slug, answers, "submitted")
    assert (found.name, found.phone, found.account) == ("王芳(演示)", KNOWN[1], "")
    assert len([*said, "[没错，交上去]"]) <= ACTIONS


async def test_relatives_are_kept_by_their_names(office):
    for one in (*KINDS["hardship-aid"][0], *KNOWN, "[没错，交上去]"):
        await office.page.say(one)

    assert [one.relatives for one in await office.all()] == ["李工、王工"]


async def test_who_is_known_is_not_asked_who_they_are(office):
    await office.known()
    await office.page.run(
        ("学费资助", (
            "关于“学费资助”：2014年的做法：持京卡的会员，取得国家承认的本科学历补2000元，大专1000元。"
            "今年还办不办、多少钱，我没有收到通知，请问服务站。\n"
            "[我要申请] [要什么材料] [详细] [有通知告诉我] [工会在哪] [转人工]")),
        ("[我要申请]", "拿到的是哪一种学历？\n[大专] [本科] [研究生] [还在读] [转人工]"),
        ("[本科]", "手里有京卡吗？\n[有] [还没有] [转人工]"),
        ("[有]", "毕业证是哪年发的？\n[今年] [去年] [更早] [还没发] [转人工]"),
        ("[去年]", "家里有人在工会上班吗？有就写姓名，请别的同事办您这份，免得说不清。\n[没有] [转人工]"),
        ("[没有]", (
            "请看一遍，都对吗？\n本科，有，去年，王芳(演示)，13800000001\n"
            "点“没错，交上去”，就是同意办这件事的同事看这些，只用来办这件事。\n[没错，交上去] [改一改] [转人工]")),
    )  # fmt: skip


async def test_what_was_wrong_is_answered_anew(office):
    for one in (*KINDS["join-union"][0], *KNOWN, "[改一改]", "[没有]"):
        told = await office.page.say(one)
    assert told == "在哪个单位上班？没有单位写在哪儿干活。\n[演示厂] [不填了]"
    for one in ("演示店", "[王芳(演示)]", "[13800000001]", "[没错，交上去]"):
        await office.page.say(one)

    assert [one.answers["unit"] for one in await office.all()] == ["演示店"]


async def test_two_taps_are_one_application(office):
    for one in (*KINDS["join-union"][0], *KNOWN):
        await office.page.say(one)
    press = office.page._press("[没错，交上去]", "wang")
    await office.page.send(press)
    second = await office.page.send(office.page.incoming("press", text=press.text, value=press.value))

    assert second.startswith("这是以前的按钮，现在的情况是：")
    assert len(await office.all()) == 1


async def test_who_has_one_that_is_open_sees_it(office):
    await office.known()
    await office.page.say("我要入会")
    assert await office.page.say("[我要申请]") == (
        "我要入会，编号RH2026-0001。\n收到了，等同事看。11月25日（周三）上午10:00前告诉您结果。\n[撤回] [转人工]"
    )
    await office.page.say("[撤回]")
    await office.page.say("[撤回]")
    await office.page.say("我要入会")
    assert (await office.page.say("[我要申请]")).startswith("您单位有工会吗？")


async def test_of_two_phones_that_hand_in_at_the_same_time_one_is_refused(office):
    """The form was begun on one device before the other handed in: the lock of the rule decides."""
    await office.known()
    async with office.page.database.transaction() as session:
        found = await office.newest(session)
        found.slug = "public-lecture"
    for one in ("我要入会", "[我要申请]", "[有]", "演示厂"):
        await office.page.say(one)
    async with office.page.database.transaction() as session:
        (await office.newest(session)).slug = "join-union"

    assert await office.page.say("[没错，交上去]") == "您有一份还在办，先看看那份。\n[我的申请] [转人工]"
    assert len(await office.all()) == 1


async def test_staff_are_called_for_what_pays_first(office, staffed):
    for one in (*KINDS["emergency-relief"][0], *KNOWN, "[没错，交上去]"):
        await office.page.say(one)

    assert await office.letters("desk") == ["有一份急用钱的申请要马上看：编号YJ2026-0001，到管理台看。"]


async def test_nobody_is_said_to_be_called_where_nobody_is(office):
    for one in (*KINDS["emergency-relief"][0], *KNOWN):
        await office.page.say(one)

    assert (await office.page.say("[没错，交上去]")).startswith(
        "收到了，编号YJ2026-0001。这里现在没有人值班，急用钱请打：\n12351\n\n"
    )


MOVE = "下面要填个人情况，在这里说不保险。点按钮到工会自己的网页接着填，15分钟内有效。\n[打开接着填] [转人工]"


async def test_on_telegram_what_is_private_moves_to_the_page(office):
    await office.telegram.say("困难帮扶")
    assert await office.telegram.say("[我要申请]") == MOVE
    assert await office.town.follow("laptop") == "家里一共几口人？\n[不填了] [转人工]"
    for one in ("3", "[三千以内]", "爱人住院", "[没有]", *KNOWN):
        await office.page.say(one, member="laptop")
    assert await office.page.say("[没错，交上去]", member="laptop") == KINDS["hardship-aid"][1]

    (found,) = await office.all()
    assert found.at.place == "telegram:wang"
    await office.move("union_check")
    assert await office.telegram.shown() == "您有一条工会消息，点开查看。\n[点开查看]"
    assert await office.telegram.say("[点开查看]") == MOVE
    assert await office.town.follow("laptop") == (
        "困难帮扶，编号KN2026-0001。\n单位工会这一级在核对。12月10日（周四）上午10:00前告诉您结果。\n[交材料] [撤回] [转人工]"
    )
    assert await office.telegram.say("我的申请") == MOVE


PHONE = "下面要填个人情况，在这里说不保险。请打电话说，或者请同事和您联系：\n12351\n[转人工] [菜单]"


async def test_without_a_page_what_is_private_goes_by_telephone(office):
    office.page.dialogue.ways = Ways(frozenset({"phone"}))
    await office.telegram.say("困难帮扶")
    assert await office.telegram.say("[我要申请]") == PHONE
    assert await office.telegram.say("继续") == "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"


async def test_on_telegram_a_lecture_is_asked_for_in_the_chat(office):
    for one in (*KINDS["public-lecture"][0], *KNOWN):
        await office.telegram.say(one)

    assert await office.telegram.say("[没错，交上去]") == KINDS["public-lecture"][1]
    assert await office.telegram.say("[我的申请]") == MOVE
    await office.telegram.say("公益大讲堂")
    assert await office.telegram.say("[我要申请]") == "您有一份还在办，先看看那份。\n[我的申请] [转人工]"


async def test_what_is_not_applied_for_is_not_there(office):
    press = office.page.incoming("press", value="apply:film-5yuan")
    assert (await office.page.send(press)).startswith("这个我不会，不敢乱答。")
