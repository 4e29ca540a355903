"""What a demo begins with: two colleagues with a password that is told once, and a few holders of a card."""

import secrets
from datetime import datetime

from models import passwords, roster, staff
from models.base import Database
from models.rights import ROLES, Grant, Role

COLLEAGUES: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("demo", "王老师（演示）", ROLES),
    ("demo2", "李老师（演示）", ("approver", "caseworker")),
)
HOLDERS = [
    roster.Holder(f"演示{name}", f"900000000{number:03}", f"1990000{number:04}", "演示单位工会", "演示区域")
    for number, name in enumerate("甲乙丙", 1)
]


async def move_in(database: Database, *, now: datetime) -> list[str]:
    """Make the demo's colleagues and cards unless there are some; return the lines to print, once."""
    password = secrets.token_urlsafe(9)
    hashed = await passwords.hashed(password)
    async with database.transaction() as session:
        if await staff.listed(session):
            return []
        for login, name, roles in COLLEAGUES:
            await staff.add(session, login, name, hashed, [Grant(role) for role in roles], now=now)
        await roster.put(session, HOLDERS, source="demo", now=now)
    logins = "、".join(login for login, _, _ in COLLEAGUES)
    return [f"login    {logins}   password {password}   (shown this once)"]
