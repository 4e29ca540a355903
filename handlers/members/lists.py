"""Numbered lists: the next page, the rest of a long text, and a number that stands for nothing."""

from dataclasses import replace

from handlers.service import Service, Turn
from models import shown_lists
from models.messages import Choice, Outgoing
from models.shown_lists import PAGE, ShownList


async def turned(turn: Turn, how: str) -> Outgoing:
    """Show the list once more: another page of it, what is left of the text, or why the number leads nowhere."""
    shown = await shown_lists.of(turn.session, turn.message.sender)
    if shown is None or (how == "old" and shown.is_over(turn.now)):
        menu = turn.say("menu")
        return replace(menu, text=f"{turn.say('list.over').text}\n\n{menu.text}")
    if how == "more" and shown.rest:
        return Outgoing(shown.rest, shown.page(shown.first), digits=shown.digits)
    first = {"next": shown.first + PAGE, "back": shown.first - PAGE}.get(how, shown.first)
    key = how if how in {"old", "again"} else "page"
    told = turn.say(f"list.{key}", page=first // PAGE + 1)
    return Outgoing(told.text, _from(shown, first))


def _from(shown: ShownList, first: int) -> tuple[Choice, ...]:
    return shown.page(first if 0 <= first < len(shown.choices) else 0)


service = Service(name="list", title="翻页", actions={"list": turned})
