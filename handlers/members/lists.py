"""Numbered lists: the next page, the rest of a long text, and a number that stands for nothing."""

from dataclasses import replace

from handlers import filling
from handlers.service import Service, Turn
from models import shown_lists
from models.messages import Outgoing
from models.shown_lists import PAGE


async def turned(turn: Turn, how: str) -> Outgoing:
    """Show the list once more: another page of it, what is left of the text, or why the number leads nowhere."""
    shown = await shown_lists.of(turn.session, turn.message.sender)
    if shown is None or (how == "old" and shown.is_over(turn.now)):
        present = turn.question() if filling.in_progress(turn) else turn.say("menu")
        return replace(present, text=f"{turn.say('list.over').text}\n\n{present.text}")
    if how == "more" and shown.rest:
        return Outgoing(shown.rest, shown.page(shown.first), digits=shown.digits)
    first = {"next": shown.first + PAGE, "back": shown.first - PAGE}.get(how, shown.first)
    if not 0 < first < len(shown.choices):
        first = 0
    key = how if how in {"old", "again"} else "page" if first else "first"
    return Outgoing(turn.say(f"list.{key}", page=first // PAGE + 1).text, shown.page(first))


service = Service(name="list", title="翻页", actions={"list": turned})
