"""The one way tests talk with the service: as a member would."""

from datetime import timedelta

from bot.delivery import Delivery
from handlers.dialogue import Dialogue
from models.base import Database
from models.messages import Address, Choice, Incoming, Outgoing
from tests.databases import Clock


class Phone:
    """Members' phones: a channel kept in memory."""

    private = True
    rate = 1000.0

    def __init__(self, name: str = "phone") -> None:
        self.name = name
        self.shown: list[tuple[str, Outgoing]] = []

    async def listen(self, receive: object) -> None:
        raise AssertionError(receive)

    async def send(self, address: str, message: Outgoing) -> str:
        self.shown.append((address, message))
        return str(len(self.shown))


class Chat:
    """Says things and compares what comes back, whole."""

    def __init__(self, database: Database, dialogue: Dialogue, clock: Clock, channel: str = "phone") -> None:
        self.database = database
        self.dialogue = dialogue
        self.clock = clock
        self.phone = Phone(channel)
        self.delivery = Delivery(database, [self.phone], clock, "tests")
        self._said = 0
        self._choices: dict[str, tuple[Choice, ...]] = {}

    async def run(self, *lines: tuple[str, str], member: str = "wang") -> None:
        """Say each left side; what comes back must equal the right side ('' for silence)."""
        for said, expected in lines:
            told = await self.say(said, member=member)
            assert told == expected, f"{said} was answered:\n{told}"

    async def say(self, said: str, *, member: str = "wang") -> str:
        """Say one thing, `[label]` for a press, and return what is shown: texts and buttons."""
        return await self.send(
            self._press(said, member) if said.startswith("[") else self._text(said, member)
        )

    async def send(self, message: Incoming) -> str:
        """Pass any message on and return what is shown."""
        self.clock.now += timedelta(seconds=2)
        async with self.database.transaction() as session:
            await self.dialogue.answer(session, message, self.clock())
        return await self.shown(message.sender.id)

    async def at_once(self, *messages: Incoming) -> list[str]:
        """Pass on messages that came at the same moment and return who was answered."""
        async with self.database.transaction() as session:
            return [said.sender.id async for said in self.dialogue.answers(session, messages, self.clock())]

    async def shown(self, member: str = "wang") -> str:
        """Deliver what is due and return what *member* sees of it."""
        self.clock.now += timedelta(seconds=1)
        self.phone.shown.clear()
        await self.delivery.round()
        letters = [letter for address, letter in self.phone.shown if address == member]
        for letter in letters:
            self._choices[member] = letter.choices or self._choices.get(member, ())
        return "\n".join(readable(letter) for letter in letters)

    def incoming(self, kind: str, member: str = "wang", **fields: str) -> Incoming:
        """Return a message of any kind."""
        self._said += 1
        return Incoming(str(self._said), Address(self.phone.name, member), kind=kind, **fields)

    def _text(self, said: str, member: str) -> Incoming:
        return self.incoming("text", member, text=said)

    def _press(self, said: str, member: str) -> Incoming:
        value = {choice.label: choice.value for choice in self._choices[member]}[said.strip("[]")]
        return self.incoming("press", member, text=said.strip("[]"), value=value, message="m1")


def readable(letter: Outgoing) -> str:
    """Return a letter as text, its buttons on the last line."""
    buttons = " ".join(f"[{choice.label}]" for choice in letter.choices)
    return f"{letter.text}\n{buttons}".strip()
