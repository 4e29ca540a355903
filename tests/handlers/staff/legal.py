"""Made-up cases of legal aid, and the colleagues who work on them."""

from typing import Any

from sqlalchemy import select

from handlers.confiding import Ways
from models import case_assignment, cases, members
from models.audit import AuditLine
from models.cases import Case, Filed
from models.members import Member
from models.messages import Address
from models.outbox import Letter
from tests.office import Desk, Office

WEB, TELEGRAM = Address("web", "page-1"), Address("telegram", "t1")
SECRET, NAME, PHONE, EMPLOYER = "老板三个月没发工资", "王芳（演示）", "19900001234", "演示饭馆"
FACTS = {"what": SECRET, "owed": "12000", "employed": "no", "goal": "把钱要回来", "first_day": "2025-03-01"}
AREA = "上地"
WAYS = Ways(site="https://gonghui.example")


async def filed(
    office: Office, at: Address = WEB, *, facts: dict[str, str] | None = None, **more: Any
) -> int:
    """Let a member hand in a case at an address; return its number."""
    told = {
        "topic": "wages",
        "urgency": "P2",
        "name": NAME,
        "phone": PHONE,
        "employer": EMPLOYER,
        "area": AREA,
    }
    filed = Filed(**{**told, **more}, facts=FACTS if facts is None else facts)
    async with office.database.transaction() as session:
        member = await members.at_address(session, at, now=office.clock())
        case = await cases.file(session, member, at, filed, promised=office.clock(), now=office.clock())
        return case.id


async def worker(office: Office, number: int, login: str = "li") -> Desk:
    """Let a caseworker work on a case; return their desk."""
    desk = await office.enter(login, "caseworker")
    async with office.database.transaction() as session:
        case = await session.get_one(Case, number)
        await case_assignment.assign(session, case, desk.who, by=login, now=office.clock())
    return desk


async def opened(office: Office, at: Address = WEB, **more: Any) -> tuple[int, Desk]:
    """Let a member hand in a case, and a colleague work on it."""
    number = await filed(office, at, **more)
    return number, await worker(office, number)


async def case(office: Office, number: int) -> Case:
    """Return a case as it is now."""
    async with office.database.transaction() as session:
        return await session.get_one(Case, number)


async def letters(office: Office, at: Address = WEB) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what was written to an address: each text with its buttons."""
    async with office.database.transaction() as session:
        query = select(Letter).where(Letter.channel == at.channel, Letter.address == at.id)
        found = await session.scalars(query.order_by(Letter.id))
        return [
            (one.message.text, [(choice.label, choice.value) for choice in one.message.choices])
            for one in found
        ]


async def looked(office: Office, about: str) -> list[tuple[str, str]]:
    """Return who did what about a page, by the audit log."""
    async with office.database.transaction() as session:
        query = select(AuditLine.who, AuditLine.action).where(AuditLine.about == about)
        return [tuple(row) for row in await session.execute(query.order_by(AuditLine.id))]


async def member_of(session, number: int) -> Member:
    """Return whose case it is."""
    return await session.get_one(Member, (await session.get_one(Case, number)).member_id)


async def bind(office: Office, desk: Desk, address: str) -> Address:
    """Bind a colleague's phone."""
    async with office.database.transaction() as session:
        who = await session.get_one(type(desk.who), desk.who.id)
        who.channel, who.address = "phone", address
    return Address("phone", address)
