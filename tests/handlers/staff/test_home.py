"""Home: what needs somebody now, and the plots."""

import re
import time
from datetime import timedelta

import pytest
from sqlalchemy import insert

from models.case_deadlines import CaseDeadline
from models.case_lines import CaseLine
from models.cases import Case, CaseWorker
from models.members import Member
from models.notices import Notice
from models.rights import Grant
from models.unanswered import Unanswered
from tests.handlers.staff import people

NEED = re.compile(r'class="card need( late)?" href="/console(.*?)"><span class="big">(\d+)</span><span>(.*?)</span>(?:<small class="soft">(.*?)</small>)?')  # fmt: skip
PLOT = re.compile(r'alt="(.*?)"')


def needs(page) -> list[tuple[str, str, int, str, str]]:
    return [(to, title, int(number), detail, late.strip()) for late, to, number, title, detail in NEED.findall(page.html)]  # fmt: skip


async def busy(desks) -> None:
    """Let one of everything wait."""
    now = desks.clock()
    north = await people.member(desks, union_name="北冶")
    south = await people.member(desks, area="上地", phone="13800000000")
    await people.handoff(desks, north, minutes=30)
    await people.handoff(desks, south, minutes=150)
    await people.handoff(desks, south, minutes=600, state="closed")
    chess = await people.event(desks, area="上地", cap=20)
    await people.place(desks, chess, north, "offered", offered_until=now + timedelta(hours=23))
    await people.place(desks, chess, south, "offered", offered_until=now + timedelta(hours=25))
    await people.letter(desks, state="waiting", channel="phone", address=str(south))
    await people.letter(desks, state="gone", settled_at=now)
    await people.letter(desks, state="failed", channel="wechat", settled_at=now)
    await people.letter(desks, state="failed", settled_at=now - timedelta(days=2))
    await people.letter(desks, state="waiting", channel="wechat")
    await people.letter(desks, state="waiting", notice_id=7)
    await people.letter(desks, state="sent", settled_at=now)
    for asked in (now, now - timedelta(days=8)):
        await people.add(desks, Unanswered(text="食堂在哪", verdict="declined", asked_at=asked))
    draft = {
        "title": "停水",
        "text": "停水",
        "kind": "news",
        "audience": {},
        "created_by": "li",
        "valid_hours": 1,
    }
    await people.add(desks, *(Notice(**draft, created_at=now, state=state) for state in ("draft", "done")))
    case = {
        "member_id": south,
        "channel": "web",
        "address": "a",
        "topic": "wages",
        "urgency": "P2",
        "facts": {},
    }
    case |= {"opened_at": now, "union": "北冶", "promised": now - timedelta(minutes=1)}
    answered = Case(**case | {"answered_at": now})
    await people.add(desks, Case(**case), answered, Case(**case | {"state": "closed"}))
    for number, days, met in ((1, 7, None), (2, 8, None), (2, 1, now), (3, 1, None)):
        day = now.date() + timedelta(days=days)
        due = {"kind": "sue", "safe_day": day, "last_day": day, "by": "li", "at": now, "met_at": met}
        await people.add(desks, CaseDeadline(case_id=number, **due))


HANDOFFS = ("/inbox", "等人接的对话", 2, "最久的等了2小时，1位过了答应的时间", "late")
NOBODYS = ("/cases?whose=none", "没人办的案件", 2, "", "late")
LATE = ("/cases", "过了答应时间的案件", 1, "", "late")
DUE = ("/cases?days=7", "七天内到期的案件", 1, "最近的是11月17日", "late")
CALLS = ("/calls", "要打的电话", 1, "", "")
OFFERS = ("/events", "快到期的名额", 1, "一天内没人应就让给下一位", "")
NOTICES = ("/notices", "待审批的通知", 1, "", "")
QUESTIONS = ("/questions", "没答好的问题", 1, "近一周", "")
LOST = ("/notices", "昨天到现在没送到的消息", 2, "Telegram 1，微信 1", "late")
STUCK = ("/notices", "等了十分钟还没发出的消息", 1, "微信 1", "late")


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("administrator", [HANDOFFS, NOBODYS, LATE, DUE, CALLS, OFFERS, NOTICES, QUESTIONS, LOST, STUCK]),
        ("caseworker", [HANDOFFS, NOBODYS, LATE, DUE, CALLS]),
        ("organiser", [CALLS, OFFERS]),
        ("editor", [NOTICES, QUESTIONS, LOST, STUCK]),
        ("approver", [NOTICES]),
        ("viewer", []),
    ],
)
async def test_each_role_is_told_what_waits_for_it(desks, role, told):
    await busy(desks)

    page = await (await desks.enter("li", role)).open("")

    assert needs(page) == told
    assert ("眼下没有等着您的事。" in page.text) == (not told)
    assert ("该核对的内容" in page.text) == (role in {"administrator", "editor"})


async def test_only_what_lies_in_the_own_part_is_counted(one_desk):
    await one_desk.enter("boss", "administrator")
    await busy(one_desk)
    north = await one_desk.enter("bei", Grant("caseworker", union="北冶"), Grant("approver", union="北冶"))
    south = await one_desk.enter("nan", Grant("caseworker", area="上地"), Grant("organiser", area="上地"))

    assert needs(await north.open("")) == [
        ("/inbox", "等人接的对话", 1, "最久的等了30分钟", ""), NOBODYS, LATE, DUE,
    ]  # fmt: skip
    assert needs(await south.open("")) == [
        ("/inbox", "等人接的对话", 1, "最久的等了2小时，1位过了答应的时间", "late"), CALLS, OFFERS,
    ]  # fmt: skip


async def test_plots_say_their_numbers_in_words(desks, chat):
    for said in ("摄影比赛啥时候", "摄影比赛怎么报名", "贝加尔湖", "自考拿到文凭了，工会给不给报销一部分"):
        await chat.say(said)
    await busy(desks)
    li = await desks.enter("li", "viewer")

    told = PLOT.findall((await li.open("")).html)

    assert told == [
        "每周新会员：半年新来3位会员，这一周3位。",
        "每周提问：半年问了4句，这一周4句。答上了50%，给了选项25%，没答上25%。",
        "报名：象棋赛报上0/20。",
        "消息送达：Telegram送到1，失败1，拉黑1；微信送到0，失败1，拉黑0；电话送到4，失败0，拉黑0。",
    ]


async def test_an_empty_house_has_plots_too(one_desk):
    li = await one_desk.enter("li", "viewer")

    told = PLOT.findall((await li.open("")).html)

    assert told == [
        "每周新会员：半年新来0位会员，这一周0位。", "每周提问：半年问了0句，这一周0句。",
        "报名：眼下没有活动。", "消息送达：还没发过。",
    ]  # fmt: skip
    assert "还没有数据" in (await li.open("/plots/signups")).body.decode()


async def test_plots_are_pictures_without_script_and_foreign_things(one_desk):
    await busy(one_desk)
    await people.event(one_desk, "go", title="<script>alert(1)</script>围棋赛")
    li = await one_desk.enter("li", "viewer")

    for name in ("members", "questions", "signups", "delivery"):
        drawn = await li.open(f"/plots/{name}")
        svg = drawn.body.decode()
        assert (drawn.headers["Content-Type"], drawn.headers["Content-Disposition"]) == (
            "image/svg+xml",
            "inline",
        )
        assert "<script" not in svg
        assert re.findall(r"(?:href|src|url)\W{1,3}(?:https?:)?//", svg) == []
    assert (await li.open("/plots/other")).status == 404


async def test_home_takes_the_same_queries_for_one_row_and_for_three(one_desk):
    boss = await one_desk.enter("boss", "administrator")
    await busy(one_desk)
    first = await people.cost(one_desk, boss, "")
    for number in range(3):
        who = await people.member(one_desk, phone="13800000000")
        await people.handoff(one_desk, who, minutes=5)
        await people.event(one_desk, f"go{number}")
        await people.letter(one_desk, state="waiting", channel="phone", address=str(who))

    assert await people.cost(one_desk, boss, "") == first


async def test_home_is_quick_with_five_thousand_members(one_desk):
    boss = await one_desk.enter("boss", "administrator")
    now = one_desk.clock()
    rows = [
        {"name": f"会员{n}", "joined_at": now - timedelta(hours=n), "union_name": "北冶"}
        for n in range(5_000)
    ]
    async with one_desk.database.transaction() as session:
        await session.execute(insert(Member), rows)
    await boss.open("")

    took = []
    for _ in range(5):
        began = time.perf_counter()
        await boss.open("")
        took.append(time.perf_counter() - began)

    assert sorted(took)[2] < 0.2


async def test_own_cases_are_counted_with_what_members_wrote_since(desks):
    await busy(desks)
    li = await desks.enter("li", "caseworker")
    now = desks.clock()
    for number in (1, 2, 3):
        await people.add(desks, CaseWorker(case_id=number, staff_id=li.who.id, since=now))
    left = CaseLine(case_id=2, author="member", kind="text", text="在吗", file="", digest="", said_at=now)
    await people.add(desks, left)

    assert needs(await li.open(""))[1:2] == [("/cases?whose=mine", "我在办的案件", 2, "1件有新消息", "")]
