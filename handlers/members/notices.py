"""退订 and 订阅: news off and on with one word."""

from handlers.choosing import tidy
from handlers.service import Service, Turn
from models.messages import Outgoing

OFF = ("退订", "退訂", "TD", "别发了", "別發了", "unsubscribe", "stop")
ON = ("订阅", "訂閱", "subscribe")


async def switch(turn: Turn) -> Outgoing:
    """Turn news off, or on again."""
    turn.member.wants_news = tidy(turn.message.text) in map(tidy, ON)
    return turn.say("notices.on" if turn.member.wants_news else "notices.off")


service = Service(name="notices", title="通知", words=(*OFF, *ON), answer=switch, always=True)
