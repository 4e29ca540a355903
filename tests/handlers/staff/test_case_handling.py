"""Handling a case: its state and urgency, its end with a rating, and passing it on with the member's consent."""

from dataclasses import replace

import pytest

from config.parties import Party
from models import case_referrals, consents
from models.cases import Case
from tests.handlers.staff import legal
from tests.handlers.staff.legal import TELEGRAM

WAYS_ON = [("我的案件", "case:show:1"), ("写给同事", "case:say:1"), ("转人工", "human")]
RATINGS = [("满意", "case:rate:1:good"), ("一般", "case:rate:1:fair"), ("不满意", "case:rate:1:bad")]


def named(office) -> None:
    """Let it be written down who the first two parties are."""
    content = office.edition.content
    known = (
        Party(key="first", name="演示调解中心", named=True),
        Party(key="second", name="演示法庭", named=True),
    )
    parties = content.parties.model_copy(update={"parties": (*known, *content.parties.parties[2:])})
    office.edition = replace(office.edition, content=replace(content, parties=parties))


async def agree(office, number: int, *, agrees: bool = True) -> tuple[str, ...]:
    """Let the member answer whether their case may be passed on."""
    async with office.database.transaction() as session:
        member = await legal.member_of(session, number)
        case = await session.get_one(Case, number)
        return await case_referrals.answer(session, case, member, agrees=agrees, now=office.clock())


@pytest.mark.parametrize(
    ("to", "text"),
    [
        ("arbitration", "编号2026-0001有新进展，点“我的案件”看。"),
        ("need_info", "编号2026-0001，同事想再了解一下：请补合同\n写给同事，或者补材料，都行。"),
    ],
)
async def test_member_is_told_how_the_case_goes_on(one_desk, to, text):
    number, li = await legal.opened(one_desk)

    moved = await li.follow(f"/cases/{number}/handling", "move", to=to, reason="请补合同")

    assert "告诉会员了。" in moved.text
    assert await legal.letters(one_desk) == [(text, WAYS_ON)]
    assert (await legal.case(one_desk, number)).state == to


async def test_refusal_tells_why_and_what_can_be_done_against_it(one_desk):
    number, li = await legal.opened(one_desk)
    path = f"/cases/{number}/handling"
    await li.follow(path, "move", to="accepted")

    without = await li.do(path, "move", to="refused")
    await li.follow(path, "move", to="refused", reason="单位不在海淀")

    assert without.status == 422
    text = "编号2026-0001没能受理：单位不在海淀\n您觉得不对，可以写给同事，或者打电话：\n12351"
    assert (await legal.letters(one_desk))[-1] == (text, WAYS_ON)


async def test_what_cannot_be_is_neither_offered_nor_done(one_desk):
    number, li = await legal.opened(one_desk)
    path = f"/cases/{number}/handling"

    page = await li.open(path)
    wrong = [(await li.do(path, "move", to=to)).status for to in ("new", "closed", "nonsense", "need_info")]
    urgency = await li.do(path, "weigh", to="P9")

    assert '<option value="triage"' not in page.html
    assert '<option value="mediation">调解中' in page.html
    assert (wrong, urgency.status) == ([422] * 4, 422)
    assert (await legal.case(one_desk, number)).state == "assigned"


async def test_urgency_rises_freely_and_falls_with_a_reason_only(desks):
    number, li = await legal.opened(desks)
    path = f"/cases/{number}/handling"

    raised = await li.follow(path, "weigh", to="P1")
    silent = await li.do(path, "weigh", to="P3")
    lowered = await li.follow(path, "weigh", to="P3", reason="钱给了一半")

    assert "轻重改成 P1 了。" in raised.text
    assert silent.status == 422
    assert "轻重改成 P3 了。" in lowered.text
    page = (await li.open(f"/cases/{number}")).text
    assert "li（演示）：轻重 P1 → P3 钱给了一半" in page


async def test_end_is_told_and_rated_by_one_press(desks):
    number, li = await legal.opened(desks)

    closed = await li.follow(f"/cases/{number}/handling", "close", result="paid", reason="单位把钱给了")

    assert "办结了，告诉会员了。" in closed.text
    text = "编号2026-0001办完了。还有事，随时找我们。\n您觉得办得怎么样？点一下就行，不点也行。"
    assert await legal.letters(desks) == [(text, [*RATINGS, *WAYS_ON])]
    found = await legal.case(desks, number)
    assert (found.state, found.result, found.closed_at) == ("closed", "paid", desks.clock())
    page = (await li.open(f"/cases/{number}")).text
    assert "办结 钱给了" in page
    assert "在办 → 办结 单位把钱给了" in page


async def test_who_was_in_danger_is_not_asked_how_it_was(one_desk):
    number, li = await legal.opened(one_desk, urgency="P0")

    page = await li.open(f"/cases/{number}/handling")
    await li.follow(f"/cases/{number}/handling", "close", result="advised", reason="安全了")

    assert "不问满意度" in page.text
    assert await legal.letters(one_desk) == [("编号2026-0001办完了。还有事，随时找我们。", WAYS_ON)]


async def test_end_needs_a_result_and_a_reason(one_desk):
    number, li = await legal.opened(one_desk)
    path = f"/cases/{number}/handling"

    wrong = [
        (await li.do(path, "close", **said)).status for said in ({"result": "paid"}, {"reason": "x"}, {})
    ]

    assert wrong == [422, 422, 422]
    assert await legal.letters(one_desk) == []


async def test_closed_case_is_opened_again_with_a_reason(one_desk):
    number, li = await legal.opened(one_desk)
    path = f"/cases/{number}/handling"
    await li.follow(path, "close", result="paid", reason="给了")
    async with one_desk.database.transaction() as session:
        (await session.get_one(Case, number)).rating = "bad"

    page = await li.open(f"/cases/{number}")
    silent = await li.do(path, "move", to="assigned")
    again = await li.follow(path, "move", to="assigned", reason="钱又没给")

    assert "会员评价：不满意" in page.text
    assert silent.status == 422
    assert "改成“在办”了" in again.text
    assert (await legal.letters(one_desk))[-1] == ("编号2026-0001有新进展，点“我的案件”看。", WAYS_ON)


async def test_case_goes_to_others_only_when_the_member_agrees_to_these(desks):
    named(desks)
    number, li = await legal.opened(desks)
    path = f"/cases/{number}/handling"

    unasked = await li.do(path, "refer", party="first", reason="请调解")
    await li.follow(path, "ask", party="first")
    waiting = await li.do(path, "refer", party="first", reason="请调解")
    assert await agree(desks, number) == ("first",)
    wider = await li.do(path, "refer", party=["first", "second"], reason="请调解")
    done = await li.follow(path, "refer", party="first", reason="请调解")

    told = "要会员同意转交才行：先在“办理”里问会员。"
    assert [told in page.text for page in (unasked, waiting, wider)] == [True] * 3
    assert "转给演示调解中心了" in done.text
    question = "编号2026-0001，想请演示调解中心一起调解，要把您的案情和材料给他们看。同意吗？不同意也接着办。"
    answers = [("同意", "sharing:yes:1"), ("不同意", "sharing:no:1")]
    moved = "编号2026-0001有新进展，点“我的案件”看。"
    assert await legal.letters(desks) == [(question, [*answers, *WAYS_ON]), (moved, WAYS_ON)]
    history = (await li.open(f"/cases/{number}")).text
    for line in (
        "问会员能不能转给演示调解中心",
        "能不能转给演示调解中心：同意",
        "转给演示调解中心 请调解",
        "在办 → 调解中",
    ):
        assert line in history


async def test_question_is_neutral_where_words_are_not_private(one_desk):
    named(one_desk)
    number, li = await legal.opened(one_desk, TELEGRAM)

    await li.follow(f"/cases/{number}/handling", "ask", party="first")

    neutral = ("您有一条工会消息，点开查看。", [("点开查看", "private:sharing:ask:1")])
    assert await legal.letters(one_desk, TELEGRAM) == [neutral]


async def test_consent_that_is_taken_back_or_asked_anew_does_not_hold(one_desk):
    named(one_desk)
    number, li = await legal.opened(one_desk)
    path = f"/cases/{number}/handling"
    await li.follow(path, "ask", party="first")
    await agree(one_desk, number)
    assert "会员同意转给：演示调解中心。" in (await li.open(path)).text

    one_desk.clock.tick(60)
    await li.follow(path, "ask", party=["first", "second"])
    assert "问过会员，还没有同意。" in (await li.open(path)).text
    await agree(one_desk, number)
    async with one_desk.database.transaction() as session:
        member = await legal.member_of(session, number)
        await consents.withdraw(session, member, "2026-0001", now=one_desk.clock())

    assert (await li.do(path, "refer", party="first", reason="请调解")).status == 422


async def test_second_referral_leaves_the_state(one_desk):
    named(one_desk)
    number, li = await legal.opened(one_desk)
    path = f"/cases/{number}/handling"
    await li.follow(path, "ask", party="first")
    await agree(one_desk, number)

    for _ in range(2):
        await li.follow(path, "refer", party="first", reason="请调解")

    assert len(await legal.letters(one_desk)) == 2
    assert "在办 → 调解中" in (await li.open(f"/cases/{number}")).text


async def test_nothing_goes_to_parties_that_nobody_has_named(one_desk):
    number, li = await legal.opened(one_desk)
    path = f"/cases/{number}/handling"

    page = await li.open(path)
    wrong = [await li.do(path, "ask", party=party) for party in ("first", "nobody")]
    none = [await li.do(path, do, reason="x") for do in ("ask", "refer")]

    assert "第一方（还没核实是哪家）" in page.text
    assert ["这一方还没核实是哪家" in page.text for page in wrong] == [True, True]
    assert ["请选转给谁。" in page.text for page in none] == [True, True]
