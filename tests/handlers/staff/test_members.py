"""Members in the console: found, looked at, bound, parted, and what they agreed to."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models import cases, consents, membership
from models.audit import AuditLine
from models.case_lines import CaseLine
from models.cases import CaseStep, CaseWorker, Filed
from models.members import Contact, Member
from models.membership import Unmatched
from models.messages import Address
from models.outbox import Letter
from models.places import Place
from models.rights import Grant
from models.roster import Holder
from tests.handlers.staff import people

FENG_LINE = "冯***** 京卡 138****0001 北冶 上地"
WHY = {"reason": "本人来窗口，看了身份证"}


async def get(here, number: int) -> Member | None:
    async with here.database.transaction() as session:
        return await session.get(Member, number)


async def audited(here, about: str) -> list[tuple[str, str]]:
    async with here.database.transaction() as session:
        lines = await session.scalars(
            select(AuditLine).where(AuditLine.about == about).order_by(AuditLine.id)
        )
        return [(line.action, line.detail) for line in lines]


async def card_only(here, holder: Holder) -> None:
    """Let somebody hold a card who never wrote."""
    number = await people.bound(here, holder)
    async with here.database.transaction() as session:
        await membership.release(session, await session.get_one(Member, number))


@pytest.mark.parametrize(
    "said", ["冯芳", "13800000001", "+86 138-0000-0001", "6214680000111111", "111111", "{number}"]
)
async def test_member_is_found_masked(desks, said):
    number = await people.bound(desks)
    await people.member(desks, "李雷（演示）")
    li = await desks.enter("li", "caseworker")

    page = await li.open(f"/members?q={said.format(number=number)}".replace("+", "%2B"))

    assert FENG_LINE in page.text
    assert "李" not in page.text.split("来了")[1]
    assert "13800000001" not in page.text.split("来了")[1]
    assert (await audited(desks, "/members")) == [("view", "")]


@pytest.mark.parametrize("said", ["雷", "%", "13800000009", "999999999999", "+", "１２３"])
async def test_nobody_is_found_by_anything_else(one_desk, said):
    await people.bound(one_desk)
    li = await one_desk.enter("li", "caseworker")

    page = await li.open(f"/members?q={said}".replace("%", "%25").replace("+", "%2B"))

    assert "没有找到会员。换个写法试试，或用完整手机号。" in page.text


async def test_card_whose_holder_never_wrote_is_shown(one_desk):
    await card_only(one_desk, people.FENG)
    li = await one_desk.enter("li", "caseworker")

    page = await li.open("/members?q=13800000001")

    assert "名册上有，还没来聊过 冯***** 138****0001 尾号1111 北冶" in page.text


async def test_those_whose_card_was_not_found_wait_to_be_looked_up(one_desk):
    number = await people.member(one_desk, None)
    await people.add(one_desk, Unmatched(member_id=number, said="王芳 999999", said_at=one_desk.clock()))
    li = await one_desk.enter("li", "caseworker")

    assert f"绑卡没对上的 会员 {number} 2026-11-10 10:00" in (await li.open("/members")).text
    page = await li.open(f"/members/{number}")
    assert "绑卡时说的是“王芳 999999”，没对上。" in page.text
    assert "没有，只能打电话。" in page.text


async def test_one_member_is_shown_with_all_that_is_known(desks):
    number = await people.bound(desks, channels=("telegram", "web"))
    await people.place(desks, await people.event(desks), number, "confirmed")
    await people.handoff(desks, number, minutes=5)
    li = await desks.enter("li", "caseworker")

    page = await li.open(f"/members/{number}")

    for told in ("手机号 138****0001 看完整号码", "单位工会 北冶 · 上地", "京卡 尾号1111， 2026-11-10 10:00 绑的", "找同事 1 次",
                 "报名 象棋赛 已报上", "收的消息 活动、培训、补贴", f"Telegram telegram{number}"):  # fmt: skip
        assert told in page.text
    assert "13800000001" not in page.text


async def test_phone_is_shown_in_clear_by_a_press_that_is_written_down(one_desk):
    number = await people.bound(one_desk)
    li = await one_desk.enter("li", "caseworker")

    page = await li.do(f"/members/{number}", "phone")

    assert "手机号 13800000001" in page.text
    assert await audited(one_desk, f"/members/{number}") == [("看手机号", "")]


async def test_member_is_bound_to_a_card_by_staff_and_released(desks):
    await card_only(desks, people.FENG)
    number = await people.member(desks, None)
    li = await desks.enter("li", "caseworker")

    after = await li.follow(f"/members/{number}", "bind", card="6214 6800 0011 1111", **WHY)
    assert "绑好了。" in after.text
    assert (await get(desks, number)).name == people.FENG.name

    after = await li.follow(f"/members/{number}", "release", **WHY)
    assert "解开了。" in after.text
    assert (await get(desks, number)).roster_id is None
    assert [line for line in await audited(desks, f"/members/{number}") if line[1]] == [
        ("绑京卡", f"card 1: {WHY['reason']}"), ("解开京卡", f"card 1: {WHY['reason']}"),
    ]  # fmt: skip


async def test_binding_is_refused_with_a_reason_that_staff_understand(one_desk):
    await people.bound(one_desk)
    await card_only(one_desk, Holder("李雷（演示）", "6214680000222222", "13800000002"))
    await card_only(one_desk, Holder("李雷（演示）", "6214680000333333", "13800000002"))
    number = await people.member(one_desk, None)
    li = await one_desk.enter("li", "caseworker")

    for said, told in (
        ({"card": "13800000001", **WHY}, "这张卡绑在另一位会员身上，先到那边解开。"),
        ({"card": "13800000002", **WHY}, "这个手机号在名册上有两张卡，请填完整卡号。"),
        ({"card": "111111", **WHY}, "名册上没有这张卡，请核对完整卡号或手机号。"),
        ({"card": "13800000001"}, "请写明为什么，会记进操作记录。"),
    ):
        answer = await li.do(f"/members/{number}", "bind", **said)
        assert (answer.status, told in answer.text) == (422, True)
        assert f'value="{said["card"]}"' in answer.html
    assert (await get(one_desk, number)).roster_id is None


async def test_released_member_is_no_longer_seen_by_a_part_of_the_federation(one_desk):
    await one_desk.enter("boss", "administrator")
    number = await people.bound(one_desk)
    li = await one_desk.enter("li", Grant("caseworker", union="北冶"))

    after = await li.follow(f"/members/{number}", "release", **WHY)

    assert "解开了。" in after.text
    assert (await li.open(f"/members/{number}")).status == 404


async def test_phone_of_somebody_else_is_parted(desks):
    number = await people.member(desks, channels=("telegram", "web"))
    other = await people.member(desks, channels=("wechat",))
    li = await desks.enter("li", "caseworker")

    after = await li.follow(f"/members/{number}", "part", channel="web", address=f"web{number}", **WHY)

    assert f"分开了，那边现在是会员 {other + 1}。" in after.text
    async with desks.database.transaction() as session:
        assert (await session.get_one(Contact, ("web", f"web{number}"))).member_id == other + 1
    for channel, address in (("wechat", f"wechat{other}"), ("web", "nobody")):
        told = await li.do(f"/members/{number}", "part", channel=channel, address=address, **WHY)
        assert told.status == 404


async def test_consent_is_taken_back_and_the_next_in_line_hears(desks):
    chess = await people.event(desks, cap=1)
    number = await people.member(desks, channels=("telegram",))
    second = await people.member(desks, channels=("wechat",))
    await people.place(desks, chess, number, "confirmed", name="王芳（演示）", phone="13800000001")
    await people.place(desks, chess, second, "waiting")
    async with desks.database.transaction() as session:
        member = await session.get_one(Member, number)
        await consents.give(session, member, consents.SIGN_UP, "chess", now=desks.clock())
    li = await desks.enter("li", "caseworker")

    after = await li.follow(f"/members/{number}", "withdraw", slug="chess", **WHY)

    assert "同意撤回了，为它填的都删了。" in after.text
    async with desks.database.transaction() as session:
        rows = await session.scalars(select(Place).order_by(Place.member_id))
        assert [(place.state, place.name) for place in rows] == [("cancelled", ""), ("offered", "")]
        letters = await session.scalars(select(Letter).order_by(Letter.id))
        assert [letter.channel for letter in letters] == ["wechat"]  # the other knows: it was their wish
    assert (await li.do(f"/members/{number}", "withdraw", slug="chess", **WHY)).status == 404


async def test_all_that_is_kept_is_given_to_take_away(one_desk):
    number = await people.bound(one_desk, channels=("telegram",))
    li = await one_desk.enter("li", "caseworker")

    sheet = await li.open(f"/members/{number}/export")

    rows = [row[:2] for row in load_workbook(io.BytesIO(sheet.body)).active.iter_rows(values_only=True)]
    assert rows[:4] == [
        ("类别", "内容"),
        ("编号", number),
        ("姓名", "冯芳（演示）"),
        ("手机号", "13800000001"),
    ]
    assert ("京卡", "6214680000111111（冯芳（演示），13800000001）") in rows
    assert await audited(one_desk, f"/members/{number}/export") == [("view", "")]


async def test_members_of_others_are_not_there(one_desk):
    await one_desk.enter("boss", "administrator")
    number = await people.bound(one_desk)
    await people.member(one_desk, "冯雷（演示）", union_name="佳讯")
    li = await one_desk.enter("li", Grant("caseworker", union="佳讯"))

    page = await li.open("/members?q=冯")
    assert "冯**" in page.text
    assert FENG_LINE not in page.text
    assert "没有找到会员" in (await li.open(f"/members?q={people.FENG.phone}")).text
    for path in (f"/members/{number}", f"/members/{number}/export", "/members/999", "/members/0"):
        assert (await li.open(path)).status == 404
    for action in ("phone", "bind", "release", "part", "withdraw"):
        assert (await li.do(f"/members/{number}", action, card="1", slug="chess", **WHY)).status == 404
    assert (await get(one_desk, number)).roster_id is not None


@pytest.mark.parametrize("role", ["editor", "organiser", "approver", "viewer"])
async def test_other_roles_see_no_members(one_desk, role):
    number = await people.bound(one_desk)
    li = await one_desk.enter("li", role)

    for path in ("/members", f"/members/{number}", f"/members/{number}/export"):
        assert (await li.open(path)).status == 403
    assert (await li.do(f"/members/{number}", "phone")).status == 403


async def test_names_that_members_wrote_are_only_text(one_desk):
    number = await people.member(one_desk, "<script>alert(1)</script>", union_name="<b>")
    li = await one_desk.enter("li", "caseworker")

    for path in ("/members?q=<script>", f"/members/{number}"):
        assert "<script>alert" not in (await li.open(path)).html


async def test_fifty_are_shown_and_then_the_next(one_desk):
    li = await one_desk.enter("li", "caseworker")
    await people.member(one_desk, "王0")
    one = await people.cost(one_desk, li, "/members?q=王")
    for number in range(51):
        await people.member(one_desk, f"王{number}", joined_at=one_desk.clock() - timedelta(days=number))

    page = await li.open("/members?q=王")
    rest = await li.open("/members?q=王&after=50")

    assert (page.html.count("<tr>"), rest.html.count("<tr>")) == (51, 3)
    assert "接着看" in page.text
    assert await people.cost(one_desk, li, "/members?q=王") == one


async def test_one_member_takes_the_same_queries_for_one_sign_up_and_for_three(one_desk):
    number = await people.member(one_desk)
    li = await one_desk.enter("li", "caseworker")
    await people.place(one_desk, await people.event(one_desk), number, "confirmed")
    one = await people.cost(one_desk, li, f"/members/{number}")
    for slug in ("go", "hike"):
        await people.place(one_desk, await people.event(one_desk, slug), number, "waiting")

    assert await people.cost(one_desk, li, f"/members/{number}") == one


async def test_consent_to_a_purpose_of_a_case_is_taken_back_by_staff(one_desk):
    number = await people.member(one_desk, channels=("web",))
    async with one_desk.database.transaction() as session:
        member = await session.get_one(Member, number)
        filed = Filed("wages", "P3", "", "", "")
        case = await cases.file(
            session, member, Address("web", "a"), filed, promised=None, now=one_desk.clock()
        )
        await consents.give(session, member, consents.SHARING, case.number, now=one_desk.clock())
    boss = await one_desk.enter("boss", "administrator")
    page = await boss.open(f"/members/{number}")
    assert "转给别的部门（案件2026-0001） 撤回后不再这样用，办案的同事会知道；案件本身还在。" in page.text

    after = await boss.follow(f"/members/{number}", "withdraw", slug="case_sharing:2026-0001", **WHY)

    assert "同意撤回了，办案的同事会知道。" in after.text
    assert "转给别的部门" not in after.text
    async with one_desk.database.transaction() as session:
        steps = await session.scalars(select(CaseStep.after).where(CaseStep.kind == "consent"))
        assert list(steps) == ["case_sharing withdrawn"]


async def test_only_who_works_on_a_case_sees_that_there_is_one_or_exports_it(one_desk):
    number = await people.member(one_desk, channels=("web",))
    li, zhao = await one_desk.enter("li", "caseworker"), await one_desk.enter("zhao", "caseworker")
    async with one_desk.database.transaction() as session:
        member = await session.get_one(Member, number)
        filed = Filed("wages", "P3", "", "", "演示厂")
        case = await cases.file(
            session, member, Address("web", "a"), filed, promised=None, now=one_desk.clock()
        )
        await consents.give(session, member, consents.SHARING, case.number, now=one_desk.clock())
        session.add_all([
            CaseWorker(case_id=case.id, staff_id=li.who.id, since=one_desk.clock()),
            CaseLine(case_id=case.id, author="member", kind="text", text="三个月没发", said_at=one_desk.clock()),
        ])  # fmt: skip

    pages = [(await desk.open(f"/members/{number}")).text for desk in (li, zhao)]
    sheets = [(await desk.open(f"/members/{number}/export")).body for desk in (li, zhao)]
    refused = await zhao.do(f"/members/{number}", "withdraw", slug="case_sharing:2026-0001", **WHY)

    assert ["转给别的部门" in page for page in pages] == [True, False]
    assert refused.status == 404
    told = [str(list(load_workbook(io.BytesIO(sheet)).active.values)) for sheet in sheets]
    assert [("三个月没发" in rows, "演示厂" in rows) for rows in told] == [(True, True), (False, False)]


async def test_openid_is_shown_by_its_ends(desks):
    openid = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
    number = await people.member(desks)
    async with desks.database.transaction() as session:
        session.add(Contact(channel="wechat", address=openid, member_id=number))
    li = await desks.enter("li", "administrator")

    page = await li.open(f"/members/{number}")

    assert "微信 o6_b…fL2M" in page.text
    assert openid not in page.text
