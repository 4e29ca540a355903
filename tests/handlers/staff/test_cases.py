"""The list of cases, and who gets to see what of them."""

from datetime import timedelta

import pytest

from models.case_deadlines import CaseDeadline
from models.rights import ROLES, Grant
from tests.handlers.staff import legal, people

PAGES = ("", "/dates", "/handling", "/files/line-1", "/files/paper-1", "/pack", "/application")
ROW = "2026-0001"


async def test_list_tells_nothing_of_what_is_in_a_case(desks):
    await legal.filed(desks)
    boss = await desks.enter("boss", "administrator")

    page = (await boss.open("/cases")).text

    assert f"{ROW} P2 刚收到 欠薪 上地 2026-11-10 10:00 0 天了 2026-11-10 10:00 前 分派" in page
    for secret in (legal.NAME, legal.SECRET, legal.EMPLOYER, legal.PHONE, "12000"):
        assert secret not in page


@pytest.mark.parametrize("role", ROLES)
async def test_nobody_but_who_works_on_a_case_opens_any_page_of_it(one_desk, role):
    number, _ = await legal.opened(one_desk)
    other = await one_desk.enter("other", role)
    expected = 404 if role in {"administrator", "caseworker"} else 403

    answers = {path: await other.open(f"/cases/{number}{path}") for path in PAGES}

    assert {path: got.status for path, got in answers.items()} == dict.fromkeys(PAGES, expected)
    assert all(legal.SECRET not in got.html for got in answers.values())


async def test_nobody_but_who_works_on_a_case_does_anything_with_it(one_desk):
    number, _ = await legal.opened(one_desk)
    other = await one_desk.enter("other", "administrator", "caseworker")
    forms = [("", "say"), ("", "note"), ("", "phone"), ("/dates", "add"), ("/dates", "meet"), ("/dates", "propose"),
             ("/dates", "call_off"), ("/dates", "hold"), ("/handling", "move"), ("/handling", "close"),
             ("/handling", "weigh"), ("/handling", "ask"), ("/handling", "refer")]  # fmt: skip

    answers = [(await other.do(f"/cases/{number}{path}", do, text="x")).status for path, do in forms]

    assert answers == [404] * len(forms)
    assert await legal.letters(one_desk) == []


async def test_who_worked_on_a_case_once_opens_it_no_more(desks):
    number, li = await legal.opened(desks)
    assert legal.SECRET in (await li.open(f"/cases/{number}")).text

    left = await li.do(f"/cases/{number}/workers", "release", who="li")

    assert left.location == "/console/cases"
    assert (await li.open(f"/cases/{number}")).status == 404


async def test_search_finds_no_case(one_desk):
    await legal.opened(one_desk)
    boss = await one_desk.enter("boss", "administrator")

    for path in ("/members", "/inbox", "/audit", "/questions", "/calls"):
        for said in ("q", "search", "about"):
            assert legal.SECRET not in (await boss.open(f"{path}?{said}={ROW}")).text


async def test_every_look_at_a_case_is_written_down(desks):
    number, li = await legal.opened(desks)

    for path in ("", "/dates", "/handling", "/application"):
        await li.open(f"/cases/{number}{path}")

    assert await legal.looked(desks, f"/cases/{number}") == [("li", "view")]
    assert await legal.looked(desks, f"/cases/{number}/dates") == [("li", "view")]
    assert await legal.looked(desks, f"/cases/{number}/handling") == [("li", "view")]
    assert await legal.looked(desks, f"/cases/{number}/application") == [("li", "view")]


async def shown(desk, query: str) -> list[str]:
    """Return the numbers of the cases that a filter shows."""
    page = (await desk.open(f"/cases?{query}")).text
    return [f"2026-000{n}" for n in range(1, 5) if f"2026-000{n}" in page]


async def test_filters_narrow_the_list(desks):
    _, li = await legal.opened(desks)
    await legal.filed(desks, urgency="P1", topic="injury")
    third = await legal.filed(desks, topic="dismissal")
    day = (desks.clock() + timedelta(days=5)).date()
    last = CaseDeadline(
        case_id=third, kind="limitation", safe_day=day, last_day=day, note="", by="li", at=desks.clock()
    )
    await people.add(desks, last)

    assert await shown(li, "") == ["2026-0001", "2026-0002", "2026-0003"]
    assert await shown(li, "whose=mine") == ["2026-0001"]
    assert await shown(li, "whose=none") == ["2026-0002", "2026-0003"]
    assert await shown(li, "urgency=P1") == ["2026-0002"]
    assert await shown(li, "state=assigned") == ["2026-0001"]
    assert await shown(li, "state=closed") == []
    assert await shown(li, "topic=dismissal") == ["2026-0003"]
    assert await shown(li, "days=7") == ["2026-0003"]
    assert await shown(li, "days=3") == []
    assert (await li.open("/cases?days=soon")).status == 404
    assert "还有 5 天" in (await li.open("/cases?days=7")).text
    assert "这里没有案件。" in (await li.open("/cases?topic=women")).text


async def test_only_the_own_part_of_the_federation_is_listed(desks):
    number = await legal.filed(desks)
    far = await desks.enter("far", Grant("caseworker", area="别处"))
    near = await desks.enter("near", Grant("caseworker", area=legal.AREA))

    assert await shown(far, "") == []
    assert await shown(near, "") == [ROW]
    assert (await far.do("/cases", "take", case=number)).status == 404
    assert (await far.open(f"/cases/{number}/workers")).status == 404


async def test_case_is_taken_with_one_press_and_then_opens(desks):
    number = await legal.filed(desks)
    li = await desks.enter("li", "caseworker")

    taken = await li.follow("/cases", "take", case=number)

    assert "2026-0001 归您办了。" in taken.text
    assert legal.SECRET in taken.text
    assert await legal.looked(desks, f"/cases/{number}") == [("li", "接案件"), ("li", "view")]


async def test_long_list_is_paged_and_costs_the_same(one_desk):
    li = await one_desk.enter("li", "caseworker")
    await legal.filed(one_desk)
    one = await people.cost(one_desk, li, "/cases")
    for _ in range(51):
        await legal.filed(one_desk)

    assert await people.cost(one_desk, li, "/cases") == one
    first, second = await li.open("/cases"), await li.open("/cases?page=1")

    assert ("下一页" in first.text, "上一页" in first.text) == (True, False)
    assert ("下一页" in second.text, "上一页" in second.text) == (False, True)


async def test_administrator_gives_a_case_to_a_colleague_and_still_cannot_read_it(desks):
    number = await legal.filed(desks)
    boss, zhao = await desks.enter("boss", "administrator"), await desks.enter("zhao", "caseworker")
    phone = await legal.bind(desks, zhao, "zhao's")

    page = await boss.open(f"/cases/{number}/workers")
    done = await boss.follow(f"/cases/{number}/workers", "assign", to="zhao")

    assert legal.SECRET not in page.text
    assert legal.NAME not in page.text
    assert "zhao（演示）在办了。" in done.text
    assert await legal.letters(desks, phone) == [("案件2026-0001请您办，到管理台看。", [])]
    assert (await boss.open(f"/cases/{number}")).status == 404
    assert (await zhao.open(f"/cases/{number}")).status == 200


async def test_case_is_given_to_nobody_who_must_not_have_it(desks):
    number = await legal.filed(desks, union="演示饭馆工会")
    boss = await desks.enter("boss", "administrator")
    await desks.enter("own", Grant("caseworker", union="演示饭馆工会"))

    refused = await boss.do(f"/cases/{number}/workers", "assign", to="own")
    unknown = await boss.do(f"/cases/{number}/workers", "release", who="own")

    assert (refused.status, unknown.status) == (422, 422)
    assert "请选一位在岗的同事。" in refused.text
    assert "没有别的同事能办" in refused.text


async def test_case_is_handed_over(desks):
    number, li = await legal.opened(desks)
    zhao = await desks.enter("zhao", "caseworker")

    await li.follow(f"/cases/{number}/workers", "assign", to="zhao")
    left = await zhao.follow(f"/cases/{number}/workers", "release", who="li")

    assert "li（演示）不再办了。" in left.text
    assert (await zhao.open(f"/cases/{number}")).status == 200
    assert (await li.open(f"/cases/{number}")).status == 404


async def test_colleague_steps_aside_and_gets_the_case_no_more(desks):
    number, li = await legal.opened(desks)
    zhao = await legal.worker(desks, number, "zhao")

    aside = await li.do(f"/cases/{number}/workers", "step_aside")
    again = await li.do("/cases", "take", case=number)

    assert aside.location == "/console/cases"
    assert again.status == 422
    assert (await li.open(f"/cases/{number}")).status == 404
    history = (await zhao.open(f"/cases/{number}")).text
    for line in (
        "li（演示）：li（演示）要回避",
        "li（演示）：li（演示）不再办",
        "zhao（演示）：请zhao（演示）办",
    ):
        assert line in history
