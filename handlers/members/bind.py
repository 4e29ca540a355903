"""绑定 123456: a colleague of the federation binds this chat to their account, so that alarms come here."""

from handlers.choosing import tidy
from handlers.router import CODE
from handlers.service import Service, Turn
from models import phones
from models.messages import Outgoing


async def bind(turn: Turn) -> Outgoing:
    """Take the code that the console showed."""
    code = CODE.search(tidy(turn.message.text))
    if code is None:
        return turn.say("bind.how")
    staff = await phones.bind(turn.session, code[0], turn.message.sender, now=turn.now)
    return turn.say("bind.wrong") if staff is None else turn.say("bind.done", name=staff.name)


service = Service(
    name="bind",
    title="同事绑定手机",
    words=("绑定管理台", "綁定管理台"),
    coded=("绑定", "綁定"),
    answer=bind,
    always=True,
)
