"""Whether a member's case may be passed on to those who mediate: asked of the member, and answered by one press."""

from handlers import casefacts, casework
from handlers.service import Service, Turn
from models import case_member, case_referrals
from models.base import Refused
from models.messages import Outgoing


async def press(turn: Turn, about: str) -> Outgoing:
    """Ask, or take the answer; where private words may not pass it goes on on our own page."""
    verb, _, number = about.partition(":")
    if not turn.private:
        return turn.move(f"sharing:ask:{number}")
    case = await case_member.named(turn.session, turn.member, turn.message.sender, number)
    if verb == "ask":
        step = await case_referrals.asked(turn.session, case)
        if step is None or case.over:
            raise Refused("sharing_unasked")
        return casework.sharing(turn.content, case, casefacts.parties(turn.content, step.before))
    agrees = verb == "yes"
    keys = await case_referrals.answer(turn.session, case, turn.member, agrees=agrees, now=turn.now)
    return turn.say(f"sharing.{verb}", parties=casefacts.parties(turn.content, ",".join(keys)))


service = Service(name="sharing", title="转交案件", actions={"sharing": press})
