"""Cases, members and colleagues for tests, with few words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import cases, members, staff
from models.cases import Case, CaseStep, Filed
from models.members import Member
from models.messages import Address
from models.rights import Grant
from models.staff import Staff


class Bench:
    """What a test of cases stands on: everything happens in *session*, now."""

    def __init__(self, session: AsyncSession, clock: Callable[[], datetime]) -> None:
        self.session, self.clock = session, clock

    async def member(self, name: str = "wang", *, union: str = "", area: str = "") -> Member:
        """Return the member who writes from the address called *name*."""
        found = await members.at_address(self.session, Address("web", name), now=self.clock())
        found.union_name, found.area = union, area
        return found

    async def case(
        self, topic: str = "wages", *, of: str = "wang", promised: datetime | None = None, **values: Any
    ) -> Case:
        """Open a case; *values* are those of what is filed."""
        told = {"urgency": "P3", "name": "王芳", "phone": "13800000000", "employer": "某公司", **values}
        member = await self.member(of, union=told.get("union", ""), area=told.get("area", ""))
        filed = Filed(topic=topic, **told)
        return await cases.file(
            self.session, member, Address("web", of), filed, promised=promised, now=self.clock()
        )

    async def colleague(self, login: str, *grants: Grant, at: str = "") -> Staff:
        """Open an account, with a chat bound when it is given: without *grants* a caseworker everywhere."""
        held = grants or (Grant("caseworker"),)
        found = await staff.add(self.session, login, login, "-", held, now=self.clock())
        found.channel, found.address = ("phone", at) if at else ("", "")
        await self.session.flush()
        return found

    async def steps(self, case: Case, kind: str = "state") -> list[tuple[str, str, str, str]]:
        """Return what happened to a case: before, after, by whom, why."""
        query = select(CaseStep).where(CaseStep.case_id == case.id, CaseStep.kind == kind)
        rows = await self.session.scalars(query.order_by(CaseStep.id))
        return [(row.before, row.after, row.by, row.reason) for row in rows]
