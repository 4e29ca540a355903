"""换手机, 关联: another phone of the same person, by a code told on the old one."""

import re
import unicodedata
from collections.abc import Mapping

from handlers import alerts
from handlers.service import Service, Turn
from models import conversations, linking, members
from models.members import Member
from models.messages import Outgoing

_CODE = re.compile(r"(\d+)\D+(\d{6})")


async def which(turn: Turn) -> Outgoing:
    """Ask whether this is the old phone or the new one."""
    return turn.say("link.which")


async def pressed(turn: Turn, about: str) -> Outgoing:
    """Tell a code on the old phone, ask for it on the new one."""
    step, _, number = about.partition(":")
    if step == "enter":
        return turn.start("link-code" if number else "link", number)
    if step != "code":
        return await which(turn)
    link, _ = await linking.ask(turn.session, turn.member, None, now=turn.now)
    return turn.say("link.code", number=link.id, code=linking.tell(link, now=turn.now))


async def enter(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Take the code and make the two records one person."""
    number, code = _parts(about, answers["code"])
    keep = await linking.use(turn.session, number, code, turn.message.sender, now=turn.now)
    if keep is None:
        return turn.say("link.wrong", number=about)
    if keep.id == turn.member.id:
        return turn.say("link.same")
    if keep.roster_id and turn.member.roster_id:
        return turn.say("refused.two_cards")
    if not about:  # a card's alert has gone out before
        await alerts.card(turn, keep, int(number))
    await _merge(turn, keep)
    return turn.say("link.done")


def _parts(about: str, said: str) -> tuple[str, str]:
    """Return the number of the wish and the code: the number is known, or stands before the code."""
    if about:
        return about, said
    found = _CODE.fullmatch(unicodedata.normalize("NFKC", said).strip())
    return (found[1], found[2]) if found else ("", "")


async def _merge(turn: Turn, keep: Member) -> None:
    """Make the member of this turn one with *keep*; the turn goes on as theirs."""
    await members.merge(turn.session, keep, turn.member, now=turn.now)
    turn.member = keep
    turn.conversation, _ = await conversations.current(turn.session, keep, now=turn.now)


service = Service(
    name="link",
    title="换手机",
    words=("换手机", "换手机了", "换号", "关联", "換手機", "關聯", "link"),
    answer=which,
    actions={"link": pressed},
    finishes={"link": enter},
)
