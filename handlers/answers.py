"""What a member reads about one entry: its answer, its detail, its buttons. Pure."""

from datetime import datetime

from config.entries import Entry
from handlers import wording
from handlers.service import Turn
from models.messages import Choice, Outgoing

Stage = str


def stage(entry: Entry, now: datetime) -> Stage:
    """Return how far an entry with dates has come: `` without a date ahead, dated, open, or closed."""
    if entry.opens is None or entry.starts is None or entry.starts <= now:
        return ""
    if now < entry.opens:
        return "dated"
    return "open" if entry.closes is None or now < entry.closes else "closed"


def answer(turn: Turn, entry: Entry, *, searched: bool = False) -> Outgoing:
    """Return the answer of *entry*; a searched one says what it understood and can be called wrong."""
    if turn.english:
        return _english(turn, entry, searched=searched)
    head = entry.care or turn.say("answer.about", title=entry.title).text
    parts = [head + core(turn, entry)]
    if entry.law:
        parts.append(turn.say("answer.law", law=entry.law).text)
    return Outgoing("\n\n".join(parts), _choices(turn, entry, searched=searched))


def core(turn: Turn, entry: Entry) -> str:
    """Return what is so: the dates ahead, else today's answer, else the history told with its year."""
    if stage(entry, turn.now):
        text = dated(turn, entry)
    elif entry.answer:
        text = entry.answer + (history(turn, entry) if entry.fact else "")
    else:
        text = history(turn, entry)
    if entry.valid_until and turn.today.date() > entry.valid_until:
        text += turn.say("answer.outdated", date=wording.full_day(entry.valid_until)).text
    return text


def dated(turn: Turn, entry: Entry) -> str:
    """Return the sentence that tells an entry's dates."""
    assert entry.starts is not None  # noqa: S101 -- stage() said so
    assert entry.opens is not None  # noqa: S101 -- stage() said so
    return turn.say(
        "answer.dated",
        date=wording.when(entry.starts),
        place=entry.place,
        opens=wording.when(entry.opens),
        closes=wording.when(entry.closes or entry.starts),
    ).text


def history(turn: Turn, entry: Entry) -> str:
    """Return what was so in an earlier year, told as such."""
    return turn.say("history", year=entry.year, fact=entry.fact).text


def detail(turn: Turn, entry: Entry) -> Outgoing:
    """Return the longer story, with the history of an entry whose answer tells only its dates."""
    told = [history(turn, entry)] if entry.fact and stage(entry, turn.now) else []
    return turn.say("answer.detail", detail="\n\n".join([*told, entry.detail]))


def _choices(turn: Turn, entry: Entry, *, searched: bool) -> tuple[Choice, ...]:
    found = [Choice(button.label, button.to) for button in entry.next]
    apply = f"apply:{entry.slug}"
    if (
        entry.application is not None
        and entry.is_open(turn.now)
        and apply not in {one.value for one in found}
    ):
        found.insert(0, turn.choice("apply.choices.apply", apply))
    if entry.detail:
        found.append(turn.choice("answer.choices.detail", f"detail:{entry.slug}"))
    at = stage(entry, turn.now)
    if at == "dated":
        found.append(turn.choice("answer.choices.notify_open", f"notify:{entry.slug}"))
    elif entry.fact:
        found.append(turn.choice("answer.choices.notify", f"notify:{entry.slug}"))
        found.append(turn.choice("answer.choices.places", "menu:places"))
    found.append(turn.choice("answer.choices.human", f"human:{entry.slug}"))
    if searched:
        found.append(turn.choice("answer.choices.wrong", f"wrong:{entry.slug}"))
    unique = {
        choice.value.split(":")[0] if choice.value.startswith("human") else choice.value: choice
        for choice in found
    }
    return tuple(unique.values())


def _english(turn: Turn, entry: Entry, *, searched: bool) -> Outgoing:
    wrong = (turn.choice("answer.english.wrong", f"wrong:{entry.slug}"),) if searched else ()
    return turn.say("answer.english", *wrong, english=entry.english)
