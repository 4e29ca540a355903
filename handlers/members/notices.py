"""What members get: 退订 and 订阅 with one word, the topics one by one, a quiet time of their own, and the last notices."""

from dataclasses import replace
from datetime import time

from config.notices import TOPICS
from handlers import wording
from handlers.choosing import tidy
from handlers.service import Service, Turn
from models import dispatch, news, quiet, subscriptions
from models.messages import Choice, Outgoing

OFF = ("退订", "退訂", "TD", "别发了", "別發了", "unsubscribe", "stop")
ON = ("订阅", "訂閱", "subscribe")
CHOOSE = "收哪些通知"
DAY = 24 * 60


async def switch(turn: Turn) -> Outgoing:
    """Turn news off, or on again, or ask which."""
    if tidy(turn.message.text) == CHOOSE:
        return await topics(turn, "")
    turn.member.wants_news = tidy(turn.message.text) in map(tidy, ON)
    return turn.say("notices.on" if turn.member.wants_news else "notices.off")


async def topics(turn: Turn, pressed: str) -> Outgoing:
    """Turn one topic on or off, or all off, and show how they stand."""
    if pressed == "none":
        turn.member.wants_news = False
        return turn.say("notices.off")
    if pressed in TOPICS:
        subscriptions.switch(turn.member, pressed)
    said = turn.say("notices.choose", quiet=_quiet_time(turn))
    return replace(said, choices=(*(_topic(turn, topic) for topic in TOPICS), *said.choices))


def _topic(turn: Turn, topic: str) -> Choice:
    name = turn.say(f"notices.topic.{topic}").text
    on = subscriptions.has(turn.member, topic)
    return Choice(turn.say("notices.topic_on", topic=name).text if on else name, f"topics:{topic}")


async def quiet_time(turn: Turn, pressed: str) -> Outgoing:
    """Ask for a quiet time of the member's own, or keep the one that was pressed."""
    first, _, last = pressed.partition("-")
    if pressed == "0":
        turn.member.quiet_from = turn.member.quiet_to = None
    elif first.isdecimal() and last.isdecimal() and max(int(first), int(last)) < DAY:
        turn.member.quiet_from, turn.member.quiet_to = int(first), int(last)
    else:
        return turn.say("notices.quiet")
    return turn.say("notices.quiet_kept", quiet=_quiet_time(turn))


def _quiet_time(turn: Turn) -> str:
    """Return when the member is left alone as it is said: at night, and in a time of their own."""
    night = _spoken(turn, quiet.QUIET_FROM, quiet.QUIET_TO)
    first, last = turn.member.quiet_from, turn.member.quiet_to
    if first is None or last is None:
        return night
    begins, ends = time(*divmod(first, 60)), time(*divmod(last, 60))
    own = _spoken(turn, begins, ends)
    if ends < begins <= quiet.QUIET_FROM and ends >= quiet.QUIET_TO:
        return own
    return turn.say("notices.quiet_both", general=night, own=own).text


def _spoken(turn: Turn, first: time, last: time) -> str:
    return turn.say("notices.quiet_time", first=wording.hour(first), last=wording.hour(last)).text


async def recent(turn: Turn, about: str) -> Outgoing:
    """Show one notice that the member got, or list the last of them."""
    if about.isdecimal():
        notice = await news.one(turn.session, turn.member, int(about))
        if notice is None:
            return turn.say("notices.gone")
        line = await news.line(turn.session, turn.member, notice)
        return replace(dispatch.message(notice, turn.member, line), lane="reply")
    found = await news.recent(turn.session, turn.member, now=turn.now)
    if not found:
        return turn.say("notices.none")
    said = turn.say("notices.recent")
    return replace(said, choices=(*(Choice(one.title, f"news:{one.id}") for one in found), *said.choices))


service = Service(
    name="notices",
    title="通知",
    words=(*OFF, *ON, CHOOSE),
    answer=switch,
    always=True,
    actions={"topics": topics, "quiet": quiet_time, "news": recent},
)
