"""谁看过我的资料: counts and dates by role, and nobody's name."""

from datetime import timedelta

from models import audit, cases, handoffs, members, staff
from models.cases import Filed
from models.messages import Address
from models.rights import Grant

AT = Address("phone", "wang")
NOBODY = "近一年没有同事看过您的资料。\n[看一看] [菜单] [转人工]"


async def look(chat, who: str, *about: str, days: int = 0) -> None:
    async with chat.database.transaction() as session:
        for one in about:
            audit.note(session, who, audit.LOOKED, one, now=chat.clock() - timedelta(days=days))


async def test_nobody_has_looked(chat):
    await chat.say("隐私")

    await chat.run(("[谁看过]", NOBODY), ("谁看过我的资料", NOBODY))


async def test_looks_are_told_by_role_with_the_last_day(chat):
    async with chat.database.transaction() as session:
        member = await members.at_address(session, AT, now=chat.clock())
        talk = await handoffs.ask(session, member, AT, promised=None, now=chat.clock())
        handoffs.close(talk, now=chat.clock())
        filed = Filed("wages", "P3", "", "", "")
        case = await cases.file(session, member, AT, filed, promised=None, now=chat.clock())
        for login, *roles in (("li", "caseworker", "organiser"), ("boss", "administrator"), ("left",)):
            grants = [Grant(role) for role in roles] or [Grant("viewer")]
            await staff.add(session, login, f"{login}（演示）", "x", grants, now=chat.clock())
    mine, theirs = f"/members/{member.id}", f"/members/{member.id}1"
    await look(chat, "li", mine, f"/cases/{case.id}", f"/inbox/{talk.id}", days=3)
    await look(chat, "li", f"{mine}/export", days=9)
    await look(chat, "boss", mine, theirs, f"/cases/{case.id}2")
    await look(chat, "left", mine, days=1)
    await look(chat, "command line", mine, days=2)
    await look(chat, "boss", mine, days=366)

    told = (
        "近一年，同事为您办事时看过您的资料：\n办案的同事：4次，最近一次2026年11月7日\n管理员：1次，最近一次2026年11月10日\n"
        "其他同事：2次，最近一次2026年11月9日\n[看一看] [菜单] [转人工]"
    )
    await chat.run(("谁看过我的资料", told))
