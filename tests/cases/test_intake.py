"""Legal aid as members meet it: asked step by step, private, stopped and taken up again, handed in."""

from dataclasses import replace

import pytest

from handlers.confiding import Ways
from models import consents, handoffs, members
from models.messages import Address

BEGIN = ("申请法律援助", "[只有我用]", "[同意]")
CONTACT = ("王芳（演示）", "13800000001", "[下午]")
NOTHING = ("[都没有]", "[还没找过]", "[拿回钱]", "[就这些]", "[都没有]", "[都难找]", *CONTACT)
NOTICE = "内容只有办案的同事能看，不会告诉单位，随时可以停。这部手机只有您自己用吗？\n[只有我用] [别人也看得到] [先找人说]"
CONSENT = "我们会记下您说的情况、姓名和手机号，只用来办这件事。同意吗？\n[同意] [不同意] [先找人说]"
TOPIC = "出了什么事？点最像的一个。\n[没发工资] [被辞退] [受伤了] [加班费] [没签合同] [没交社保] [别的事] [转人工]"
WHAT = "简单说说怎么回事，写一两句就行。\n[先不写] [转人工]"
PAPER = "手里有写着日期的文书吗？\n[单位的通知] [裁决书] [开庭通知] [没有] [转人工]"
NOW = "眼下有这些吗？可以点几个。\n[单位人跑了] [在搬东西] [大家停工了] [今天逼我签] [急救没人付] "
SENSITIVE = (
    "后面会问到身体、怀孕、年纪这些，比别的更要紧，单独问您一次：可以记吗？\n[可以记] [不要记] [先找人说]"
)
MOVE = "下面要填个人情况，在这里说不保险。点按钮到工会自己的网页接着填，15分钟内有效。\n[打开接着填] [转人工]"
ELSEWHERE = "这里不方便填个人情况。请用您自己常用的那台设备，或者请同事和您联系。\n[转人工] [菜单]"
PAGED = "收到了，编号{number}。已请值班同事马上看，下午5:30前联系您。"
BUTTONS = "\n[补材料] [我的案件] [转人工]"
DEADLINE = "\n\n按您说的日子，11月15日（周日）以前就去办最稳妥。日子近了，请今天就找人看，也可以打：\n12351"


async def tell(chat, *said, member="wang") -> str:
    """Say one thing after the other; return the last answer."""
    told = ""
    for one in said:
        told = await chat.say(one, member=member)
    return told


async def test_migrant_workers_hand_in_their_wages_together(town, staffed):
    await town.page.run(
        ("申请法律援助", NOTICE),
        ("[只有我用]", CONSENT),
        ("[同意]", TOPIC),
        ("[没发工资]", WHAT),
        ("三个月没发，十几个人", PAPER),
        ("[没有]", "从什么时候开始没给的？\n[记不清] [转人工]"),
        ("春节前", "没太看明白。这样写就行：去年10月，或者 2026年5月。\n\n从什么时候开始没给的？\n[记不清] [转人工]"),
        ("今年8月", "现在还在这家单位吗？\n[还在] [离开了] [转人工]"),
        ("[还在]", "单位全名叫什么？合同、工资条、工牌上都有。\n[说不上来] [转人工]"),
        ("某某建筑公司（演示）", "平时在哪儿上班？写街道或者地名。\n[不填了] [转人工]"),
        ("西二旗工地", "单位注册在海淀吗？\n[在海淀] [在别处] [不清楚] [转人工]"),
        ("不清楚", "您是进城务工的吗？老家是农村户口就算。\n[是] [不是] [不想说] [转人工]"),
        ("[是]", "一共欠您多少？\n[不清楚] [转人工]"),
        ("30000", "一样情况的，连您一共几个人？\n[就我自己] [转人工]"),
        ("12", f"{NOW}[都没有] [转人工]"),
        ("[大家停工了]", f"{NOW.replace('停工了', '停工了 √')}[就这些] [转人工]"),
        ("[就这些]", "找过谁了？可以点几个。\n[单位] [工会] [劳动监察] [调解] [仲裁] [法院] [还没找过] [转人工]"),
        ("1和3", "您最想要什么？可以点几个。\n[拿回钱] [回去上班] [要补偿] [补手续] [先问清楚] [国家法援] [还没想好] [转人工]"),
        ("拿回钱", ("手里有哪些？可以点几个，上班证明是合同、工资条、工牌、聊天这些。\n"
         "[上班证明] [说好的发薪日] [工资流水] [欠条] [催要记录] [都没有] [转人工]")),
        ("上班证明，欠条", "这些里面，能找来的是哪些？\n[说好的发薪日] [工资流水] [催要记录] [都难找] [转人工]"),
        ("2", "怎么称呼您？\n[不填了] [转人工]"),
        ("王芳（演示）", "手机号？同事好给您打电话。\n[不填了] [转人工]"),
        ("13800000001", "什么时候方便接电话？\n[上午] [下午] [晚上] [都行] [转人工]"),
        ("[下午]", ("请看一遍，都对吗？\n"
         "事情：没发工资，三个月没发,十几个人，文书：没有，没给从2026年8月1日\n"
         "单位：还在，某某建筑公司(演示)，上班在西二旗工地，进城务工：是\n"
         "钱和人：欠30000，人数12\n"
         "情况：大家停工了，找过单位、劳动监察，想要拿回钱\n"
         "材料：有上班证明、欠条，能找来工资流水\n"
         "联系：王芳(演示)，13800000001，接电话下午\n[没错，交上去] [改一改] [转人工]")),
        ("[没错，交上去]", (f"{PAGED.format(number='2026-0001')}\n\n十个人以上可以推代表：先选3到5位，每个人自己来点同意，"
         f"名单由代表留着，不用发给我。{BUTTONS}")),
    )  # fmt: skip

    case = (await town.cases())[0]
    assert await town.desk() == ["有一件急事（P1）要马上看：案件2026-0001。"]
    assert (case.topic, case.urgency, case.people, case.at) == ("wages", "P1", 12, Address("phone", "wang"))
    assert case.facts == {
        "device": "mine", "what": "三个月没发,十几个人", "paper_kind": "none", "owed_since": "2026-08-01",
        "employed": "yes", "workplace": "西二旗工地", "migrant": "yes", "owed": "30000", "people": "12",
        "stoppage": "yes", "tried": "employer,inspection", "goal": "money", "time": "下午",
    }  # fmt: skip
    async with town.page.database.transaction() as session:
        member = await members.at_address(session, case.at, now=town.now)
        agreed = [found.purpose for found in await consents.of(session, member)]
    assert agreed == ["case:2026-0001"]


async def test_dismissed_while_pregnant(town, staffed):
    told = await tell(
        town.page, *BEGIN, "[被辞退]", "[可以记]", "说我怀孕了不要我", "[单位的通知]", "昨天", "[离开了]", "昨天",
        "某某公司（演示）", "中关村", "[在海淀]", "2019年5月", "[签了]", "8000", "[就我自己]", "[怀孕]", "[就这些]",
        "[今天逼我签]", "[就这些]", "[还没找过]", "[回去上班]", "[就这些]", "[都没有]", "通知或录音", *CONTACT,
    )  # fmt: skip
    assert told == (
        "请看一遍，都对吗？\n"
        "事情：被辞退，说我怀孕了不要我，文书：单位的通知，通知2026年11月9日\n"
        "单位：离开了，干到2026年11月9日，某某公司(演示)，上班在中关村，注册在海淀，从2019年5月1日，合同：签了\n"
        "钱和人：月工资8000\n情况：怀孕，今天逼我签，想要回去上班\n材料：能找来通知或录音\n"
        "联系：王芳(演示)，13800000001，接电话下午\n[没错，交上去] [改一改] [转人工]"
    )

    assert await tell(town.page, "[没错，交上去]") == PAGED.format(number="2026-0001") + BUTTONS

    case = (await town.cases())[0]
    assert (case.urgency, case.facts["protected"], case.facts["pressed"]) == ("P1", "pregnant", "yes")
    async with town.page.database.transaction() as session:
        member = await members.at_address(session, case.at, now=town.now)
        agreed = [found.purpose for found in await consents.of(session, member)]
    assert agreed == ["case:2026-0001", "case_sensitive:2026-0001"]


async def test_sensitive_things_are_not_asked_of_who_does_not_agree(town, staffed):
    await tell(town.page, *BEGIN)
    await town.page.run(("[受伤了]", SENSITIVE), ("[不要记]", WHAT), ("[先不写]", PAPER))
    told = await tell(
        town.page, "[没有]", "[还在]", "[说不上来]", "上地", "[不清楚]", "[不清楚]", "[全职]", "[不想说]"
    )
    assert told == f"{NOW}[都没有] [转人工]"


async def test_injured_two_weeks_ago_and_the_employer_is_silent(town, staffed):
    told = await tell(
        town.page, *BEGIN, "[受伤了]", "[可以记]", "手压伤了", "两周前", "[没报]", "[没有]", "[还在]",
        "某某厂（演示）", "上地", "[不清楚]", "[没签]", "[全职]", "[不是]", "[工伤]", "[就这些]", "[都没有]", "[还没找过]",
        "[先问清楚]", "[就这些]", "[诊断证明]", "[就这些]", "证人", *CONTACT, "[没错，交上去]",
    )  # fmt: skip

    case = (await town.cases())[0]
    assert (
        told
        == f"收到了，编号2026-0001。11月13日（周五）下午5:30前同事会联系您，先帮您把事情理清楚。材料慢慢补，不急。{BUTTONS}"
    )
    assert (case.urgency, case.facts["injury_day"], case.facts["injury_filed"]) == ("P2", "2026-10-27", "no")


async def test_limitation_ends_in_five_days(town, staffed):
    told = await tell(
        town.page, *BEGIN, "[没发工资]", "[先不写]", "[没有]", "[记不清]", "[离开了]", "去年11月15日", "某某公司（演示）",
        "中关村", "[在海淀]", "[不是]", "5000", "[就我自己]", *NOTHING, "[没错，交上去]",
    )  # fmt: skip

    assert told == f"{PAGED.format(number='2026-0001')}{DEADLINE}{BUTTONS}"


async def test_time_that_may_be_over_is_never_called_too_late(town, staffed):
    told = await tell(
        town.page, *BEGIN, "[没发工资]", "[先不写]", "[没有]", "[记不清]", "[离开了]", "去年3月1日", "某某公司（演示）",
        "中关村", "[在海淀]", "[不是]", "5000", "[就我自己]", *NOTHING, "[没错，交上去]",
    )  # fmt: skip

    assert told == (
        "收到了，编号2026-0001。11月13日（周五）下午5:30前同事会联系您，先帮您把事情理清楚。材料慢慢补，不急。\n\n"
        f"单位可能会拿时间说事，别自己先放弃，请尽快找人看，也可以打：\n12351{BUTTONS}"
    )


async def test_words_of_danger_come_first_and_the_form_is_kept(town, staffed):
    await tell(town.page, *BEGIN, "[没发工资]")

    told = await tell(town.page, "拿不到钱我就不想活了")

    crisis = town.page.dialogue.edition.content.danger.answers["self_harm"]
    assert told == f"{crisis.text.format(paged=crisis.paged)}\n[转人工]"
    assert await town.desk() == ["有人要找同事（P0），请马上看：第1号。"]
    async with town.page.database.transaction() as session:
        member = await members.at_address(session, Address("phone", "wang"), now=town.now)
        assert (await handoffs.of(session, member)).urgency == "P0"
    await town.page.run(("继续", WHAT))


async def test_form_begun_on_telegram_goes_on_in_a_browser_the_next_day(town, staffed):
    await town.telegram.run(("申请法律援助", NOTICE), ("[只有我用]", CONSENT), ("[同意]", MOVE))
    town.clock.tick(86_400)
    await town.telegram.run(("继续", MOVE))
    assert await town.follow("browser") == TOPIC

    told = await tell(
        town.page, "[没发工资]", "[先不写]", "[没有]", "[记不清]", "[还在]", "某某公司（演示）", "中关村", "[在海淀]", "[是]",
        "[不清楚]", "[就我自己]", *NOTHING, "[没错，交上去]", member="browser",
    )  # fmt: skip

    assert told == PAGED.format(number="2026-0001") + BUTTONS
    case = (await town.cases())[0]
    assert (case.at, case.facts["reach"]) == (Address("phone", "browser"), "telegram:wang")


async def test_what_is_typed_on_telegram_is_no_answer(town, staffed):
    await tell(town.telegram, *BEGIN)
    await town.telegram.say("被辞退")
    told = await town.telegram.send(town.telegram.incoming("sticker"))
    assert told == "这个我看不了，打几个字就行。\n[菜单] [转人工]"
    await town.telegram.run(("继续", MOVE))
    await town.follow("browser")

    await town.page.run(("继续", TOPIC), member="browser")


async def test_second_device_in_another_hand_sees_nothing_of_the_form(town, staffed):
    """The employer's officer holds a second device that was linked with the member's record."""
    await tell(town.page, *BEGIN, "[没发工资]")
    async with town.page.database.transaction() as session:
        member = await members.at_address(session, Address("phone", "wang"), now=town.now)
        for at in (Address("phone", "officer"), Address("telegram", "officer")):
            await members.open_from(session, member, at, "")
    waiting = town.page._press("[先不写]", "wang")

    for chat in (town.page, town.telegram):
        await chat.run(("继续", ELSEWHERE), ("申请法律援助", ELSEWHERE), member="officer")
        cancel = chat.incoming("press", "officer", value="form:cancel")
        assert await chat.send(cancel) == ELSEWHERE
        assert "继续填" not in await chat.say("菜单", member="officer")
        for said in ("返回", "稍后再填", "取消"):
            await chat.say(said, member="officer")
    refusing = town.page.incoming("press", "officer", value="aid:no")
    assert await town.page.send(refusing) == f"这是以前的按钮，现在的情况是：\n\n{ELSEWHERE}"
    pressed = replace(waiting, id="other", sender=Address("phone", "officer"))
    assert await town.page.send(pressed) == f"这是以前的按钮，现在的情况是：\n\n{ELSEWHERE}"
    await town.page.say("他们欠我钱", member="officer")
    await town.page.say("隐私", member="officer")
    assert "没发工资" not in await town.page.say("[看一看]", member="officer")
    await town.page.say("隐私")
    assert "没填完的单子里写了：只有我用，同意，没发工资。" in await town.page.say("[看一看]")
    await town.page.run(("继续", WHAT))


async def test_something_else_asked_in_the_middle_is_answered(town):
    await tell(town.page, *BEGIN, "[没发工资]", "[先不写]")

    told = await tell(town.page, "我本科毕业了能补多少钱")

    assert told.startswith("关于“学费资助”：2014年的做法：")
    assert told.endswith(f"\n\n{PAPER} [继续填]")
    await town.page.run(("[没有]", "从什么时候开始没给的？\n[记不清] [转人工]"))


async def test_person_asked_for_in_the_middle_keeps_the_form(town, staffed):
    await tell(town.page, *BEGIN, "[没发工资]")
    told = await tell(town.page, "转人工")
    assert told.startswith("好，请同事来，")

    await town.page.run(("继续", WHAT), ("[先不写]", PAPER))


async def test_form_goes_back_is_put_aside_and_given_up(town):
    await tell(town.page, *BEGIN, "[没发工资]")
    await town.page.run(
        ("返回", f"好，退回一步。\n\n{TOPIC}"),
        ("稍后再填", "好的，替您存着，30天内说“继续”接着填。\n[继续填] [菜单]"),
    )
    town.clock.tick(29 * 86_400)
    await town.page.run(
        ("[继续填]", TOPIC),
        ("取消", "好，不填了，什么都没有交上去。\n[菜单] [转人工]"),
        ("继续", "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"),
    )


async def test_who_does_not_agree_leaves_nothing(town):
    await tell(town.page, "申请法律援助", "[只有我用]")

    await town.page.run(
        ("[不同意]", "好，什么都没有记。想说的时候随时来，也可以打电话说：\n12351\n[转人工] [菜单]"),
        ("继续", "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"),
    )


async def test_who_has_agreed_since_is_shown_how_things_stand(town):
    await tell(town.page, "申请法律援助", "[只有我用]")
    refusing = town.page._press("[不同意]", "wang")
    await town.page.say("[同意]")

    assert await town.page.send(refusing) == f"这是以前的按钮，现在的情况是：\n\n{TOPIC}"
    await town.page.run(("取消", "好，不填了，什么都没有交上去。\n[菜单] [转人工]"))
    assert (await town.page.send(replace(refusing, id="again"))).startswith("这是以前的按钮，")


async def test_shared_device_is_told_to_be_careful(town):
    await tell(town.page, "申请法律援助")

    await town.page.run(
        ("[别人也看得到]", ("那就小心些：单位看得到的设备别用，填完关掉网页，急的事打电话说。我们会记下您说的情况、姓名和手机号，"
         "只用来办这件事。同意吗？\n[同意] [不同意] [先找人说]")),
        ("[同意]", TOPIC),
    )  # fmt: skip


async def test_without_a_public_page_telegram_gives_the_telephone_and_a_person(town):
    town.telegram.dialogue.ways = Ways(frozenset({"phone"}))

    await town.telegram.run(
        (
            "申请法律援助",
            "下面要填个人情况，在这里说不保险。请打电话说，或者请同事和您联系：\n12351\n[转人工] [菜单]",
        ),
        ("继续", "眼下没有要接着填的。想问什么直接打字。\n[菜单] [转人工]"),
    )


async def test_what_is_wrong_is_corrected_before_anything_is_handed_in(town, staffed):
    await tell(
        town.page, *BEGIN, "[没发工资]", "[先不写]", "[没有]", "[记不清]", "[还在]", "某某公司（演示）", "中关村", "[在海淀]",
        "[不是]", "5000", "[就我自己]", "[都没有]", "[还没找过]", "[拿回钱]", "[就这些]", "[欠条]", "[就这些]", "[都难找]", *CONTACT,
    )  # fmt: skip
    await town.page.run(
        ("[改一改]", "改哪一块？\n[事情] [单位] [钱和人] [情况] [材料] [联系] [转人工]"),
        ("[钱和人]", "一共欠您多少？\n[5000] [不填了] [不清楚] [转人工]"),
        ("8000", "一样情况的，连您一共几个人？\n[就我自己] [转人工]"),
        ("[就我自己]", ("请看一遍，都对吗？\n事情：没发工资，文书：没有\n"
         "单位：还在，某某公司(演示)，上班在中关村，注册在海淀，进城务工：不是\n钱和人：欠8000\n情况：想要拿回钱\n"
         "材料：有欠条\n联系：王芳(演示)，13800000001，接电话下午\n[没错，交上去] [改一改] [转人工]")),
        ("[改一改]", "改哪一块？\n[事情] [单位] [钱和人] [情况] [材料] [联系] [转人工]"),
        ("[材料]", ("手里有哪些？可以点几个，上班证明是合同、工资条、工牌、聊天这些。\n"
         "[上班证明] [说好的发薪日] [工资流水] [欠条 √] [催要记录] [就这些] [转人工]")),
    )  # fmt: skip
    assert await town.cases() == []


async def test_nobody_on_duty_promises_nothing(town):
    told = await tell(
        town.page, *BEGIN, "[别的事]", "[年假病假]", "[先不写]", "[没有]", "上个月", "[还在]", "[说不上来]", "中关村", "[在海淀]",
        "2019年5月", "[签了]", "[全职]", "[都没有]", "[还没找过]", "国家法援", "[都没有]", "[都难找]", "[困难]", *CONTACT,
        "[没错，交上去]",
    )  # fmt: skip

    case = (await town.cases())[0]
    assert told == f"收到了，编号2026-0001。这里现在没有人值班，不让您空等，请打：\n12351{BUTTONS}"
    assert (case.topic, case.promised, case.facts["hardship"]) == ("leave", None, "yes")
    assert await town.desk() == []


async def test_urgent_case_off_duty_says_nothing_of_a_page(town, staffed):
    town.clock.tick(12 * 3600)
    told = await tell(
        town.page, *BEGIN, "[没发工资]", "[先不写]", "[没有]", "[记不清]", "[还在]", "某某公司（演示）", "中关村", "[在海淀]", "[是]",
        "[不清楚]", "[就我自己]", *NOTHING, "[没错，交上去]",
    )  # fmt: skip

    assert told == (
        f"收到了，编号2026-0001。11月11日（周三）下午5:30前同事会联系您，先帮您把事情理清楚。材料慢慢补，不急。{BUTTONS}"
    )
    assert ((await town.cases())[0].urgency, await town.desk()) == ("P1", [])


@pytest.mark.parametrize(("menu", "label"), [("menu:labour", "申请法律援助"), ("menu:aid", "申请法律援助")])
async def test_menus_lead_to_legal_aid(town, menu, label):
    shown = await town.page.send(town.page.incoming("press", value=menu))

    assert f"[{label}]" in shown
    await town.page.run((f"[{label}]", NOTICE))


async def test_known_member_is_not_asked_for_name_and_phone(town, staffed):
    async with town.page.database.transaction() as session:
        member = await members.at_address(session, Address("phone", "wang"), now=town.now)
        member.name, member.phone = "王芳（演示）", "13800000001"

    told = await tell(
        town.page, *BEGIN, "[没发工资]", "[先不写]", "[没有]", "[记不清]", "[还在]", "某某公司（演示）", "中关村", "[在海淀]",
        "[不是]", "[不清楚]", "[就我自己]", "[都没有]", "[还没找过]", "[还没想好]", "[都没有]", "[都难找]",
    )  # fmt: skip

    assert told == "什么时候方便接电话？\n[上午] [下午] [晚上] [都行] [转人工]"
