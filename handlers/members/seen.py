"""谁看过我的资料: how often colleagues looked at a member's data, by what they do and never by name."""

from datetime import datetime, timedelta

from handlers import wording
from handlers.service import Service, Turn
from handlers.wording import BEIJING
from models import applications, audit, cases, handoffs, staff
from models.messages import Outgoing

YEAR = timedelta(days=365)
ROLES = ("caseworker", "organiser", "administrator")
OTHER = "other"


async def tell(turn: Turn) -> Outgoing:
    """Tell who looked, how often, and when last."""
    things = [f"/members/{turn.member.id}"]
    things += [f"/inbox/{number}" for number in await handoffs.numbers(turn.session, turn.member)]
    things += [f"/cases/{case.id}" for case in await cases.of(turn.session, turn.member)]
    things += [f"/applications/{one.id}" for one in await applications.of(turn.session, turn.member)]
    found = await audit.about_any(turn.session, things, since=turn.now - YEAR)
    roles = await staff.roles(turn.session, [who for who, _, _ in found])
    looks: dict[str, tuple[int, datetime]] = {}
    for who, number, last in found:
        role = next((role for role in ROLES if role in roles[who]), OTHER)
        before, latest = looks.get(role, (0, last))
        looks[role] = before + number, max(latest, last)
    if not looks:
        return turn.say("seen.nobody")
    lines = [_line(turn, role, *looks[role]) for role in (*ROLES, OTHER) if role in looks]
    return turn.say("seen", lines="\n".join(lines))


def _line(turn: Turn, role: str, number: int, last: datetime) -> str:
    day = wording.full_day(last.astimezone(BEIJING))
    return turn.say("seen.line", role=turn.say(f"seen.{role}").text, count=number, day=day).text


async def pressed(turn: Turn, _: str) -> Outgoing:
    """Tell it when the button is pressed."""
    return await tell(turn)


service = Service(
    name="seen",
    title="谁看过",
    words=("谁看过我的资料", "誰看過我的資料", "谁看了我的资料", "谁看过"),
    answer=tell,
    actions={"seen": pressed},
)
