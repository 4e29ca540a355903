"""The queue of applications, decisions on several at once, and that nothing personal stands anywhere else."""

import asyncio
import io
from datetime import timedelta
from html import unescape
from zipfile import ZipFile, is_zipfile

from handlers import staff as staff_pages
from models.messages import Address
from models.rights import ROLES, Grant
from tests.handlers.staff import aid, legal, people


async def shown(desk, query: str = "") -> list[str]:
    """Return the numbers of the applications that a filter shows."""
    page = (await desk.open(f"/applications?{query}")).text
    return [
        number for number in (f"{kind}2026-000{n}" for n in range(1, 6) for kind in "XJK") if number in page
    ]


async def test_list_tells_no_more_than_a_masked_name(desks):
    await aid.applied(desks, relatives="赵某（演示）")
    boss = await desks.enter("boss", "administrator")

    page = await boss.open("/applications")

    assert "X2026-0001 aid 王***** 演示单位工会 刚收到 2026-11-10 10:00 2026-11-25 10:00 前 2000" in page.text
    for secret in (aid.NAME, aid.PHONE, aid.ACCOUNT, aid.ILLNESS, "赵某"):
        assert secret not in page.html


async def test_filters_narrow_the_list(desks):
    first = await aid.applied(desks)
    await aid.applied(desks, aid.RELIEF, slug="relief")
    third = await aid.applied(desks, aid.LECTURE, slug="lecture")
    await aid.own(desks, third, "withdrawn")
    li, zhao = await desks.enter("li", "caseworker"), await desks.enter("zhao", "approver")
    await aid.checked(li, first)

    assert await shown(li) == ["X2026-0001", "J2026-0002"]
    assert await shown(li, "slug=relief") == ["J2026-0002"]
    assert await shown(li, "state=withdrawn") == ["K2026-0003"]
    assert await shown(li, "state=district_review") == ["X2026-0001"]
    assert await shown(li, "union=nobody") == []
    assert await shown(li, f"union={aid.UNION}") == ["X2026-0001", "J2026-0002"]
    assert await shown(li, "whose=check") == ["J2026-0002"]
    assert await shown(zhao, "whose=decide") == ["X2026-0001"]
    assert await shown(li, "whose=late") == []
    assert "li（演示） 1 份" in (await zhao.open("/applications")).text
    desks.clock.tick(16 * 24 * 3600)
    assert await shown(await desks.enter("li"), "whose=late") == ["X2026-0001", "J2026-0002"]


async def test_what_one_has_checked_waits_for_somebody_else(desks):
    number = await aid.applied(desks)
    li, zhao = await desks.enter("li", "caseworker", "approver"), await desks.enter("zhao", "approver")
    path = f"/applications/{number}"

    assert await shown(li, "whose=check") == ["X2026-0001"]
    await aid.checked(li, number)
    assert (await shown(li, "whose=check"), await shown(li, "whose=decide")) == ([], [])
    assert await shown(zhao, "whose=decide") == ["X2026-0001"]

    await zhao.follow(path, "reject", reason="不在海淀")
    await aid.own(desks, number, "appealed", reason="我在海淀")
    assert (await shown(zhao, "whose=decide"), await shown(li, "whose=decide")) == ([], ["X2026-0001"])


async def test_shown_long_enough_it_waits_for_a_decision(one_desk):
    number = await aid.applied(one_desk)
    li, zhao = await one_desk.enter("li", "caseworker"), await one_desk.enter("zhao", "approver")
    await aid.checked(li, number)
    await zhao.follow(f"/applications/{number}", "move", to="publicity")

    assert await shown(zhao, "whose=decide") == []
    zhao = await aid.after_publicity(one_desk, number, "zhao")
    assert await shown(zhao, "whose=decide") == ["X2026-0001"]


async def test_only_the_own_part_of_the_federation_is_listed(desks):
    await aid.applied(desks)
    far = await desks.enter("far", Grant("caseworker", area="别处"), Grant("approver", union=aid.UNION))
    nobody = await desks.enter("nobody", Grant("caseworker", area="别处"))

    assert await shown(far) == ["X2026-0001"]
    assert await shown(nobody) == []
    assert "1 份" not in (await nobody.open("/applications")).text
    assert (await (await desks.enter("viewer", "viewer")).open("/applications")).status == 403


async def test_long_list_is_paged_and_costs_the_same(one_desk):
    li = await one_desk.enter("li", "caseworker")
    await aid.applied(one_desk)
    one = await people.cost(one_desk, li, "/applications")
    for number in range(51):
        await aid.applied(one_desk, at=Address("web", f"w{number}"))

    assert await people.cost(one_desk, li, "/applications") == one
    first, second = await li.open("/applications"), await li.open("/applications?page=1")

    assert ("下一页" in first.text, "上一页" in first.text) == (True, False)
    assert ("下一页" in second.text, "上一页" in second.text) == (False, True)


async def test_several_are_decided_by_one_press_after_a_look(desks):
    good = [await aid.applied(desks, at=Address("web", who)) for who in "ab"]
    unchecked = await aid.applied(desks, at=Address("web", "c"))
    open_sum = await aid.applied(desks, aid.RELIEF, at=Address("web", "d"))
    li, zhao = await desks.enter("li", "caseworker"), await desks.enter("zhao", "approver")
    for number in good:
        await aid.checked(li, number)
    await li.follow(f"/applications/{open_sum}", "move", to="union_check")
    await li.follow(f"/applications/{open_sum}", "check")
    everything = [*good, unchecked, open_sum]

    looked = await zhao.do("/applications", "preview", application=everything)
    before = [await aid.state(desks, number) for number in everything]
    done = await zhao.follow("/applications", "decide", application=[*everything, 999])

    assert looked.status == 200
    for line in (
        "X2026-0001 aid 王***** 演示单位工会 区里审核 公示 2000",
        "X2026-0003 aid 王***** 演示单位工会 刚收到 不动 这份申请现在不能这样办，刷新看看。 2000",
        "J2026-0004 aid 王***** 演示单位工会 工会核对 不动 请填金额，最多两位小数。",
        "同意这 2 份",
    ):
        assert line in looked.text
    assert before == ["district_review", "district_review", "submitted", "union_check"]
    assert "同意了 2 份，都告诉申请人了，2 份没有动，请一份一份看。" in done.text
    assert [await aid.state(desks, n) for n in everything] == ["publicity", "publicity", *before[2:]]
    assert len(await legal.letters(desks, Address("web", "a"))) == 3
    assert await legal.looked(desks, f"/applications/{good[1]}") == [
        ("li", "改申请进展"), ("li", "view"), ("li", "核对申请"), ("li", "view"), ("li", "核对申请"), ("li", "view"),
        ("zhao", "批量同意申请"),
    ]  # fmt: skip


async def test_batch_of_nothing_and_of_others_is_refused(one_desk):
    number = await aid.applied(one_desk)
    li = await one_desk.enter("li", "caseworker")
    far = await one_desk.enter("far", Grant("approver", union="别的工会（演示）"))
    await aid.checked(li, number)

    answers = [
        await far.do("/applications", "preview"),
        await far.do("/applications", "preview", application=number),
        await far.do("/applications", "decide", application=number),
    ]

    assert [answer.status for answer in answers] == [422] * 3
    assert "请先选几份申请。" in answers[0].text
    assert (await li.do("/applications", "decide", application=number)).status == 403
    assert await aid.state(one_desk, number) == "district_review"


async def test_batch_that_cannot_go_says_so(one_desk):
    number = await aid.applied(one_desk)
    gone = await aid.applied(one_desk, aid.LECTURE, slug="lecture")
    await aid.own(one_desk, gone, "withdrawn")
    zhao = await one_desk.enter("zhao", "approver")

    page = await zhao.do("/applications", "preview", application=[number, gone])

    assert "选的这些现在都不能一起同意。" in page.text


async def test_two_who_press_at_once_decide_once(desks):
    number = await aid.applied(desks)
    li = await desks.enter("li", "caseworker")
    zhao, sun = await desks.enter("zhao", "approver"), await desks.enter("sun", "approver")
    await aid.checked(li, number)
    path = f"/applications/{number}"

    answers = await asyncio.gather(*(one.do(path, "move", to="publicity") for one in (zhao, sun)))

    assert sorted(answer.status for answer in answers) == [303, 422]
    assert len(await legal.letters(desks)) == 3


def spelled(body: bytes) -> str:
    """Return all that a file says, unpacked when it is a sheet."""
    if not is_zipfile(io.BytesIO(body)):
        return body.decode("utf-8", "ignore")
    with ZipFile(io.BytesIO(body)) as packed:
        told = "".join(packed.read(name).decode("utf-8", "ignore") for name in packed.namelist())
    return unescape(told)


async def test_nothing_personal_stands_on_any_other_page(one_stocked):
    """Every page is opened by somebody with all roles, every sheet unpacked."""
    number = await aid.applied(one_stocked, aid.RELIEF)
    await aid.approved(one_stocked, number)
    zhao = await one_stocked.enter("zhao")
    await zhao.do("/payments", "send", application=number)
    boss = await one_stocked.enter("boss", *ROLES)
    secrets = {
        "name": aid.NAME,
        "phone": aid.PHONE,
        "account": aid.ACCOUNT,
        "illness": aid.ILLNESS,
    }

    found = {}
    for page in staff_pages.pages():
        path = page.path.replace("{number}", "1").replace("{key}", "1").replace("{name}", "texts")
        told = spelled((await boss.open(path)).body)
        if shown := [name for name, said in secrets.items() if said in told]:
            found[page.path] = shown

    assert found == {
        "/applications/{number}": ["name", "illness"],
        "/members/{number}/export": ["name", "phone", "account", "illness"],
        "/payments/{number}/sheet": ["name", "account"],
    }


async def test_home_leads_to_what_waits(desks):
    await aid.applied(desks)
    boss = await desks.enter("boss", "administrator")
    page = (await boss.open("/")).text
    assert "1 等核对的申请" in page
    assert "等决定的申请" not in page
    assert "过了答应时间的申请" not in page

    desks.clock.now += timedelta(days=16)
    li = await desks.enter("li", "caseworker")
    assert "1 过了答应时间的申请" in (await li.open("/")).text
    await aid.checked(li, 1)
    boss = await desks.enter("boss")
    assert "1 等决定的申请" in (await boss.open("/")).text
