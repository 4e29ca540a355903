"""Telling a member's other addresses what was done in their name."""

from dataclasses import replace

from handlers.service import Turn
from models import members, outbox
from models.members import Member


async def card(turn: Turn, member: Member, number: int) -> None:
    """Tell every address of *member* but this one that their card was bound; *number* is the link, 0 without."""
    letter = replace(turn.say("card.alert", number=number), lane="timely")
    for contact in await members.contacts(turn.session, member):
        if contact.at != turn.message.sender:
            await outbox.put(turn.session, contact.at, letter, due=turn.now)
