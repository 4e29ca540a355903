"""名单公示: where the masked lists can be read."""

from handlers.service import Service, Turn
from models.messages import Choice, Outgoing


async def tell(turn: Turn) -> Outgoing:
    """Lead to the page, or to the telephone where members cannot reach it."""
    if not turn.ways.site:
        return turn.say("publicity.phone", phone=turn.content.duty.phone)
    there = Choice(turn.say("publicity.open").text, url=f"{turn.ways.site}/publicity")
    said = turn.say("publicity.look")
    return Outgoing(said.text, (there, *said.choices))


async def pressed(turn: Turn, _: str) -> Outgoing:
    """Answer the button of a notice."""
    return await tell(turn)


service = Service(
    name="publicity",
    title="名单公示",
    words=("公示", "名单公示", "公示名单", "看名单"),
    answer=tell,
    actions={"publicity": pressed},
)
