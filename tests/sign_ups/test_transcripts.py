"""Whole sign-ups as members go through them, each on the page and on Telegram, their actions counted."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models import doors, events, members, signups
from models.messages import Address
from models.outbox import Letter
from models.signups import Wish
from tests.pictures import exif, saved, scene
from tests.town import AT_ANY_TIME, WAYS, Member, Town, town

pytestmark = pytest.mark.timeout(120)
DAY = timedelta(days=1)
BIG = (2000, 1500)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as found:
        yield found


@pytest.fixture(params=AT_ANY_TIME)
def way(request: pytest.FixtureRequest) -> str:
    return request.param


async def introduce(member: Member, name: str, phone: str) -> None:
    """Let a member be known from an earlier sign-up that was given back."""
    for said in ("汇演的票", "[报名]", name, phone, "[1位]", "[没错，报名]", "[来不了]", "[退掉]"):
        await member.say(said)
    member.actions = 0


async def fill(place: Town, slug: str, count: int) -> None:
    """Give places to members who never write, on a channel that is off."""
    async with place.house.database.transaction() as session:
        event = await events.by_slug(session, slug)
        for number in range(count):
            row = await members.at_address(session, Address("wechat", str(number)), now=place.clock())
            await signups.sign_up(session, event, Wish(member_id=row.id, channel="tests"), now=place.clock())


@pytest.mark.parametrize("way", WAYS)
async def test_chess_takes_six_actions_when_new_and_four_when_known(place, way):
    member = await place.member(way)
    await member.run(
        (
            "象棋报名",
            (
                "象棋和围棋比赛（演示） · 还有40个名额\n12月6日（周日）上午9:00 · 演示体育馆\n"
                "11月25日（周三）晚上12点截止\n"
                "点“报名”就是同意我们用您的姓名和手机号办这次报名，结束30天后删除。\n"
                "[报名] [详细] [转人工] [不是这个]"
            ),
        ),
        ("[报名]", "您的姓名？\n[不填了]"),
        ("王芳（演示）", "手机号？有变动好通知您。\n[不填了]"),
        ("13800000001", "您报哪一组？\n[象棋业余组] [象棋等级组] [围棋业余组] [围棋段级组] [围棋团体]"),
        ("[象棋业余组]", "请核对：王芳(演示)，13800000001，象棋业余组。\n[没错，报名] [改一改]"),
    )
    promise = "前一天我提醒您。" if way == "telegram" else ""
    done = (
        "报上了，编号C00{n}。象棋和围棋比赛（演示），12月6日（周日）上午9:00，演示体育馆。"
        f"入场出示签到码。{promise}您在哪个单位？不说也行。\n[填单位] [签到码] [怎么去] [改一改] [来不了] [转人工]"
    )
    await member.run(("[没错，报名]", done.format(n=1)))
    assert member.actions == 6

    known = await place.member(way)
    await introduce(known, "李雷（演示）", "13800000002")
    for said in ("象棋报名", "[报名]", "[围棋段级组]"):
        await known.say(said)
    await known.run(("[没错，报名]", done.format(n=2)))
    assert known.actions == 4


async def test_go_team_gives_its_boards_in_order(place, way):
    member = await place.member(way)
    await introduce(member, "王芳（演示）", "13800000001")
    for said in ("围棋比赛", "[报名]"):
        await member.say(said)

    await member.run(
        ("[围棋团体]", "队名？\n[不填了]"),
        ("演示一队", "按台次写三位队员的姓名，第一台写在最前面。\n[不填了]"),
        (
            "甲（演示）、乙（演示）、丙（演示）",
            (
                "请核对：王芳(演示)，13800000001，围棋团体，演示一队，甲(演示)、乙(演示)、丙(演示)。\n"
                "[没错，报名] [改一改]"
            ),
        ),
    )
    assert (await member.say("[没错，报名]")).startswith("报上了，编号C001。")


async def test_pair_has_a_place_once_the_partner_agrees_in_their_own_chat(place, way):
    asker, partner = await place.member(way), await place.member("telegram" if way == "web" else "web")
    for said in ("双升比赛", "[报名]", "王芳（演示）", "13800000001", "李雷"):
        await asker.say(said)
    sent = await asker.say("[没错，报名]")
    code = re.search(r"\n(\d{6})\n", sent)[1]
    assert sent == (
        "还差搭档点头。请搭档在这里说“双升扑克比赛（演示）”，点“我是搭档”，写上这6位数字：\n"
        f"{code}\n11月11日（周三）上午10:00前有效，答应了马上告诉您。\n[菜单] [转人工]"
    )

    await partner.say("双升扑克比赛（演示）")
    await partner.run(
        ("[我是搭档]", "搭档发给您的6位数字？\n[不填了]"),
        (
            code,
            (
                "王芳(演示)请您搭档报双升扑克比赛（演示），12月7日（周一）上午9:00。"
                "点“愿意”就是同意我们用您的姓名和手机号办这次报名。\n\n您愿意吗？\n[愿意] [不了]"
            ),
        ),
        ("[愿意]", "您的姓名？\n[不填了]"),
        ("李雷（演示）", "手机号？有变动好通知您。\n[不填了]"),
    )
    done = "报上了，编号T001。双升扑克比赛（演示），12月7日（周一）上午9:00，演示体育馆。"
    assert (await partner.say("13800000002")).startswith(done)
    assert (await asker.read()).startswith(done)
    assert (await asker.say("我的")).startswith(done)
    assert (await partner.say("我的")).startswith(done)

    for said in ("[来不了]", "[退掉]"):
        await partner.say(said)
    assert await asker.read() == (
        "搭档退了双升扑克比赛（演示），你们这一对的名额让出去了。想再报，可以换一位搭档。\n[活动报名] [转人工]"
    )


async def test_partner_who_cannot_come_or_does_not_answer_is_told_kindly(place, way):
    asker, partner = await place.member(way), await place.member(way)
    for said in ("双升比赛", "[报名]", "王芳（演示）", "13800000001", "李雷"):
        await asker.say(said)
    code = re.search(r"\n(\d{6})\n", await asker.say("[没错，报名]"))[1]
    for said in ("双升扑克比赛（演示）", "[我是搭档]", code):
        await partner.say(said)

    await partner.run(("[不了]", "好，没有报。已经告诉对方了。\n[菜单] [转人工]"))
    assert await asker.read() == (
        "搭档这次来不了，双升扑克比赛（演示）还没有报上。换一位搭档再报？\n[活动报名] [转人工]"
    )

    for said in ("双升比赛", "[报名]", "张（演示）", "[没错，报名]"):
        await asker.say(said)
    await place.pass_time(DAY + timedelta(minutes=1))
    assert await asker.read() == (
        "搭档一天里没有回话，双升扑克比赛（演示）还没有报上。想报可以再请一次。\n[活动报名] [转人工]"
    )


async def test_dance_troupe(place, way):
    member = await place.member(way)
    await introduce(member, "王芳（演示）", "13800000001")
    for said in ("舞蹈大赛", "[报名]", "演示舞蹈队", "12", "茉莉花", "5"):
        await member.say(said)

    await member.run(
        (
            "[自带光盘优盘]",
            "请核对：王芳(演示)，13800000001，演示舞蹈队，12，茉莉花，5，自带光盘优盘。\n[没错，报名] [改一改]",
        )
    )
    assert (await member.say("[没错，报名]")).startswith("报上了，编号D001。舞蹈大赛（演示），")


async def test_gala_with_two_companions_takes_four_actions(place, way):
    member = await place.member(way)
    await introduce(member, "王芳（演示）", "13800000001")

    await member.say("汇演的票")
    await member.run(
        ("[报名]", "连您一共几位？\n[1位] [2位] [3位]"),
        ("[3位]", "请核对：王芳(演示)，13800000001，3位。\n[没错，报名] [改一改]"),
    )
    told = await member.say("[没错，报名]")

    assert told.startswith("报上了，编号H001。文艺汇演（演示），12月25日（周五）晚上7:00，演示剧场。")
    assert member.actions == 4
    assert "还有57个名额" in await (await place.member(way)).say("汇演的票")


async def test_two_photos_take_three_actions_each_when_known(place, way):
    member = await place.member(way)
    await introduce(member, "王芳（演示）", "13800000001")
    first, second = (saved(scene(BIG, seed=seed), exif=exif()) for seed in (1, 2))

    told = await member.show(first)
    assert told == "照片收到，先不动它。您想？\n[参加摄影比赛] [给同事看] [发错了]"
    await member.run(
        ("[参加摄影比赛]", "第1幅收到，起个名字？\n[不填了]"),
        (
            "晨练",
            (
                "请核对：《晨练》，彩色，单幅，10月3日拍，手机组。是我自己拍的，没有拼接；同意工会展出。\n"
                "[投稿，署我的名] [投稿，不署名] [改一改]"
            ),
        ),
        ("[改一改]", "第1幅收到，起个名字？\n[不填了]"),
    )
    member.actions -= 2  # the wrong title and the press that let it be changed
    await member.say("晨光")
    await member.run(("[投稿，署我的名]", "投好了，编号P001。还能再投4幅，直接发照片。\n[我的作品] [转人工]"))
    assert (
        member.actions == 4
    )  # the picture, its title, and two presses: the first falls away when the card came before

    member.actions = 0
    assert await member.show(second) == "第2幅收到，起个名字？\n[不填了]"
    await member.say("黄昏")
    await member.run(("[投稿，不署名]", "投好了，编号P002。还能再投3幅，直接发照片。\n[我的作品] [转人工]"))
    assert member.actions == 3


async def test_new_member_enters_a_photo_with_five_actions(place, way):
    member = await place.member(way)
    await member.say("摄影比赛")
    await member.say("[投稿]")
    member.actions = 0

    assert await member.show(saved(scene(BIG), exif=exif())) == "第1幅收到，起个名字？\n[不填了]"
    await member.run(
        ("晨练", "您的姓名？\n[不填了]"),
        ("王芳（演示）", "手机号？入围了好通知您。\n[不填了]"),
    )
    await member.say("13800000001")
    await member.run(("[投稿，署我的名]", "投好了，编号P001。还能再投4幅，直接发照片。\n[我的作品] [转人工]"))
    assert member.actions == 5


async def test_photo_that_comes_while_the_last_is_named_waits_its_turn(place, way):
    member = await place.member(way)
    await introduce(member, "王芳（演示）", "13800000001")
    await member.say("摄影比赛")
    await member.say("[投稿]")

    await member.show(saved(scene(BIG, seed=1), exif=exif()))
    queued = await member.show(saved(scene(BIG, seed=2)))
    assert queued == "又收到一幅，记着呢，投完这幅就轮到它。\n\n第1幅收到，起个名字？\n[不填了]"
    await member.say("晨练")
    await member.run(
        (
            "[投稿，署我的名]",
            "投好了，编号P001。还能再投4幅，直接发照片。\n\n第2幅收到，起个名字？\n[不填了]",
        ),
        ("黄昏", "哪天拍的？\n[记不清了]"),
        (
            "10月4日",
            (
                "请核对：《黄昏》，彩色，单幅。是我自己拍的，没有拼接；同意工会展出。\n"
                "[投稿，署我的名] [投稿，不署名] [改一改]"
            ),
        ),
    )
    await member.say("[投稿，署我的名]")

    await member.run(
        (
            "[我的作品]",
            "摄影大赛（演示）：您投了2幅，还能再投3幅，直接发照片。\n[P001《晨练》] [P002《黄昏》] [转人工]",
        ),
        (
            "[P001《晨练》]",
            "P001《晨练》，彩色，单幅，10月3日拍，手机组。\n[补充说明] [换一张] [撤下] [转人工]",
        ),
        ("[补充说明]", "在哪里拍的？\n[不填这项]"),
        ("演示公园", "想说说这张照片吗？\n[不填这项]"),
        ("[不填这项]", "是一组里的一张吗？是就写组名，一组4到8张。\n[不是]"),
        ("[不是]", "P001的说明加好了。\n[转人工] [我的作品]"),
        (
            "[我的作品]",
            "摄影大赛（演示）：您投了2幅，还能再投3幅，直接发照片。\n[P001《晨练》] [P002《黄昏》] [转人工]",
        ),
        (
            "[P001《晨练》]",
            "P001《晨练》，彩色，单幅，10月3日拍，手机组。\n[补充说明] [换一张] [撤下] [转人工]",
        ),
        ("[撤下]", "P001撤下了，截止前还能再投。\n[转人工] [我的作品]"),
        ("[我的作品]", "摄影大赛（演示）：您投了1幅，还能再投4幅，直接发照片。\n[P002《黄昏》] [转人工]"),
        ("[P002《黄昏》]", "P002《黄昏》，彩色，单幅，10月4日拍。\n[补充说明] [换一张] [撤下] [转人工]"),
        ("[换一张]", "好，把新的照片发给我，换掉P002。\n[菜单] [转人工]"),
    )
    assert await member.show(saved(scene(BIG, seed=3), exif=exif())) == "P002换好了。\n[转人工] [我的作品]"


async def test_mine_shows_places_and_works_and_consent_to_each_is_taken_back(place, way):
    member = await place.member(way)
    await introduce(member, "王芳（演示）", "13800000001")
    for said in ("象棋报名", "[报名]", "[象棋业余组]", "[没错，报名]", "摄影比赛", "[投稿]"):
        await member.say(said)
    await member.show(saved(scene(BIG), exif=exif()))
    for said in ("晨练", "[投稿，署我的名]"):
        await member.say(said)

    await member.run(
        (
            "我的",
            "您报的活动，点一下看：\n[象棋和围棋比赛（演示） 12月6日] [摄影大赛（演示） 1幅] [转人工]",
        ),
        (
            "隐私",
            "我记着您的：聊天的地址、会员信息、报名和作品。只用来办您的事，不给单位看。\n[看一看] [谁看过] [删除] [撤回同意]",
        ),
        (
            "[撤回同意]",
            (
                "您同意过这些，想撤回哪一个？\n文艺汇演（演示）\n象棋和围棋比赛（演示）\n摄影大赛（演示）\n"
                "[文艺汇演（演示）] [象棋和围棋比赛（演示）] [摄影大赛（演示）] [会员信息] [转人工]"
            ),
        ),
        (
            "[象棋和围棋比赛（演示）]",
            "撤回象棋和围棋比赛（演示）的同意？报名和作品会退掉，填的信息也删掉。\n[撤回] [不撤]",
        ),
        ("[撤回]", "撤回了，象棋和围棋比赛（演示）退掉了，您填的信息也删掉了。\n[我的报名] [菜单] [转人工]"),
        ("我的", "您报的活动，点一下看：\n[摄影大赛（演示） 1幅] [转人工]"),
    )
    for said in ("隐私", "[删除]", "[删掉]"):
        await member.say(said)
    assert (await member.say("我的")).startswith("您还没有报名")


async def test_photo_that_nobody_entered_is_deleted_after_a_week_and_an_entered_one_stays(place):
    member = await place.member("web")
    await introduce(member, "王芳（演示）", "13800000001")
    await member.say("摄影比赛")
    await member.say("[投稿]")
    for seed, then in ((1, ("晨练", "[投稿，署我的名]")), (2, ("不填了",))):
        await member.show(saved(scene(BIG, seed=seed), exif=exif()))
        for said in then:
            await member.say(said)
    folder = place.house.settings.data_dir / "files"
    assert len([file for file in folder.rglob("*") if file.is_file()]) == 6

    await place.pass_time(6 * DAY)
    assert len([file for file in folder.rglob("*") if file.is_file()]) == 6
    await place.pass_time(2 * DAY)
    assert len([file for file in folder.rglob("*") if file.is_file()]) == 3

    for said in ("隐私", "[删除]", "[删掉]"):
        await member.say(said)
    await place.pass_time(8 * DAY)
    assert [file for file in folder.rglob("*") if file.is_file()] == []


async def test_what_is_no_photo_is_told_kindly_and_the_talk_goes_on(place):
    member = await place.member("telegram")
    await member.say("摄影比赛")
    await member.say("[投稿]")

    assert await member.show(b"no picture") == "这个文件不是照片，我打不开。在相册里选一张再发。\n[转人工]"
    assert await member.show(b"x" * 20_000_001) == "这个太大了，最多20兆。换一张小些的再发。\n[菜单] [转人工]"
    assert (await member.show(saved(scene(BIG), exif=exif()))).startswith("第1幅收到，起个名字？")


async def test_class_tells_all_its_dates(place, way):
    member = await place.member(way)
    await introduce(member, "王芳（演示）", "13800000001")
    dates = "12月1日（周二）晚上6:30起，共4次：12月1日、12月4日、12月8日、12月11日"

    card = await member.say("书画培训")
    assert card.startswith(f"书画培训班（演示） · 还有25个名额\n{dates} · 演示职工之家\n")
    for said in ("[报名]", "[书法]"):
        await member.say(said)
    assert (await member.say("[没错，报名]")).startswith(
        f"报上了，编号S001。书画培训班（演示），{dates}，演示职工之家。"
    )
    assert member.actions == 4


async def test_waiting_member_is_offered_the_place_that_is_given_back_and_takes_it(place, way):
    await fill(place, "board-contest", 39)
    holder, waiting = await place.member(way), await place.member(way)
    for member, phone in ((holder, "13800000001"), (waiting, "13800000002")):
        for said in ("象棋报名", "[报名]", f"演示{phone}", phone, "[象棋业余组]"):
            await member.say(said)
        told = await member.say("[没错，报名]")
    page = "轮到时同事打13800000002告诉您" if way == "web" else "不用盯着"
    assert told == (
        f"象棋和围棋比赛（演示）：名额满了，您排第1位。有人退出就按顺序问您，{page}。\n"
        "[不排了] [看别的活动] [转人工]"
    )

    for said in ("[来不了]", "[退掉]"):
        await holder.say(said)

    assert await waiting.read() == (
        "轮到您了：象棋和围棋比赛（演示），12月6日（周日）上午9:00。"
        "名额给您留到11月11日（周三）上午10:00，来吗？\n[我来] [不来了]"
    )
    assert (await waiting.say("[我来]")).startswith("报上了，编号C041。")
    assert (await waiting.say("我的")).startswith("报上了，编号C041。")


async def test_lottery_is_drawn_and_told(place, way):
    member = await place.member(way)
    await introduce(member, "王芳（演示）", "13800000001")
    await member.say("钓鱼比赛")
    await member.say("[报名]")
    await member.say("[行，我听招呼]")
    await member.run(
        (
            "[没错，报名]",
            (
                "速度钓鱼比赛（演示）的抽签报上了，您的编号F001。12月16日（周三）上午10:00抽，结果发给您。\n"
                "[怎么抽的] [来不了] [转人工]"
            ),
        )
    )
    before = await member.say("[怎么抽的]")
    assert re.fullmatch(
        r"抽签的种子已经定好，谁也改不了。它的指纹是：\n[0-9a-f]{64}\n12月16日（周三）上午10:00抽完公布种子，"
        r"谁都能重算一遍。\n\[我的报名\] \[转人工\]",
        before,
    )

    await place.pass_time(36 * DAY)

    assert (await member.read()).startswith("报上了，编号F001。速度钓鱼比赛（演示），")
    await member.say("钓鱼比赛")


async def test_branch_is_joined_when_its_leader_agrees_and_left(place, way):
    member = await place.member(way)
    await introduce(member, "王芳（演示）", "13800000001")
    await member.run(
        (
            "文体协会",
            (
                "文体分会（演示） · 报了名，同事看过才算数\n不用等日子，想退随时说。\n"
                "点“加入”就是同意我们用您的姓名和手机号办这件事，退出30天后删除。\n"
                "[加入] [详细] [转人工] [不是这个]"
            ),
        ),
        ("[加入]", "想参加哪个分会？\n[摄影] [声乐] [舞蹈] [棋牌] [书画]"),
    )
    await member.say("[摄影]")
    await member.say("[没错，报名]")

    told = await member.say("我的")

    assert told.startswith("文体分会（演示）的报名收到了，要同事看过才算数。")
    await member.run(("[退出]", "退出文体分会（演示）？以后还能再加入。\n[退掉] [不退]"))


async def test_ticket_is_a_picture_and_six_digits_and_the_day_before_it_is_offered_again(place, way):
    member = await place.member(way)
    await introduce(member, "王芳（演示）", "13800000001")
    for said in ("象棋报名", "[报名]", "[象棋业余组]", "[没错，报名]"):
        await member.say(said)

    ticket = await member.say("签到码")
    calendar = " [放进日历]" if way == "web" else ""
    assert re.sub(r"\n\d{6}\n", "\n……\n", ticket) == (
        "象棋和围棋比赛（演示），12月6日（周日）上午9:00，演示体育馆。入场出示这张图，或者说这6位数字：\n……\n"
        f"[怎么去]{calendar} [来不了]"
    )
    assert (await member.picture()).startswith(b"\x89PNG")

    for said in ("书画培训", "[报名]", "[书法]", "[没错，报名]"):
        await member.say(said)
    assert (await member.say("签到")).startswith("书画培训班（演示），")
    assert await member.say("[象棋和围棋比赛（演示）]") == ticket
    for said in ("我的", "[书画培训班（演示） 12月1日]", "[来不了]", "[退掉]"):
        await member.say(said)

    await place.pass_time(25 * DAY)

    assert (
        await member.read()
        == "明天上午9:00，象棋和围棋比赛（演示），演示体育馆。\n[签到码] [怎么去] [来不了]"
    )
    assert await member.say("[签到码]") == ticket


async def test_member_turns_up_is_checked_in_and_is_asked_how_it_was(place, way):
    member = await place.member(way)
    await introduce(member, "王芳（演示）", "13800000001")
    for said in ("象棋报名", "[报名]", "[象棋业余组]", "[没错，报名]"):
        await member.say(said)
    digits = re.search(r"\n(\d{6})\n", await member.say("签到码"))[1]
    await place.pass_time(timedelta(days=25, hours=22, minutes=30))
    assert (await member.read()).startswith("今天上午9:00，象棋和围棋比赛（演示）")

    async with place.house.database.transaction() as session:
        event = await events.by_slug(session, "board-contest")
    door = await place.page(f"/checkin/{doors.token(event, '刘（演示）', now=place.clock())}")
    assert "已到 <strong>0</strong> 人，共 1 人" in door
    scanned = await place.page(f"/checkin/at/board-contest/{digits}")
    assert "王*****，C001，共1位。" in scanned
    action = re.search(r'action="([^"]+)"', scanned)[1]
    assert "王*****，C001，签到好了。" in await place.page(action, said=digits)

    await place.pass_time(timedelta(days=1, hours=2))
    assert await member.read() == (
        "象棋和围棋比赛（演示）办完了，您觉得怎么样？\n[满意] [一般] [不满意] [说两句]"
    )
    member.actions = 0
    await member.run(("[满意]", "记下了，谢谢您。\n[说两句] [菜单] [转人工]"))
    assert member.actions == 1
    await place.pass_time(DAY)
    assert (await member.say("签到码")).startswith("您现在没有要入场的活动。")


async def test_poster_opens_the_card_for_a_member_who_was_here_before(place, way):
    member = await place.member(way)
    await member.say("您好")

    card = await member.start("board-contest")

    assert card.startswith("象棋和围棋比赛（演示） · 还有40个名额\n")
    assert card.endswith("\n[报名] [详细] [转人工]")
    assert (await member.say("[报名]")) == "您的姓名？\n[不填了]"


async def test_bot_has_its_name_on_posters_once_telegram_has_told_it(place):
    async with asyncio.timeout(10):
        while "telegram.png" not in await place.page("/e/board-contest/poster"):
            await asyncio.sleep(0.01)


async def test_two_hundred_reminders_found_after_a_pause_are_written_once(place):
    await fill(place, "public-lecture", 120)
    await fill(place, "quality-courses", 80)

    for pause in (timedelta(days=11, hours=5), timedelta(0), timedelta(days=2, hours=4), timedelta(0)):
        await place.pass_time(pause)

    async with place.house.database.transaction() as session:
        keys = list(await session.scalars(select(Letter.key).where(Letter.key.like("remind:%"))))
    assert len(keys) == len(set(keys)) == 200
