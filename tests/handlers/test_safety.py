"""Signs of danger and figures of speech, all told apart; these stand only here."""

import pytest

from handlers.safety import SOFT

SELF_HARM = [
    "我真的不想活了",
    "活着没意义，我想死",
    "我站在楼顶，想跳下去",
    "他们再不给钱我就跳楼",
    "昨天晚上我割腕了",
    "我已经写好遗书了",
    "不如死了算了",
    "家里没钱，我活不下去了",
    "我想自杀",
    "我买了农药，打算喝农药",
    "干脆一了百了",
    "I want to die",
]
THREATENED = [
    "老板把我锁在屋里",
    "他们不让我离开工地",
    "经理动手打我了",
    "包工头说要打我",
    "他拿刀对着我",
    "他们派人跟踪我",
    "我被打了，流着血",
    "they locked me in the dormitory",
]
VIOLENCE = [
    "我要砍死他",
    "真想弄死老板",
    "我要跟他同归于尽",
    "一把火烧了公司",
    "我买刀去找他",
    "不给钱我就杀了他",
    "我要打断他的腿",
]
INJURY = [
    "工友从脚手架上摔下来了",
    "有人触电了怎么办",
    "他的手被卷进机器里了",
    "血止不住了",
    "人昏过去了叫不醒",
    "井下煤气中毒了",
    "救命，快来人",
]
CROWD = [
    "几十个人堵在公司门口",
    "我们准备拉横幅",
    "大家都罢工了",
    "我们要一起去上访",
    "工人围住老板不让走",
    "工友们都聚在厂门口",
]
FIGURES = [
    "今天累死了",
    "这天热死了",
    "笑死我了",
    "气死我了，公司又拖工资",
    "想死你了",
    "跳楼价大甩卖",
    "急死了，什么时候开始报名",
    "饿死了，食堂几点开饭",
    "忙死了没空去",
    "吓死我了",
    "烦死了，天天加班",
    "羡慕死了他们的奖品",
    "拼命加班没有加班费",
    "打死我也不去新岗位",
    "死活不给我转正",
    "公司秒杀活动要我们加班",
    "电脑死机了表没填完",
    "老板死要面子不认错",
    "路上堵车迟到扣钱",
    "救命钱都被扣了",
    "这是我的血汗钱",
    "我想打官司",
    "今天忘了打卡",
    "工资砍价砍掉一半",
    "丑死了的工作服",
    "系统崩溃了报不上名",
    "信息爆炸的时代",
    "上火了嗓子疼",
    "贵死了的培训费",
    "坐车去游乐场玩跳楼机",
    "无聊死了有啥活动",
    "困死了还要开会",
    "疼死了的腰",
    "乐死了，我得奖了",
    "累成狗了还没钱",
    "卖命干了三年",
    "死记硬背的考试",
    "火烧眉毛了才通知",
    "心在滴血，钱没了",
    "掉链子了，照片没传上",
]


@pytest.mark.parametrize("text", SELF_HARM)
def test_self_harm_is_known(edition, text):
    assert edition.safety.sign(text) == "self_harm"


@pytest.mark.parametrize("text", THREATENED)
def test_threat_is_known(edition, text):
    assert edition.safety.sign(text) == "threatened"


@pytest.mark.parametrize("text", VIOLENCE)
def test_violence_is_known(edition, text):
    assert edition.safety.sign(text) == "violence"


@pytest.mark.parametrize("text", INJURY)
def test_injury_of_this_moment_is_known(edition, text):
    assert edition.safety.sign(text) == "injury_now"


@pytest.mark.parametrize("text", CROWD)
def test_crowd_is_known(edition, text):
    assert edition.safety.sign(text) == "crowd"


@pytest.mark.parametrize("text", ["我快崩溃了", "真撑不住了", "活着没意思", "天天哭", "I feel hopeless"])
def test_low_spirits_are_known(edition, text):
    assert edition.safety.sign(text) == SOFT


@pytest.mark.parametrize("text", FIGURES)
def test_figure_of_speech_is_no_danger(edition, text):
    assert edition.safety.sign(text) is None


def test_lists_are_long_enough():
    assert len([*SELF_HARM, *THREATENED, *VIOLENCE, *INJURY, *CROWD]) >= 40
    assert len(FIGURES) >= 40


def test_no_question_of_members_is_taken_for_danger(edition):
    phrasings = [text for entry in edition.content.entries for text in entry.phrasings]
    taken = {text: sign for text in phrasings if (sign := edition.safety.sign(text))}

    assert taken == {}


async def test_danger_breaks_into_everything(chat):
    await chat.say("摄影比赛啥时候")

    said = await chat.say("我不想活了")

    assert said.startswith("听到你这样说，我很担心你。你现在安全吗？")
    assert "12356" in said
    assert "我已请值班同事" not in said
    assert (await chat.say("摄影比赛啥时候")).startswith("关于“摄影")


async def test_danger_in_duty_hours_pages_a_colleague(chat, staffed):
    said = await chat.say("我要跟老板同归于尽")

    assert said == "我理解你很气愤。先别去现场，也别一个人扛。我这就请工作人员和你通话。\n[转人工]"
    assert {at for at, _ in chat.phone.shown} == {"wang", "desk"}
    assert "同归于尽" not in "".join(letter.text for _, letter in chat.phone.shown)


async def test_low_spirits_get_a_gentle_question(chat):
    assert await chat.say("撑不住了") == (
        "听起来您这阵子很难。想找人说说，12356一天24小时有人接。是工作上的事吗？\n[说说是什么事] [转人工]"
    )
