"""Applications in Chromium: from the chat to paid, by two colleagues, with a supplement, an appeal and an objection."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from openpyxl import load_workbook
from sqlalchemy import select

from models import applications, crypto, members, migrate, sheets_out
from models.applications import Application
from models.base import Database
from models.messages import Address
from tests.browser.desks import SECRET, colleague, fits
from tests.browser.test_chat import answered, ask, press
from tests.handlers.staff.aid import RELIEF
from tests.pictures import saved, scene
from tests.processes import serving

pytestmark = [pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="module")]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SERIOUS = ("serious", "critical")
KEY = crypto.new_key().decode()
CARD = "6222000011112222"
BREATH = 8_000
"""Nobody presses faster than once a second for long."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("applications")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(folder):
    """The service with the keys that the tests have."""
    async with serving(folder, DEMO="true", SECRET_KEY=SECRET, FIELD_KEYS=KEY) as service:
        before = crypto._Keys.fernet, crypto._Keys.lookup
        crypto.use([KEY.encode()], SECRET.encode())
        migrate.declared()
        yield service
        crypto._Keys.fernet, crypto._Keys.lookup = before


async def kept(folder, change) -> None:
    """Change what lies in the database, as time and other people do."""
    database = Database(f"sqlite:///{folder / 'gonghui.db'}")
    async with database.transaction() as session:
        await change(session)
    await database.close()


async def looked_at(page) -> None:
    """Look at a page at both widths; it must fit and be usable by everybody."""
    for view in (DESK, PHONE):
        await page.set_viewport_size(view)
        assert await fits(page), page.url
    found = await Axe().run(page, options={"resultTypes": ["violations"]})
    faults = [one["id"] for one in found.response["violations"] if one["impact"] in SERIOUS]
    assert faults == [], page.url
    await page.set_viewport_size(DESK)


async def desk(browser, site, folder, monkeypatch, login: str):
    context = await colleague(browser, site, folder, monkeypatch, login, viewport=DESK)
    return await context.new_page()


async def do(page, button: str, said: str) -> None:
    """Press a button and wait for the sentence that says it is done."""
    await page.get_by_role("button", name=button, exact=True).click()
    await page.get_by_text(said).first.wait_for()


async def check(page) -> None:
    """Tick every paper and write down that all is in order."""
    card = page.locator("section.card", has=page.get_by_role("heading", name="核对", exact=True))
    for box in await card.get_by_role("checkbox").all():
        await box.check()
    await do(page, "核对无误", "核对记下了。")


async def hand_in(member) -> None:
    """Apply for tuition aid in the chat."""
    await ask(member, "学费资助")
    for label in ("我要申请", "本科", "有", "今年", "没有"):
        await press(member, label)
    await ask(member, "王芳（演示）")
    await member.wait_for_timeout(BREATH)
    await ask(member, "19900001234")
    assert "编号XF" in await press(member, "没错，交上去")


async def hand_in_the_rest(member) -> None:
    """Send one paper as a picture, and say that this is all."""
    await press(member, "补材料")
    before = await member.locator(".turn:not(.mine)").count()
    picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": saved(scene((800, 600)))}
    await member.set_input_files("#picture", picture)
    assert "“毕业证书”收到了" in await answered(member, before)
    await press(member, "补齐了")
    await press(member, "不说了，交上去")


async def appeal(member, li, zhao, here: str) -> None:
    """Let it be refused, the member appeal, and somebody else check it again."""
    await zhao.goto(here)
    await zhao.get_by_label("为什么").fill("毕业证看不清")
    await do(zhao, "不批准", "没批准，理由和怎么申诉告诉申请人了。")
    await member.get_by_text("这次没有批：毕业证看不清").wait_for()
    await member.wait_for_timeout(BREATH)
    await press(member, "申诉")
    await ask(member, "毕业证看得清")
    await li.goto(here)
    await do(li, "重新核对", "告诉申请人了")
    await check(li)


async def object_to_it(browser, site) -> None:
    """Let somebody who is nobody here read the public list on a phone, and object."""
    stranger = await browser.new_page(viewport=PHONE)
    await stranger.goto(f"{site.url}/publicity")
    assert "王*" in await stranger.inner_text("main")
    assert "芳" not in await stranger.inner_text("main")
    await stranger.get_by_role("link", name="提意见").click()
    await looked_at(stranger)
    await stranger.set_viewport_size(PHONE)
    await stranger.get_by_label("哪里不对？").fill("他不在海淀上班")
    await stranger.get_by_role("button", name="交上去").click()
    await stranger.get_by_text("收到了，谢谢您。").wait_for()
    await stranger.close()


async def dismiss(page, site) -> None:
    """Let a colleague who has checked nothing of it find nothing in the objection."""
    await page.goto(f"{site.url}/console/objections")
    await looked_at(page)
    await page.get_by_role("link", name="XF").click()
    await page.get_by_text("他不在海淀上班").wait_for()
    await looked_at(page)
    await page.get_by_label("结论").select_option(label="不成立，接着公示")
    await page.get_by_label("为什么").fill("查过，在海淀")
    await do(page, "定下来", "的异议定了：不成立")


async def approve(browser, site, member, zhao, folder, here: str) -> None:
    """Show it in public, look into an objection, approve it, and let the member say where the money goes."""
    await zhao.goto(here)
    await zhao.get_by_label("金额（元）").fill("2000")
    await do(zhao, "同意，去公示", "告诉申请人了")
    await object_to_it(browser, site)
    await kept(folder, let_the_days_go_by)
    await zhao.goto(here)
    await zhao.get_by_text("有异议还没有结论，先看异议。").wait_for()
    await looked_at(zhao)
    await dismiss(zhao, site)
    await zhao.goto(here)
    await do(zhao, "批准", "告诉申请人了")
    await member.get_by_text("请填本人的银行卡号").wait_for()
    await member.wait_for_timeout(BREATH)
    await press(member, "填卡号")
    assert "尾号2222" in await ask(member, CARD)


async def test_application_goes_from_the_chat_to_paid(browser, site, folder, monkeypatch):
    member = await browser.new_page(viewport=PHONE)
    await member.goto(site.url)
    await member.wait_for_selector(".choices")
    await hand_in(member)
    li = await desk(browser, site, folder, monkeypatch, "li")
    zhao = await desk(browser, site, folder, monkeypatch, "zhao")

    await li.goto(f"{site.url}/console/applications?whose=check")
    await looked_at(li)
    await li.get_by_role("link", name="XF").click()
    here = li.url
    await do(li, "请申请人补", "请申请人一次补齐了。")
    await member.get_by_text("还差：毕业证书、身份证、京卡").wait_for()
    await hand_in_the_rest(member)

    await li.goto(here)
    await do(li, "转到工会核对", "告诉申请人了")
    await looked_at(li)
    await check(li)
    await check(li)
    assert await li.get_by_role("button", name="同意，去公示").count() == 0
    await li.get_by_text("核对的人不能自己批，请另一位同事定。").wait_for()

    await appeal(member, li, zhao, here)
    await approve(browser, site, member, zhao, folder, here)
    await pay(zhao, site, "XF")
    await member.get_by_text("2000元打到您尾号2222的卡上了").wait_for()
    await zhao.goto(here)
    assert CARD not in await zhao.content()
    await do(zhao, "看完整号码和账号", CARD)
    for page in (member, li, zhao):
        await page.close()


async def let_the_days_go_by(session) -> None:
    """Let the last day of the list end."""
    found = await session.scalar(select(Application).where(Application.state == "publicity"))
    found.due = datetime.now(UTC) - timedelta(minutes=1)


async def pay(page, site, number: str) -> None:
    """Send what is approved to the bank, and take its answer in."""
    await page.goto(f"{site.url}/console/payments")
    await page.get_by_label(f"选 {number}").check()
    await looked_at(page)
    await do(page, "选的组成一批", "下载表格交给银行。")
    async with page.expect_download() as started:
        await page.get_by_role("link", name="下载给银行的表格").click()
    sheet = await (await started.value).path()
    head, *lines = load_workbook(io.BytesIO(sheet.read_bytes())).active.iter_rows(values_only=True)
    answer = [(*head, "结果", "原因"), *[(*line, "成功", "") for line in lines]]
    file = {"name": "回单.xlsx", "mimeType": sheets_out.XLSX, "buffer": sheets_out.xlsx(answer, title="回单")}
    await page.set_input_files("input[name=sheet]", file)
    await page.get_by_role("button", name="看看回单").click()
    await page.get_by_role("button", name="就这样收").wait_for()
    await looked_at(page)
    await do(page, "就这样收", "收进来了 1 笔")


async def test_emergency_relief_is_paid_first_under_its_ceiling(browser, site, folder, monkeypatch):
    await kept(folder, ask_for_relief)
    li = await desk(browser, site, folder, monkeypatch, "li")
    zhao = await desk(browser, site, folder, monkeypatch, "zhao")

    await li.goto(f"{site.url}/console/applications")
    await li.get_by_role("link", name="J20").click()
    here = li.url
    await do(li, "转到工会核对", "告诉申请人了")
    await do(li, "核对无误", "核对记下了。")
    await zhao.goto(here)
    await zhao.get_by_label("金额（元）").fill("3000.01")
    await do(zhao, "批准", "超过了上限。")
    await zhao.goto(here)
    await zhao.get_by_label("金额（元）").fill("3000")
    await do(zhao, "批准", "告诉申请人了")
    await pay(zhao, site, "J20")

    await zhao.goto(here)
    await zhao.get_by_text("在付款 → 付了").wait_for()
    for path in ("/applications/figures", "/applications?whose=decide", ""):
        await zhao.goto(f"{site.url}/console{path}")
        await looked_at(zhao)
    await li.close()
    await zhao.close()


async def ask_for_relief(session) -> None:
    """Let somebody hand in an application for emergency relief, papers to follow."""
    now, at = datetime.now(UTC), Address("web", "relief")
    member = await members.at_address(session, at, now=now)
    wanted = applications.Wanted("relief", RELIEF, 1, "李雷（演示）", "19900005678", account=CARD)
    await applications.submit(session, member, at, wanted, now=now)
