"""Makes the pictures of docs/console.md: `make pictures` starts a demo, fills it and looks at its pages."""

import asyncio
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, async_playwright
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import crypto, files, migrate
from models.application_papers import PURPOSE
from models.applications import Application, ApplicationPaper, ApplicationStep
from models.base import Database
from models.case_deadlines import CaseDeadline
from models.case_lines import CaseLine
from models.case_papers import CasePaper
from models.cases import Case, CaseStep
from models.events import Event
from models.files import Store
from models.handoffs import HandOffLine
from models.members import Member
from models.notices import Notice
from models.objections import Objection
from models.payments import PaymentLine
from models.places import Place
from models.polls import Poll
from models.proposals import Proposal
from models.unanswered import Unanswered
from tests import crowd
from tests.browser.conftest import FLAGS, found
from tests.browser.test_chat import ask, press
from tests.pictures import saved, scene
from tests.processes import Service, serving

GUIDE = Path(__file__).parent.parent.parent / "docs" / "console.md"
FOLDER = GUIDE.parent / "pictures"
KEY, SECRET = crypto.new_key().decode(), "a secret for pictures"
SHOTS = {
    "login": "/login", "home": "", "inbox": "/inbox", "talk": "/inbox/4", "case": "/cases/3", "applications": "/applications",
    "application": "/applications/2", "notices": "/notices",
    "notice": "/notices/1", "events": "/events", "event": "/events/board-contest", "questions": "/questions",
    "content": "/content", "members": "/members", "calls": "/calls", "figures": "/figures", "staff": "/staff", "payments": "/payments", "objection": "/objections/7",
    "proposals": "/proposals", "poll": "/polls/1",
}  # fmt: skip
TALK = (
    ("member", "合同在，我拍给您。"),
    ("member", "老板说下个月一起给，我等不了了。"),
    ("demo", "您好，劳动合同还在手里吗？"),
)
STRANGE = ((CaseDeadline, "note", ""), (CaseStep, "reason", ""), (CasePaper, "name", "劳动合同.pdf"))
"""What stands where the tests have what is there to break pages."""
PLAIN = (
    (ApplicationStep, "reason", ""), (ApplicationPaper, "name", "身份证.jpg"), (Objection, "text", "好像不在海淀上班"), (Objection, "contact", ""),
    (PaymentLine, "reason", "户名不符"), (Proposal, "title", "食堂晚上开到八点"), (Proposal, "text", "加班的人吃不上饭，能不能开到八点。"),
    (Poll, "question", "春节前的活动去哪儿好？"), (Poll, "answers", ["登山", "看展览", "都行"]),
)  # fmt: skip
SETTLED = 500
"""How long pictures within a page take that come when they are seen, in milliseconds."""
SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}


async def make() -> None:
    """Start a demo and take every picture."""
    folder = Path(tempfile.mkdtemp(prefix="pictures-"))
    async with serving(folder, DEMO="true", FIELD_KEYS=KEY, SECRET_KEY=SECRET) as service:
        crypto.use([KEY.encode()], SECRET.encode())
        await _fill(folder)
        password = re.search(r"password (\S+)", service.log())
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=found(), args=FLAGS)
            for size, viewport in SIZES.items():
                await _take(browser, service, password[1] if password else "", size, viewport)
            await _apply(browser, service)
            await browser.close()


async def _fill(folder: Path) -> None:
    """Fill the demo as the tests do, without what is there to break pages."""
    migrate.declared()
    database = Database(f"sqlite:///{folder / 'gonghui.db'}")
    async with database.transaction() as session:
        await crowd.fill(session, members=300, events=8, talks=24, notices=9, now=datetime.now(UTC))
        await crowd.fill_cases(session, cases=6, worker=1, now=datetime.now(UTC))
        await crowd.fill_applications(session, number=6, now=datetime.now(UTC))
        await crowd.fill_voices(session, voices=4, now=datetime.now(UTC))
        await _applications(session, folder)
        for column in (Member.name, Event.title, Notice.title, Notice.text):
            strange = update(column.class_).where(column.contains("<") | column.contains("="))
            await session.execute(strange.values({column.key: "（演示）"}))
        for table in (HandOffLine, Unanswered):
            for row in await session.scalars(select(table)):
                row.text = "食堂几点开门，周末也开吗" if "<" in row.text else row.text
        for case in await session.scalars(select(Case)):
            case.name, case.employer, case.number = (
                "会员（演示）",
                "演示饭馆",
                f"{case.opened_at.year}-{case.id:04}",
            )
            case.facts = {
                "what": "三个月没发工资，说等生意好了再给",
                "employed": "yes",
                "owed": "12000",
                "goal": "money",
            }
        for line in await session.scalars(select(CaseLine)):
            line.author, line.text = TALK[line.id % len(TALK)]
        for table, column, words in STRANGE:
            for row in await session.scalars(select(table)):
                setattr(row, column, words)
        for place in await session.scalars(select(Place)):
            place.name, place.answers = "会员（演示）", {}
    await database.close()


async def _applications(session: AsyncSession, folder: Path) -> None:
    """Let the applications be ordinary ones, with a picture among their papers."""
    kept = await Store(f"file://{folder}/files").put(saved(scene((800, 500))), "image/jpeg")
    await files.note(session, kept, by=None, purpose=PURPOSE, now=datetime.now(UTC))
    for one in await session.scalars(select(Application)):
        one.slug, one.name, one.relatives, one.account = "tuition-aid", "王芳（演示）", "", "6222000011112222"
        one.answers = {"degree": "本科", "card": "有", "finished": "今年"}
    for table, column, words in (*PLAIN, (ApplicationPaper, "digest", kept.hash)):
        for row in await session.scalars(select(table)):
            setattr(row, column, words)


async def _apply(browser: Browser, service: Service) -> None:
    """Take a picture of somebody who applies on a phone, up to the question for their name."""
    page = await browser.new_page(viewport=SIZES["phone"])
    await page.goto(service.url)
    await page.wait_for_selector(".choices")
    await ask(page, "学费资助")
    for label in ("我要申请", "本科", "有", "今年", "没有"):
        await press(page, label)
    await page.wait_for_timeout(SETTLED)
    await page.screenshot(path=FOLDER / "apply-phone.png")
    await page.close()


async def _take(
    browser: Browser, service: Service, password: str, size: str, viewport: dict[str, int]
) -> None:
    wanted = set(re.findall(r"pictures/([a-z]+)-" + size, GUIDE.read_text(encoding="utf-8")))
    page = await browser.new_page(viewport=viewport, locale="zh-CN")
    await page.goto(f"{service.url}/console/login")
    if "login" in wanted:
        await page.screenshot(path=FOLDER / f"login-{size}.png")
    await page.fill("input[name=login]", "demo")
    await page.fill("input[name=password]", password)
    await page.click("button.main")
    await page.wait_for_selector("nav")
    for name, path in SHOTS.items():
        if name in wanted - {"login"}:
            await page.goto(f"{service.url}/console{path}", wait_until="load")
            await page.wait_for_timeout(SETTLED)
            await page.screenshot(path=FOLDER / f"{name}-{size}.png")
    if "publicity" in wanted:
        await page.goto(f"{service.url}/publicity")
        await page.screenshot(path=FOLDER / f"publicity-{size}.png")
    await page.close()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    asyncio.run(make())
