"""The page of the door: a colleague with the link of an event checks its members in, on a phone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.web import pages
from config.content import Content
from config.settings import Settings
from handlers import telling, wording
from models import attendance, doors, members, participants, places
from models.base import Database, Refused
from models.doors import Door
from models.events import Event
from models.places import ATTENDED, Place

COOKIE, PATH = "door", "/checkin"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the page says of the last ticket: *place* may be ticked when it is *asked*, and unticked when it is *there*.

    *people* are those of a name that was looked for: how each is told apart, the number, and whether they are there.
    """

    text: str
    good: bool = False
    place: Place | None = None
    asked: str = ""
    people: Sequence[tuple[str, str, bool]] = ()

    @property
    def undo(self) -> int:
        """Return the place that may be unticked; 0 for none."""
        return self.place.id if self.place and self.place.state == ATTENDED else 0


class Tick(BaseModel):
    """One ticket as a phone has kept it, under an *id* of its own."""

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    said: str = Field(max_length=200)


class Ticks(BaseModel):
    """What a phone sends when it has a network."""

    ticks: list[Tick] = Field(max_length=100)


class CheckIn:
    """Answers what is scanned, typed and pressed at the door."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        content: Callable[[], Content],
        clock: Callable[[], datetime],
    ) -> None:
        self._secure = settings.public_url.startswith("https://")
        self._database = database
        self._content = content
        self._clock = clock

    async def show(self, request: web.Request) -> web.Response:
        """Show the door, and let this browser keep the link: a ticket that is scanned then finds its way back."""
        token = request.match_info["token"]
        async with self._database.transaction() as session:
            door = await self._door(session, token)
            response = await self._page(session, door, token, None)
        response.set_cookie(COOKIE, token, path=PATH, httponly=True, samesite="Lax", secure=self._secure)
        return response

    async def act(self, request: web.Request) -> web.Response:
        """Tick whom a number, six digits or a scanned ticket mean, or take the last tick back."""
        token, form = request.match_info["token"], await request.post()
        async with self._database.transaction() as session:
            door = await self._door(session, token)
            try:
                async with session.begin_nested():
                    outcome = await self._done(
                        session, door, {name: str(said) for name, said in form.items()}
                    )
            except Refused as refusal:
                outcome = Outcome(self._say(f"refused.{refusal.reason}"))
            return await self._page(session, door, token, outcome)

    async def ticks(self, request: web.Request) -> web.Response:
        """Tick whom a phone has kept while it had no network; each goes by its id, so that twice is once."""
        try:
            sent = Ticks.model_validate_json(await request.read())
        except ValidationError as error:
            raise web.HTTPBadRequest from error
        async with self._database.transaction() as session:
            door = await self._door(session, request.match_info["token"])
            told = []
            for one in sent.ticks:
                outcome = await self._kept(session, door, one)
                told.append({"id": one.id, "text": outcome.text, "good": outcome.good, "undo": outcome.undo})
            there, held = await attendance.count(session, door.event)
        return web.json_response({"ticks": told, "there": there, "held": held})

    async def _kept(self, session: AsyncSession, door: Door, tick: Tick) -> Outcome:
        try:
            async with session.begin_nested():
                return await self._tick(session, door, tick.said, tick.id)
        except Refused as refusal:
            return Outcome(self._say(f"refused.{refusal.reason}"))

    async def scanned(self, request: web.Request) -> web.Response:
        """Show whose ticket a phone has scanned; looking ticks nobody, and strangers see only what it is for."""
        token = request.cookies.get(COOKIE, "")
        async with self._database.transaction() as session:
            door = await doors.opened(session, token, now=self._clock())
            if door is None:
                return pages.render("ticket.html")
            said = f"gonghui:{request.match_info['event']}:{request.match_info['code']}"
            try:
                outcome = await self._found(session, door.event, said)
            except Refused as refusal:
                outcome = Outcome(self._say(f"refused.{refusal.reason}"))
            return await self._page(session, door, token, outcome)

    async def _door(self, session: AsyncSession, token: str) -> Door:
        door = await doors.opened(session, token, now=self._clock())
        if door is None:
            raise web.HTTPNotFound
        return door

    async def _done(self, session: AsyncSession, door: Door, form: Mapping[str, str]) -> Outcome:
        if form.get("undo"):
            return await self._undo(session, door, form["undo"])
        if form.get("name"):
            return await self._named(session, door.event, form["name"])
        return await self._tick(session, door, form.get("said", ""))

    async def _tick(self, session: AsyncSession, door: Door, said: str, key: str = "") -> Outcome:
        place = await attendance.find(session, door.event, said)
        if place is None:
            return Outcome(self._say("door.unknown"))
        twice, before, now = place.state == ATTENDED, place.since, self._clock()
        changes = (
            await attendance.tick(session, place, key, by=door.by, now=now)
            if key
            else await attendance.check_in(session, place, by=door.by, now=now)
        )
        await telling.tell(session, self._content(), changes, now=now)
        if place.state != ATTENDED:
            return Outcome(self._told("door.undone", door.event, place, place.since), place=place)
        told = "door.twice" if twice else "door.party" if place.party > 1 else "door.there"
        return Outcome(self._told(told, door.event, place, before), good=not twice, place=place)

    async def _named(self, session: AsyncSession, event: Event, name: str) -> Outcome:
        found = await participants.named(session, event, name)
        people = [
            (
                f"{place.name} {places.label(event, place)} {members.masked(place.phone)}",
                places.label(event, place),
                place.state == ATTENDED,
            )
            for place in found
        ]
        text = self._content().texts["door.named"].fill({"count": len(people)})[0]
        return Outcome(text if people else self._say("door.no_name"), people=people)

    async def _undo(self, session: AsyncSession, door: Door, number: str) -> Outcome:
        place = await places.named(session, number)
        if place is None or place.event_id != door.event.id:
            return Outcome(self._say("door.unknown"))
        changes = await attendance.undo(session, place, by=door.by, now=self._clock())
        await telling.tell(session, self._content(), changes, now=self._clock())
        return Outcome(self._told("door.undone", door.event, place, place.since), good=True)

    async def _found(self, session: AsyncSession, event: Event, said: str) -> Outcome:
        place = await attendance.find(session, event, said)
        if place is None:
            return Outcome(self._say("door.unknown"))
        if place.state == ATTENDED:
            return Outcome(self._told("door.twice", event, place, place.since), place=place)
        return Outcome(self._told("door.found", event, place, place.since), place=place, asked=said)

    async def _page(
        self, session: AsyncSession, door: Door, token: str, outcome: Outcome | None
    ) -> web.Response:
        there, held = await attendance.count(session, door.event)
        response = pages.render(
            "checkin.html", title=door.event.title, action=f"{PATH}/{token}", there=there, held=held,
            outcome=outcome, event=door.event.slug,
        )  # fmt: skip
        response.headers.update(pages.SAME_SITE)
        return response

    def _told(self, key: str, event: Event, place: Place, at: datetime) -> str:
        who = wording.masked_name(place.name) or self._say("door.nameless")
        told = {
            "name": who,
            "number": places.label(event, place),
            "party": place.party,
            "at": wording.clock(at),
        }
        return self._content().texts[key].fill(told)[0]

    def _say(self, key: str) -> str:
        return self._content().texts[key].text


def routes(
    settings: Settings, database: Database, content: Callable[[], Content], clock: Callable[[], datetime]
) -> list[web.AbstractRouteDef]:
    """Return the addresses of the door."""
    page = CheckIn(settings, database, content, clock)
    return [
        web.get("/checkin/at/{event:[a-z0-9-]{2,40}}/{code:[0-9]{6}}", page.scanned),
        web.get("/checkin/{token:[A-Za-z0-9_=-]{80,400}}", page.show),
        web.post("/checkin/{token:[A-Za-z0-9_=-]{80,400}}", page.act),
        web.post("/checkin/{token:[A-Za-z0-9_=-]{80,400}}/ticks", page.ticks),
    ]
