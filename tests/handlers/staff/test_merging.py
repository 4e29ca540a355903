"""Two records made one, and one person forgotten."""

from sqlalchemy import select

from models import consents
from models.audit import AuditLine
from models.conversations import Conversation
from models.handoffs import HandOffLine
from models.members import Contact, Member
from models.outbox import Letter
from models.places import Place
from models.rights import Grant
from models.roster import Holder
from tests.handlers.staff import people

WHY = {"reason": "本人带着两台手机来"}


async def reasons(here) -> list[tuple[str, str, str]]:
    async with here.database.transaction() as session:
        lines = await session.scalars(select(AuditLine).where(AuditLine.detail != "").order_by(AuditLine.id))
        return [(line.action, line.about, line.detail) for line in lines]


async def test_two_records_are_looked_at_and_made_one(desks):
    keep = await people.bound(desks, channels=("telegram",))
    other = await people.member(desks, None, channels=("wechat",))
    third = await people.member(desks, channels=("telegram",))
    chess = await people.event(desks, cap=2)
    for who, state in ((keep, "confirmed"), (other, "confirmed"), (third, "waiting")):
        await people.place(desks, chess, who, state)
    boss = await desks.enter("boss", "administrator")

    page = await boss.open(f"/members/{keep}/merge?other={other}")
    after = await boss.follow(f"/members/{keep}/merge", "merge", other=other, **WHY)

    assert (
        f"留下：{keep} 姓名 冯芳（演示） 手机号 138****0001 单位工会 北冶 京卡 绑了 手机 Telegram 报名 象棋赛"
        in page.text
    )
    assert f"并进来：{other} 姓名 没有 手机号 没有 单位工会 没有 京卡 没绑 手机 微信 报名 象棋赛" in page.text
    assert "合好了，是同一个人了。" in after.text
    async with desks.database.transaction() as session:
        assert await session.get(Member, other) is None
        assert (await session.get_one(Contact, ("wechat", f"wechat{other}"))).member_id == keep
        places = await session.scalars(select(Place).order_by(Place.id))
        assert [(place.member_id, place.state) for place in places] == [
            (keep, "confirmed"),
            (third, "offered"),
        ]
        assert [letter.address for letter in await session.scalars(select(Letter))] == [f"telegram{third}"]
    assert await reasons(desks) == [
        ("view", f"/members/{other}", f"beside {keep}"),
        ("合并会员", f"/members/{other}", f"merged into {keep}: {WHY['reason']}"),
    ]  # fmt: skip


async def test_holders_of_two_cards_stay_two(one_desk):
    keep = await people.bound(one_desk)
    other = await people.bound(one_desk, Holder("李雷（演示）", "6214680000222222", "13800000002"))
    boss = await one_desk.enter("boss", "administrator")

    told = await boss.do(f"/members/{keep}/merge", "merge", other=other, **WHY)

    assert (told.status, "两边各绑着一张京卡，先解开一张再合。" in told.text) == (422, True)
    assert f'value="{WHY["reason"]}"' in told.html
    told = await boss.do(f"/members/{keep}/merge", "merge", other=other)
    assert "请写明为什么，会记进操作记录。" in told.text
    for said in (keep, 999, "", "x"):
        assert (await boss.open(f"/members/{keep}/merge?other={said}")).status == 404
        assert (await boss.do(f"/members/{keep}/merge", "merge", other=said, **WHY)).status == 404


async def test_member_is_forgotten_after_their_number_was_typed(desks):
    number = await people.bound(desks, channels=("telegram",))
    second = await people.member(desks, channels=("wechat",))
    chess = await people.event(desks, cap=1)
    await people.place(desks, chess, number, "confirmed", name="冯芳（演示）")
    await people.place(desks, chess, second, "waiting")
    await people.add(desks, Conversation(member_id=number, asked={"text": "离婚"}, touched_at=desks.clock()))
    await people.handoff(desks, number, minutes=9, state="closed")
    await people.add(
        desks, HandOffLine(handoff_id=1, author="member", kind="text", text="急", said_at=desks.clock())
    )
    async with desks.database.transaction() as session:
        member = await session.get_one(Member, number)
        await consents.give(session, member, consents.SIGN_UP, "chess", now=desks.clock())
    boss = await desks.enter("boss", "administrator")
    path = f"/members/{number}/erase"
    assert "删了找不回来。" in (await boss.open(path)).text

    unsure = await boss.do(path, "erase", sure="1000", **WHY)
    silent = await boss.do(path, "erase", sure=number)
    after = await boss.follow(path, "erase", sure=number, **WHY)

    assert (unsure.status, "请再填一次这位会员的编号。" in unsure.text) == (422, True)
    assert "请写明为什么，会记进操作记录。" in silent.text
    assert f"会员 {number} 的资料删了。" in after.text
    async with desks.database.transaction() as session:
        member = await session.get_one(Member, number)
        assert (member.name, member.phone, member.roster_id, member.union_name) == (None, None, None, "")
        assert (await session.get_one(Conversation, number)).asked == {}
        assert await session.scalar(select(HandOffLine)) is None
        places = await session.scalars(select(Place).order_by(Place.id))
        assert [(place.state, place.name) for place in places] == [("cancelled", ""), ("offered", "")]
        assert [letter.channel for letter in await session.scalars(select(Letter))] == ["wechat"]
    assert await reasons(desks) == [("删除会员资料", f"/members/{number}", WHY["reason"])]


async def test_open_talk_is_told_before_somebody_is_forgotten(one_desk):
    number = await people.member(one_desk, channels=("web",))
    await people.handoff(one_desk, number, minutes=9)
    boss = await one_desk.enter("boss", "administrator")

    assert "还有一个没办完的对话，办完再删一次。" in (await boss.open(f"/members/{number}/erase")).text
    await boss.follow(f"/members/{number}/erase", "erase", sure=number, **WHY)

    assert "找同事 1 次" in (await boss.open(f"/members/{number}")).text


async def test_only_administrators_merge_and_forget_and_only_their_own(one_desk):
    await one_desk.enter("boss", "administrator")
    number = await people.bound(one_desk)
    other = await people.member(one_desk, union_name="北冶")
    far = await people.member(one_desk, union_name="佳讯")
    li = await one_desk.enter("li", "caseworker")
    mine = await one_desk.enter("bei", Grant("administrator", union="北冶"))
    paths = {f"/members/{number}/merge": "merge", f"/members/{number}/erase": "erase"}

    for path, action in paths.items():
        assert (await li.open(f"{path}?other={other}")).status == 403
        assert (await li.do(path, action, other=other, sure=number, **WHY)).status == 403
    assert "删除资料" not in (await li.open(f"/members/{number}")).text
    assert (await mine.open(f"/members/{number}/merge?other={other}")).status == 200
    for one, two in ((number, far), (far, number)):
        assert (await mine.open(f"/members/{one}/merge?other={two}")).status == 404
        assert (await mine.do(f"/members/{one}/merge", "merge", other=two, **WHY)).status == 404
    assert (await mine.open(f"/members/{far}/erase")).status == 404
    assert (await mine.do(f"/members/{far}/erase", "erase", sure=far, **WHY)).status == 404
