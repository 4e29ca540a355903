"""One application: looked at, checked by one colleague, decided by another, and every change told."""

import pytest

from models import objections
from models.applications import Application
from models.rights import ROLES, Grant
from tests.handlers.staff import aid, legal
from tests.pictures import saved, scene

HEAD, UNTIL = "aid，编号X2026-0001。\n", "11月25日（周三）上午10:00前"


async def two(office):
    """Let one colleague check and another decide."""
    return await office.enter("li", "caseworker"), await office.enter("zhao", "approver")


async def test_application_goes_from_handed_in_to_approved_by_two_colleagues(desks):
    number = await aid.applied(desks)
    li, zhao = await two(desks)
    path = f"/applications/{number}"

    await aid.checked(li, number)
    own = await li.do(path, "move", to="publicity")
    shown = await zhao.follow(path, "move", to="publicity")
    early = await zhao.do(path, "move", to="approved")
    zhao = await aid.after_publicity(desks, number, "zhao")
    done = await zhao.follow(path, "move", to="approved")

    assert (own.status, early.status) == (422, 422)
    assert "这一步要审批人来定。" in own.text
    assert "公示时间还没到。" in early.text
    assert "改成“公示”了，告诉申请人了。" in shown.text
    assert "批准了" in done.text
    assert (await aid.state(desks, number)) == "approved"
    assert len(await legal.letters(desks)) == 4
    history = done.text
    for line in (
        "li（演示）：工会核对：核对无误",
        "li（演示）：工会核对 → 区里审核",
        "zhao（演示）：公示 → 批准了",
    ):
        assert line in history


async def test_who_has_checked_does_not_decide_even_with_both_roles(desks):
    number = await aid.applied(desks)
    li = await desks.enter("li", "caseworker", "approver")
    await aid.checked(li, number)

    page = await li.open(f"/applications/{number}")
    refused = await li.do(f"/applications/{number}", "move", to="publicity")

    assert "同意，去公示：核对的人不能自己批，请另一位同事定。" in page.text
    assert refused.status == 422
    assert await aid.state(desks, number) == "district_review"


async def test_own_application_and_that_of_a_relative_are_not_for_one(desks):
    own = await aid.applied(desks, at=aid.TELEGRAM)
    near = await aid.applied(desks, relatives="li（演示）")
    li = await desks.enter("li", "caseworker")
    await aid.bind(desks, li, aid.TELEGRAM)

    pages = [(await li.open(f"/applications/{number}")).text for number in (own, near)]
    refused = [(await li.do(f"/applications/{n}", "move", to="union_check")).status for n in (own, near)]

    assert "转到工会核对：自己的申请要请别的同事办。" in pages[0]
    assert "转到工会核对：申请人和您有关系，请别的同事办。" in pages[1]
    assert refused == [422, 422]


async def test_who_keeps_away_does_nothing_with_it_any_more(one_desk):
    number = await aid.applied(one_desk)
    li, _ = await two(one_desk)
    path = f"/applications/{number}"

    away = await li.follow(path, "away")
    after = await li.do(path, "move", to="union_check")

    assert "X2026-0001 您回避了，请别的同事办。" in away.text
    assert after.status == 422
    assert "这里没有申请。" in (await li.open("/applications?whose=check")).text


async def test_check_needs_every_paper_that_is_needed(one_desk):
    number = await aid.applied(one_desk)
    li, _ = await two(one_desk)
    path = f"/applications/{number}"
    await li.follow(path, "move", to="union_check")

    missing = await li.do(path, "check", paper=["card", "more"])
    await li.follow(path, "check", paper=aid.SEEN)

    assert missing.status == 422
    assert "这些材料还没看过，或者没交：录取通知书" in missing.text
    assert await aid.state(one_desk, number) == "district_review"


async def test_supplement_is_asked_for_once_with_everything_that_is_missing(one_desk):
    number = await aid.applied(one_desk)
    li, _ = await two(one_desk)
    path = f"/applications/{number}"

    nothing = await li.do(path, "supplement")
    asked = await li.follow(path, "supplement", paper=[*aid.SEEN, "strange"], reason="照片要看得清")
    await aid.own(one_desk, number, "submitted")

    assert nothing.status == 422
    assert "请申请人一次补齐了。" in asked.text
    text = f"{HEAD}还差：身份证、录取通知书。照片要看得清。请在{UNTIL}交来，一次交齐就行。"
    assert [letter for letter, _ in await legal.letters(one_desk)] == [text]
    assert "刚收到" in (await li.open(path)).text


async def test_refusal_is_decided_with_a_reason_and_an_appeal_is_seen_by_somebody_else(desks):
    number = await aid.applied(desks)
    li, zhao = await two(desks)
    sun = await desks.enter("sun", "approver")
    path = f"/applications/{number}"

    not_mine = await li.do(path, "reject", reason="不符合")
    silent = await zhao.do(path, "reject")
    done = await zhao.follow(path, "reject", reason="不在海淀")
    await aid.own(desks, number, "appealed", reason="我在海淀")
    same = await zhao.open(path)
    again = await sun.follow(path, "move", to="district_review")

    assert (not_mine.status, silent.status) == (403, 422)
    assert "没批准，理由和怎么申诉告诉申请人了。" in done.text
    assert "重新核对：核对的人不能自己批，请另一位同事定。" in same.text
    assert "申诉 → 区里审核" in again.text
    assert [text for text, _ in await legal.letters(desks)] == [
        f"{HEAD}这次没有批：不在海淀。您觉得不对，{UNTIL}可以申诉，换一位同事重新看。",
        f"{HEAD}前面都核对过了，区里在看。{UNTIL}告诉您结果。",
    ]  # fmt: skip


async def test_appeal_may_fail_too(one_desk):
    number = await aid.applied(one_desk)
    _, zhao = await two(one_desk)
    sun = await one_desk.enter("sun", "administrator")
    path = f"/applications/{number}"
    await zhao.follow(path, "reject", reason="不在海淀")
    await aid.own(one_desk, number, "appealed", reason="我在海淀")

    assert "维持不批准" in (await sun.open(path)).text
    await sun.follow(path, "reject", reason="单位不在海淀")

    assert await aid.state(one_desk, number) == "rejected"


async def test_sum_is_decided_under_its_ceiling_where_the_plan_leaves_it_open(desks):
    number = await aid.applied(desks, aid.RELIEF)
    li, zhao = await two(desks)
    path = f"/applications/{number}"
    await li.follow(path, "move", to="union_check")
    await li.follow(path, "check")

    page = await zhao.open(path)
    wrong = [await zhao.do(path, "move", to="approved", amount=said) for said in ("", "x", "NaN", "3000.01")]
    await zhao.follow(path, "move", to="approved", amount="3000")

    assert "最多 3000 元，这个数没核对" in page.text
    assert [answer.status for answer in wrong] == [422] * 4
    assert "超过了上限。" in wrong[3].text
    found = await aid.one(desks, number)
    assert (found.state, found.amount) == ("approved", "3000")


async def test_objection_that_stands_stops_the_approval(one_desk):
    number = await aid.applied(one_desk)
    li, zhao = await two(one_desk)
    path = f"/applications/{number}"
    await aid.checked(li, number)
    await zhao.follow(path, "move", to="publicity")
    async with one_desk.database.transaction() as session:
        found = await session.get_one(Application, number)
        said = await objections.object_to(session, found, "<b>没上学</b>", now=one_desk.clock())
    zhao = await aid.after_publicity(one_desk, number, "zhao")

    page = await zhao.open(path)
    refused = await zhao.do(path, "move", to="approved")
    async with one_desk.database.transaction() as session:
        said = await session.merge(said)
        objections.settle(said, upheld=False, reason="查过，在上", by="sun", now=one_desk.clock())
    await zhao.follow(path, "move", to="approved")

    assert "没结论 <b>没上学</b>" in page.text
    assert "<b>没上学" not in page.html
    assert "批准：有异议还没有结论，先看异议。" in page.text
    assert refused.status == 422
    assert "不成立" in (await zhao.open(path)).text


async def test_numbers_are_masked_until_they_are_asked_for_which_is_written_down(one_desk):
    number = await aid.applied(one_desk)
    li, _ = await two(one_desk)
    path = f"/applications/{number}"

    page = await li.open(path)
    clear = await li.do(path, "clear")

    assert (aid.PHONE in page.html, aid.ACCOUNT in page.html, "****2222" in page.text) == (False, False, True)
    assert (aid.PHONE in clear.html, aid.ACCOUNT in clear.html) == (True, True)
    assert await legal.looked(one_desk, path) == [("li", "view"), ("li", "看申请人的号码和账号")]


async def test_papers_stand_beside_the_answers(one_desk, tmp_path):
    number = await aid.applied(one_desk)
    other = await aid.applied(one_desk, at=aid.TELEGRAM)
    li, _ = await two(one_desk)
    picture = await aid.handed_in(
        one_desk, tmp_path, number, saved(scene((800, 600))), paper="card", name="a.jpg", kind="image/jpeg"
    )
    file = await aid.handed_in(
        one_desk, tmp_path, number, b"%PDF<script>", paper="letter", name="录取.pdf", kind="application/pdf"
    )
    path = f"/applications/{number}"

    page = await li.open(path)
    seen, taken = await li.open(f"{path}/papers/{picture}"), await li.open(f"{path}/papers/{file}")
    none = [await li.open(f"{path}/papers/{key}") for key in ("999", "0")]
    fenced = await li.open(f"/applications/{other}/papers/{picture}")

    assert f'<img src="/console{path}/papers/{picture}" alt="身份证"' in page.html
    assert "录取通知书：录取.pdf" in page.text
    assert (seen.headers["Content-Type"], seen.headers["Content-Disposition"]) == ("image/jpeg", "inline")
    assert taken.headers["Content-Type"] == "application/octet-stream"
    assert taken.headers["Content-Disposition"].startswith("attachment")
    assert [answer.status for answer in (*none, fenced)] == [404] * 3
    assert await legal.looked(one_desk, f"{path}/papers/{picture}") == [("li", "view")]


async def test_paper_that_lies_nowhere_is_not_found(one_desk, tmp_path):
    number = await aid.applied(one_desk)
    li, _ = await two(one_desk)
    picture = await aid.handed_in(one_desk, tmp_path, number, b"x", paper="card", name="a", kind="text/plain")
    for found in (tmp_path / "files").rglob("*"):
        if found.is_file():
            found.unlink()

    assert (await li.open(f"/applications/{number}/papers/{picture}")).status == 404


@pytest.mark.parametrize("role", ROLES)
async def test_application_is_open_to_its_roles_and_within_their_part_only(one_desk, role):
    number = await aid.applied(one_desk)
    near = await one_desk.enter("near", Grant(role, union=aid.UNION))
    far = await one_desk.enter("far", Grant(role, union="别的工会（演示）"))
    sees = role in {"administrator", "approver", "caseworker"}

    answers = [await desk.open(f"/applications/{number}") for desk in (near, far)]

    assert [answer.status for answer in answers] == ([200, 404] if sees else [403, 403])
    assert [aid.ILLNESS in answer.html for answer in answers] == [sees, False]


async def test_who_decides_elsewhere_does_not_decide_here(one_desk):
    number = await aid.applied(one_desk)
    li, _ = await two(one_desk)
    await aid.checked(li, number)
    both = await one_desk.enter("both", Grant("caseworker"), Grant("approver", union="别的工会（演示）"))
    path = f"/applications/{number}"

    page, refused = await both.open(path), await both.do(path, "move", to="publicity")
    outside = await both.do(path, "reject", reason="x")

    assert "同意，去公示：要审批人来定。" in page.text
    assert (refused.status, outside.status) == (422, 404)


async def test_state_cannot_be_made_up(one_desk):
    number = await aid.applied(one_desk)
    _, zhao = await two(one_desk)

    for to in ("paid", "withdrawn", "nonsense", "submitted", "approved"):
        assert (await zhao.do(f"/applications/{number}", "move", to=to)).status == 422
    assert await aid.state(one_desk, number) == "submitted"
