"""Early warning: what staff see of employers with several cases, and the quarters in figures."""

import io

from openpyxl import load_workbook

from models import case_alerts
from models.rights import Grant
from tests.handlers.staff import legal


async def watched(office, number: int = 3, **more) -> None:
    """Let as many cases come in, and the clock look at them."""
    for _ in range(number):
        await legal.filed(office, trade="餐饮", **more)
    async with office.database.transaction() as session:
        await case_alerts.watch(session, now=office.clock())


async def test_employer_is_named_to_those_who_work_on_its_cases_only(desks):
    await watched(desks)
    boss, li = await desks.enter("boss", "administrator"), await legal.worker(desks, 1)

    assert "不显示 餐饮 上地 3 3 2026-11-10 10:00 还在" in (await boss.open("/cases/alerts")).text
    assert "演示饭馆 餐饮 上地 3 3 2026-11-10 10:00 还在" in (await li.open("/cases/alerts")).text


async def test_one_case_of_many_people_is_not_counted_out(one_desk):
    await watched(one_desk, 1, people=12)
    boss = await one_desk.enter("boss", "administrator")

    page = (await boss.open("/cases/alerts")).text

    assert (await boss.open("/cases/alerts")).html.count('aria-current="page"') == 1
    assert "不显示 餐饮 上地 少于3 12 2026-11-10 10:00 还在" in page
    assert "没有可以显示的数。" in page


async def test_alert_that_is_over_says_so(one_desk):
    await watched(one_desk)
    one_desk.clock.tick(30 * 24 * 3600)
    await watched(one_desk, 0)
    boss = await one_desk.enter("boss", "administrator")

    assert "过去了" in (await boss.open("/cases/alerts")).text


async def test_figures_are_told_in_words_in_a_plot_and_in_a_sheet(one_desk):
    await watched(one_desk, 5)
    await watched(one_desk, 3, topic="injury", employer="另一家（演示）")
    boss = await one_desk.enter("boss", "administrator")

    page = await boss.open("/cases/alerts?year=2026")
    plot = await boss.open("/cases/alerts/plots/topic?year=2026")
    sheet = await boss.open("/cases/alerts/sheet?year=2026")

    assert "每季事由 四个季度：欠薪0、0、0、5；工伤0、0、0、3。" in page.text
    assert "每季行业 四个季度：餐饮0、0、0、8。" in page.text
    assert (plot.status, plot.headers["Content-Type"]) == (200, "image/svg+xml")
    assert ("欠薪" in plot.body.decode(), "script" in plot.body.decode()) == (True, False)
    rows = list(load_workbook(io.BytesIO(sheet.body)).active.iter_rows(values_only=True))
    assert rows[0] == ("季度", "按", "类别", "案件", "人数", "办结平均天数")
    assert (4, "事由", "欠薪", 5, 5, None) in [tuple(cell or None for cell in row) for row in rows]
    assert (await boss.open("/cases/alerts/plots/employer")).status == 404
    assert "2025 年案件数据" in (await boss.open("/cases/alerts?year=2025")).text
    assert "2026 年案件数据" in (await boss.open("/cases/alerts?year=x")).text


async def test_only_the_own_area_is_told_and_never_one_union(one_desk):
    await watched(one_desk)
    near = await one_desk.enter("near", Grant("caseworker", area=legal.AREA))
    far = await one_desk.enter("far", Grant("caseworker", area="别处"))
    union = await one_desk.enter("union", Grant("caseworker", union="演示饭馆工会"))

    assert "餐饮 上地 3 3" in (await near.open("/cases/alerts")).text
    assert "四个季度：欠薪0、0、0、3。" in (await near.open("/cases/alerts")).text
    assert "餐饮" not in (await far.open("/cases/alerts")).text
    assert [(await union.open(f"/cases/alerts{path}")).status for path in ("", "/sheet", "/plots/topic")] == [
        404
    ] * 3
