"""The first screen, the menu and its second level."""

from dataclasses import replace

from config.entries import Entry
from handlers import answers, enrolling, wording
from handlers.service import Service, Turn
from models.messages import Choice, Outgoing
from models.places import CONFIRMED

MOST = 7


async def show(turn: Turn) -> Outgoing:
    """Show the menu; a form in progress is kept and offered."""
    return await level(turn, "")


async def level(turn: Turn, about: str) -> Outgoing:
    """Show one level of the menu."""
    if about.partition(".")[0] == "activities":
        return _activities(turn, about.partition(".")[2])
    key = f"menu.{about}" if about else "menu"
    if key not in turn.content.texts:
        key = "menu"
    menu = turn.say(key)
    if key == "menu" and turn.first:
        menu = replace(menu, text=f"{menu.text}\n\n{turn.say('menu.first').text}")
    return _with_form(turn, menu)


async def welcome(turn: Turn) -> Outgoing:
    """Greet on the first visit; later visits get what comes next or the menu, a poster's link its programme."""
    entry = turn.content.entry(turn.message.value)
    if entry is not None:
        return await _from_poster(turn, entry)
    if not turn.first:
        return await _next(turn) or await show(turn)
    menu = turn.say("menu")
    return replace(menu, text=f"{turn.say('welcome').text}\n\n{turn.say('menu.first').text}")


async def _from_poster(turn: Turn, entry: Entry) -> Outgoing:
    card = await enrolling.show(turn, entry)
    if turn.first:
        return replace(card, text=f"{card.text}\n\n{turn.say('welcome.poster').text}")
    return _with_form(turn, card, last=True)


async def _next(turn: Turn) -> Outgoing | None:
    """Return what the member has a place for next, unless a form waits for them."""
    if turn.conversation.form:
        return None
    for place, event in await enrolling.places_of(turn):
        if place.state == CONFIRMED and event.days:
            day = next((day for day in event.days if day > turn.now), event.days[-1])
            return turn.say("welcome.next", place=place.id, event=event.title, date=wording.when(day))
    return None


def _with_form(turn: Turn, said: Outgoing, *, last: bool = False) -> Outgoing:
    """Put a form in progress aside and offer it with what is said: first of the buttons, or *last*."""
    if not turn.conversation.form or turn.elsewhere:
        return said
    turn.conversation.asleep = True
    resume = Choice(turn.say("form.resume").text, "form:resume")
    choices = (*said.choices, resume) if last else (resume, *said.choices)
    return replace(said, text=f"{turn.say('menu.resume').text}\n\n{said.text}", choices=choices)


def _activities(turn: Turn, since: str) -> Outgoing:
    """List the activities from the number *since* on, a page at a time."""
    dated = [entry for entry in turn.content.dated(turn.now) if answers.stage(entry, turn.now)]
    events = {"contest", "training", "festival", "lecture", "outing", "tickets"}
    said = turn.say("menu.activities")
    if not dated:
        dated = [entry for entry in turn.content.entries if entry.kind in events and entry.fact]
        said = replace(said, text=turn.say("menu.activities_none").text)
    first = int(since) if since.isdecimal() and int(since) < len(dated) else 0
    page = dated[first : first + MOST]
    if len(dated) - first > MOST:
        page = page[: MOST - 1]
    choices = [Choice(entry.title, f"show:{entry.slug}") for entry in page]
    if first + len(page) < len(dated):
        choices.append(turn.choice("menu.more", f"menu:activities.{first + len(page)}"))
    return replace(said, choices=(*choices, *said.choices))


service = Service(
    name="menu",
    title="菜单",
    words=("菜单", "首页", "帮助", "怎么用", "？", "?", "start", "菜單", "首頁", "幫助", "menu", "help"),
    answer=show,
    always=True,
    actions={"menu": level},
    kinds={"start": welcome, "joined": welcome},
)
