"""Applications and colleagues for the tests of their rules."""

from decimal import Decimal

from config.entries import ApplicationPlan
from models import application_states, applications, members, staff
from models.applications import Wanted
from models.messages import Address
from models.rights import Grant

TUITION = ApplicationPlan(
    prefix="X", steps=("union_check", "district_review"), money=True, publicity_days=5,
    sums={"大专": Decimal(1000), "本科": Decimal(2000)}, sum_by="degree", year=2014, once="year",
)  # fmt: skip
RELIEF = ApplicationPlan(
    prefix="J", steps=("union_check",), money=True, ceiling=Decimal(3000), pays_first=True
)
LECTURE = ApplicationPlan(prefix="K", steps=("union_check",))


class Desk:
    """One member who applies, and colleagues who see to it."""

    def __init__(self, session, clock):
        self.session, self.clock = session, clock

    async def member(self, who="wang"):
        return await members.at_address(self.session, Address("telegram", who), now=self.clock())

    async def staff(self, login):
        found = await staff.by_login(self.session, login)
        grants = [Grant("caseworker"), Grant("approver")]
        return found or await staff.add(
            self.session, login, f"{login}（演示）", "x", grants, now=self.clock()
        )

    async def apply(self, plan=TUITION, who="wang", **fields):
        told = {"answers": {"degree": "本科"}, "account": "6222（演示）", **fields}
        wanted = Wanted("aid", plan, 3, "王芳（演示）", "13800000000", **told)
        at = Address("telegram", who)
        return await applications.submit(self.session, await self.member(who), at, wanted, now=self.clock())

    async def move(self, application, to, by="li", **more):
        await application_states.move(
            self.session, application, to, await self.staff(by), now=self.clock(), **more
        )

    async def check(self, application, by="li"):
        await application_states.check(self.session, application, await self.staff(by), now=self.clock())

    async def own(self, application, to, reason=""):
        await application_states.by_member(self.session, application, to, reason=reason, now=self.clock())

    async def shown(self, **fields):
        """Bring an application as far as the list that is shown."""
        found = await self.apply(**fields)
        for step in ("union_check", "district_review"):
            await self.move(found, step)
            await self.check(found)
        await self.move(found, "publicity", "zhao")
        return found

    async def approved(self, **fields):
        found = await self.shown(**fields)
        self.clock.now = found.due
        await self.move(found, "approved", "zhao")
        return found
