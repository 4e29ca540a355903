"""A case in Chromium: a colleague does with it what there is to do, on an office screen and on a phone."""

from datetime import UTC, datetime

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from sqlalchemy import select

from models import cases, crypto, staff
from models.base import Database
from models.cases import CaseWorker, Filed
from models.members import Contact, Member
from tests.browser.desks import SECRET, colleague, fits
from tests.processes import serving

pytestmark = [pytest.mark.timeout(150), pytest.mark.asyncio(loop_scope="module")]
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
SERIOUS = ("serious", "critical")
KEY = crypto.new_key().decode()
FACTS = {"what": "三个月没发工资", "employed": "yes", "owed": "12000", "goal": "money"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("case")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(folder):
    """The service with the keys that the tests have."""
    async with serving(folder, DEMO="true", SECRET_KEY=SECRET, FIELD_KEYS=KEY) as service:
        before = crypto._Keys.fernet, crypto._Keys.lookup
        crypto.use([KEY.encode()], SECRET.encode())
        yield service
        crypto._Keys.fernet, crypto._Keys.lookup = before


async def filed(folder, login: str = "li") -> int:
    """Let the member who has opened the page last hand in a case, on which a colleague works; return its number."""
    database, now = Database(f"sqlite:///{folder / 'gonghui.db'}"), datetime.now(UTC)
    async with database.transaction() as session:
        contact = await session.scalar(select(Contact).order_by(Contact.member_id.desc()).limit(1))
        member = await session.get_one(Member, contact.member_id)
        told = Filed("wages", "P2", "王芳（演示）", "19900001234", "演示饭馆", facts=FACTS)
        case = await cases.file(session, member, contact.at, told, promised=now, now=now)
        who = await staff.by_login(session, login)
        case.state = "assigned"
        session.add(CaseWorker(case_id=case.id, staff_id=who.id, since=now))
        number = case.id
    await database.close()
    return number


@pytest.mark.parametrize("view", [DESK, PHONE], ids=["desk", "phone"])
async def test_case_is_answered_dated_and_closed(browser, site, folder, monkeypatch, view):
    context = await colleague(browser, site, folder, monkeypatch, viewport=view)
    member = await browser.new_page(viewport=PHONE)
    await member.goto(site.url)
    await member.wait_for_selector(".choices")
    await member.fill("#text", "您好")
    await member.press("#text", "Enter")
    await member.get_by_text("想问哪方面的事").wait_for()
    number = await filed(folder)
    desk = await context.new_page()
    faults: list[str] = []
    desk.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)

    await desk.goto(f"{site.url}/console/cases?whose=mine")
    await desk.get_by_role("link", name=f"-{number:04}").click()
    await desk.get_by_label("回复会员").fill("您好，请把合同拍给我看。")
    await desk.get_by_role("button", name="回复", exact=True).click()
    await member.get_by_text("您好，请把合同拍给我看。").wait_for()
    await desk.get_by_role("button", name="看完整号码").click()
    await desk.get_by_text("19900001234").wait_for()
    await looked_at(desk, view)

    await desk.get_by_role("link", name="期限和约谈").click()
    await desk.get_by_label("最晚哪天").fill("2099-01-01")
    await desk.get_by_role("button", name="加上").click()
    await desk.get_by_text("期限记下了").wait_for()
    await desk.get_by_label("什么时候").fill("2099-01-01T10:00")
    await desk.get_by_label("在哪里").fill("上地服务站")
    await desk.get_by_role("button", name="问会员").click()
    await member.get_by_text("同事想约您见面").wait_for()
    await looked_at(desk, view)

    await desk.goto(f"{site.url}/console/cases/{number}/handling")
    await looked_at(desk, view)
    await desk.get_by_label("怎么办结的").fill("钱给了")
    await desk.get_by_role("button", name="办结", exact=True).click()
    await member.get_by_text("您觉得办得怎么样？").wait_for()
    for path in ("/cases", f"/cases/{number}/workers", "/cases/alerts"):
        await desk.goto(f"{site.url}/console{path}")
        await looked_at(desk, view)

    assert faults == []
    await member.close()
    await context.close()


async def looked_at(page, view) -> None:
    """Look at a page that must fit and be usable by everybody."""
    assert await fits(page), page.url
    if view is PHONE:  # the rules do not ask for the width, but tables scroll here only
        found = await Axe().run(page, options={"resultTypes": ["violations"]})
        faults = [one["id"] for one in found.response["violations"] if one["impact"] in SERIOUS]
        assert faults == [], page.url
