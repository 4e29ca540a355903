"""Made-up applications for the console, and how far they have come."""

from decimal import Decimal
from pathlib import Path

from config.entries import ApplicationPlan, Paper
from models import application_states, applications, files, members
from models.applications import Application, ApplicationPaper, Wanted
from models.files import Store
from models.messages import Address
from models.staff import Staff
from tests.office import Desk, Office

WEB, TELEGRAM = Address("web", "page-1"), Address("telegram", "t1")
NAME, PHONE, ACCOUNT, ILLNESS = "王芳（演示）", "19900001234", "6222000011112222", "肺里长了东西"
UNION, AREA = "演示单位工会", "上地"
ID, LETTER = Paper(name="card", label="身份证"), Paper(name="letter", label="录取通知书")
TUITION = ApplicationPlan(
    prefix="X", money=True, sums={"大专": Decimal(1000), "本科": Decimal(2000)}, sum_by="degree", year=2014,
    publicity_days=5, papers=(ID, LETTER, Paper(name="more", label="其他", needed=False)),
)  # fmt: skip
RELIEF = ApplicationPlan(
    prefix="J", steps=("union_check",), money=True, ceiling=Decimal(3000), pays_first=True, papers=(ID,)
)
LECTURE = ApplicationPlan(prefix="K", steps=("union_check",))
SEEN = ["card", "letter"]


async def applied(
    office: Office, plan: ApplicationPlan = TUITION, at: Address = WEB, *, area: str = AREA, **more
) -> int:
    """Let a member of a union hand an application in; return its number."""
    told = {"answers": {"degree": "本科", "why": ILLNESS}, "account": ACCOUNT, "name": NAME, **more}
    async with office.database.transaction() as session:
        member = await members.at_address(session, at, now=office.clock())
        member.union_name, member.area = UNION, area
        wanted = Wanted(told.pop("slug", "aid"), plan, 1, told.pop("name"), PHONE, **told)
        found = await applications.submit(session, member, at, wanted, now=office.clock())
        return found.id


async def own(office: Office, number: int, to: str, reason: str = "") -> None:
    """Let the member do something with their application."""
    async with office.database.transaction() as session:
        found = await session.get_one(Application, number)
        await application_states.by_member(session, found, to, reason=reason, now=office.clock())


async def one(office: Office, number: int) -> Application:
    """Return an application as it is now."""
    async with office.database.transaction() as session:
        return await session.get_one(Application, number)


async def state(office: Office, number: int) -> str:
    return (await one(office, number)).state


async def checked(desk: Desk, number: int) -> None:
    """Check an application to the last step, as a colleague does with presses."""
    path = f"/applications/{number}"
    await desk.follow(path, "move", to="union_check")
    await desk.follow(path, "check", paper=SEEN)
    await desk.follow(path, "check", paper=SEEN)


async def after_publicity(office: Office, number: int, login: str) -> Desk:
    """Let the days of the list go by; return the desk of a colleague who logs in then."""
    office.clock.now = (await one(office, number)).due
    return await office.enter(login)


async def approved(office: Office, number: int, amount: str = "1500") -> None:
    """Let two colleagues approve emergency relief."""
    li, zhao = await office.enter("li", "caseworker"), await office.enter("zhao", "approver")
    path = f"/applications/{number}"
    await li.follow(path, "move", to="union_check")
    await li.follow(path, "check")
    await zhao.follow(path, "move", to="approved", amount=amount)


async def bind(office: Office, desk: Desk, at: Address) -> None:
    """Let a colleague's account be the one of the chat *at*."""
    async with office.database.transaction() as session:
        who = await session.get_one(Staff, desk.who.id)
        who.channel, who.address = at.channel, at.id


async def handed_in(
    office: Office, folder: Path, number: int, body: bytes, *, paper: str, name: str, kind: str
) -> int:
    """Let a file be one of the papers; return its number."""
    kept = await Store(f"file://{folder}/files").put(body, kind)
    async with office.database.transaction() as session:
        await files.note(session, kept, by=None, purpose="application", now=office.clock())
        row = ApplicationPaper(
            application_id=number, paper=paper, name=name, digest=kept.hash, at=office.clock()
        )
        session.add(row)
        await session.flush()
        return row.id
