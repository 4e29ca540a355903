"""Everything that is kept about a member is given to them."""

import re
from datetime import timedelta

from models import membership, personal_data, roster, staff
from models.answers import NoticeAnswer
from models.consents import Consent
from models.conversations import Conversation
from models.events import Event
from models.files import File
from models.handoffs import HandOff, HandOffLine
from models.interests import Interest
from models.linking import Link
from models.members import Contact, Member
from models.membership import Unmatched
from models.notice_lines import NoticeLine
from models.notices import Notice
from models.opinions import Opinion
from models.outbox import Letter
from models.pairs import Pair
from models.places import Place
from models.rights import Grant
from models.roster import Holder
from models.works import Work
from tests.databases import statements
from tests.models.life import lived, theirs

FENG = Holder("冯芳（演示）", "6214680000111111", "13800000001", "北冶", "上地")
ELSEWHERE = {
    "files",
    "members",
    "passes",
    "place_audit",
    "handoff_labels",
    "handoff_readers",
    "case_workers",
    "case_warnings",
    "application_bars",
    "objections",
}
"""Tables that say nothing of a member beside what is told: files lie beside the table, the rest is how colleagues work."""


async def one(session, now) -> Member:
    """Let somebody be a member of whom everything is known, and another of whom nothing is."""
    member = Member(joined_at=now, language="zh")
    session.add_all([member, Member(joined_at=now)])
    await session.flush()
    await roster.put(session, [FENG], source="演示", now=now)
    await membership.bind(session, member, (await roster.by_phone(session, FENG.phone))[0], now=now)
    at = {"member_id": member.id}
    session.add_all([
        Event(id=1, slug="chess", kind="contest", title="象棋赛"), Event(id=2, slug="go", kind="contest", title="围棋赛"),
        Notice(id=1, title="停水", text="停水", kind="news", audience={}, created_by="li", created_at=now, valid_hours=1),
        File(hash="x", size=1, type="image/jpeg", purpose="work", at=now),
    ])  # fmt: skip
    await session.flush()
    session.add_all([
        Place(id=1, event_id=1, state="attended", since=now, joined_at=now, name="冯芳", phone="138", answers={"级别": "业余"}, **at),
        Place(id=2, event_id=2, state="cancelled", since=now, joined_at=now, **at),
        HandOff(id=1, channel="web", address="a", about="欠薪", phone="138", asked_at=now, **at),
    ])  # fmt: skip
    await session.flush()
    session.add_all([
        Contact(channel="web", address="a", **at), Unmatched(said="冯芳 1", said_at=now, **at),
        Link(asked_at=now, until=now, **at), Opinion(place_id=1, asked_at=now, answer="good", words="好", answered_at=now),
        Pair(event_id=1, code_hash="x", wish={"name": "冯芳"}, until=now, **at),
        Work(event="photo", number=1, title="晨练", colour=True, group="手机", original="x", shown="x", thumbnail="x",
             dhash="0", small=False, credited=True, consented_at=now, at=now, **at),
        Consent(purpose="signup:chess", given_at=now, **at),
        Consent(purpose="signup:go", how="oral", given_at=now, withdrawn_at=now + timedelta(days=1), **at),
        Interest(programme="photo", since=now, **at), Conversation(asked={"text": "年假"}, touched_at=now, **at),
        HandOffLine(handoff_id=1, author="member", kind="text", text="三个月没发", said_at=now),
        Letter(channel="web", address="a", body={}, lane=3, state="sent", due=now, created_at=now, notice_id=1, **at),
        NoticeLine(notice_id=1, fields={"座位": "3排"}, **at), NoticeAnswer(notice_id=1, action="human", at=now, **at),
    ])  # fmt: skip
    await session.flush()
    return member


async def test_everything_is_told(database, clock):
    async with database.transaction() as session:
        member = await one(session, clock())

        rows = await personal_data.rows(session, member)

    assert [tuple(row[:2]) for row in rows] == [
        ("类别", "内容"), ("编号", member.id), ("姓名", "冯芳（演示）"), ("手机号", "13800000001"), ("单位工会", "北冶"),
        ("区域", "上地"), ("语言", "zh"), ("要活动消息", "要"), ("京卡", "6214680000111111（冯芳（演示），13800000001）"),
        ("聊天地址", "web a"), ("没对上的绑定", "冯芳 1"), ("关联手机", ""), ("报名", "象棋赛：到了 冯芳 138 级别 业余"),
        ("报名", "围棋赛：取消了"), ("评价", "象棋赛：good 好"), ("搭档", "象棋赛：name 冯芳"), ("作品", "photo：P001 晨练"),
        ("同意", "signup:chess"), ("同意", "signup:go oral"), ("撤回同意", "signup:go"), ("想知道的活动", "photo"),
        ("对话", "text 年假"), ("找过同事", "欠薪 138"), ("和同事说的话", "我：三个月没发"), ("通知", "停水（sent）"),
        ("通知里填的", "停水：座位 3排"), ("按过的按钮", "停水：human"),
    ]  # fmt: skip


async def test_case_is_told_without_the_notes_of_colleagues(database, clock):
    async with database.transaction() as session:
        member = Member(joined_at=clock())
        session.add(member)
        await session.flush()
        await lived(session, member, clock())

        rows = await personal_data.rows(session, member)

    assert [row[:2] for row in rows if str(row[0]).startswith(("案件", "约见"))] == [
        ("案件", "2026-0001 wages closed 乌梦（演示） 13855550001 墨鱼厂 paid"), ("案件里填的", "2026-0001：what 墨鱼；reach phone:wu"),
        ("案件状态", "2026-0001： → new"), ("案件急缓", "2026-0001：P1 → P2 墨鱼"), ("案件里说的话", "2026-0001 我：墨鱼"),
        ("案件材料", "2026-0001：contract have 墨鱼合同.jpg"), ("案件期限", "2026-0001：limitation 2026-11-10 墨鱼"),
        ("约见", "2026-0001：proposed 墨鱼 墨鱼"),
    ]  # fmt: skip
    assert "墨鱼内部" not in str(rows)


async def test_colleague_reads_only_applications_that_they_decide_on(database, clock):
    grants = {"near": Grant("approver"), "there": Grant("caseworker", area="上地"), "far": Grant("approver", area="西二旗"), "other": Grant("viewer")}  # fmt: skip
    async with database.transaction() as session:
        member = Member(joined_at=clock())
        session.add(member)
        await session.flush()
        await lived(session, member, clock())
        told = {}
        for login, grant in grants.items():
            colleague = await staff.add(session, login, login, "x", [grant], now=clock())
            rows = await personal_data.rows(session, member, reader=colleague)
            told[login] = [row[0] for row in rows if str(row[0]).startswith(("申请", "付款"))]

    whole = ["申请", "申请里填的", "申请办到", "申请办到", "申请的材料", "付款"]
    assert told == {"near": whole, "there": whole, "far": [], "other": []}


async def test_of_whom_nothing_is_known_little_is_told(small, clock):
    async with small.transaction() as session:
        member = Member(joined_at=clock(), wants_news=False)
        session.add(member)
        await session.flush()

        rows = await personal_data.rows(session, member)

    assert [row[:2] for row in rows[1:]] == [("编号", member.id), ("要活动消息", "不要")]


async def test_every_table_with_rows_of_a_member_is_asked(small, clock):
    async with small.transaction() as session:
        member = await one(session, clock())
        with statements(small) as asked:
            await personal_data.rows(session, member)

    missing = [
        name
        for name in set(theirs()) - ELSEWHERE
        if not re.search(rf"(FROM|JOIN) {name}\b", "\n".join(asked))
    ]
    assert missing == []
