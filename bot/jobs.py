"""The jobs of the clock."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from bot import edition
from bot.intake import Intake
from bot.mailboxes import Mailboxes
from bot.schedule import Job
from config.content import Content
from handlers import applying, casewatch, casework, desk, editing, noticing, proposing, telling
from handlers.dialogue import Dialogue
from models import (
    attendance,
    draws,
    erasure,
    expansion,
    inbox,
    leaving,
    leftovers,
    logins,
    nets,
    offers,
    outbox,
    passes,
    retention,
    roster_imports,
    sheets,
    shown_lists,
    wechat_ledger,
)
from models.base import Database
from models.files import Store

SECOND, SOON, HALF_MINUTE, MINUTE, QUARTER, HOUR = 1.0, 10.0, 30.0, 60.0, 900.0, 3600.0
UNUSED = timedelta(days=7)
"""How long a picture lies in the store that nobody entered for anything."""


def all_jobs(
    database: Database,
    mailboxes: Mailboxes,
    dialogue: Dialogue,
    store: Store,
    clock: Callable[[], datetime],
    owner: str,
) -> dict[Job, float]:
    """Return every job with the seconds between two runs; *owner* is a name of this process for what it takes on."""

    async def sweep_outbox() -> None:
        async with database.transaction() as session:
            await outbox.sweep(session, now=clock())

    async def clean() -> None:
        async with database.transaction() as session:
            await inbox.clean(session, now=clock())
            await outbox.clean(session, now=clock())
            await logins.forget(session, now=clock())
            await erasure.expire(session, _kept(dialogue.edition.content), now=clock())
            await roster_imports.clean(session, now=clock())
            await passes.clean(session, now=clock())
            await shown_lists.clean(session, now=clock())
            await wechat_ledger.clean(session, now=clock())

    return {
        mailboxes.sweep: HALF_MINUTE,
        sweep_outbox: SOON,
        clean: HOUR,
        **_of_promises(database, dialogue, clock),
        **_of_content(database, dialogue, clock),
        **_of_places(database, dialogue, clock),
        **_of_notices(database, dialogue, clock, owner),
        **_of_cases(database, dialogue, clock),
        **_of_applications(database, dialogue, clock),
        **_of_age(database, dialogue, store, clock),
        **_of_rosters(database, clock),
    }


def _of_promises(database: Database, dialogue: Dialogue, clock: Callable[[], datetime]) -> dict[Job, float]:
    async def keep_promises() -> None:
        async with database.transaction() as session:
            await desk.stand_in(session, dialogue.edition.content, now=clock())
            await desk.tell_late(session, dialogue.edition.content, now=clock())
            await desk.tell_interested(session, dialogue.edition.content, now=clock())

    return {keep_promises: MINUTE}


def _of_age(
    database: Database, dialogue: Dialogue, store: Store, clock: Callable[[], datetime]
) -> dict[Job, float]:
    async def forget_departed() -> None:
        async with database.transaction() as session:
            changes = await leaving.finish(session, now=clock())
            await telling.tell_of_departed(session, dialogue.edition.content, changes, now=clock())

    async def forget_old() -> None:
        for kind, keep in dialogue.edition.content.retention.items():
            more = int(keep.automatic)
            while more:
                async with database.transaction() as session:
                    more = await retention.apply(session, kind, timedelta(days=keep.days), now=clock())

    return {forget_old: HOUR, forget_departed: HOUR, _cleaning(database, store, clock): HOUR}


def _of_content(database: Database, dialogue: Dialogue, clock: Callable[[], datetime]) -> dict[Job, float]:
    async def refresh() -> None:
        await edition.refresh(database, dialogue)

    async def publish_due() -> None:
        async with database.transaction() as session:
            await editing.publish_due(session, dialogue.router.check, dialogue.edition.content, now=clock())

    return {refresh: HALF_MINUTE, publish_due: SOON}


def _of_places(database: Database, dialogue: Dialogue, clock: Callable[[], datetime]) -> dict[Job, float]:
    async def settle_places() -> None:
        async with database.transaction() as session:
            changes = await offers.sweep(session, now=clock())
            for event in await draws.due(session, now=clock()):
                changes += await draws.draw(session, event, now=clock())
            await telling.tell(session, dialogue.edition.content, changes, now=clock())
            await telling.tell_lapsed_pairs(session, dialogue.edition.content, now=clock())

    async def remind() -> None:
        async with database.transaction() as session:
            await attendance.mark_absent(session, now=clock())
            await telling.remind(session, dialogue.edition.content, now=clock())
            await telling.ask_opinions(session, dialogue.edition.content, now=clock())

    return {settle_places: HALF_MINUTE, remind: MINUTE}


def of_case_talks(database: Database, dialogue: Dialogue, clock: Callable[[], datetime]) -> dict[Job, float]:
    """Return the jobs that tell colleagues what members wrote about cases, and members when they meet."""

    async def tell_workers() -> None:
        async with database.transaction() as session:
            await casework.tell_workers(session, dialogue.edition.content, now=clock())

    async def remind_of_meetings() -> None:
        async with database.transaction() as session:
            await casework.remind(session, dialogue.edition.content, dialogue.ways, now=clock())

    return {tell_workers: SOON, remind_of_meetings: MINUTE}


def of_talks(database: Database, intake: Intake, clock: Callable[[], datetime]) -> dict[Job, float]:
    """Return the job that fetches what members sent to colleagues."""

    async def fetch_files() -> None:
        await intake.collect(database, now=clock())

    return {fetch_files: SOON}


def _of_notices(
    database: Database, dialogue: Dialogue, clock: Callable[[], datetime], owner: str
) -> dict[Job, float]:
    def days() -> dict[str, tuple[date, ...]]:
        duty = dialogue.edition.content.duty
        return {"holidays": duty.holidays, "workdays": duty.workdays}

    async def start_notices() -> None:
        while True:
            async with database.transaction() as session:
                won = await expansion.win(session, owner=owner, **days(), now=clock())
            if won is None:
                return
            more = True
            while more:
                async with database.transaction() as session:
                    more = await expansion.write(session, won, owner=owner, now=clock())

    async def watch_notices() -> None:
        async with database.transaction() as session:
            alarms = await nets.missed(session, **days(), now=clock())
            alarms += await nets.watch(session, now=clock())
            await noticing.alarm(session, dialogue.edition.content, alarms, now=clock())

    async def end_notices() -> None:
        for step in (nets.close, nets.shorten):
            more = 1
            while more:
                async with database.transaction() as session:
                    more = await step(session, now=clock())

    return {start_notices: SECOND, watch_notices: MINUTE, end_notices: SOON}


def _of_cases(database: Database, dialogue: Dialogue, clock: Callable[[], datetime]) -> dict[Job, float]:
    async def watch_cases() -> None:
        async with database.transaction() as session:
            await casewatch.warn(session, dialogue.edition.content, dialogue.ways, now=clock())
            await casewatch.tell_late(session, dialogue.edition.content, dialogue.ways, now=clock())

    async def pass_on_cases() -> None:
        async with database.transaction() as session:
            await casewatch.stand_in(session, dialogue.edition.content, now=clock())

    async def watch_employers() -> None:
        async with database.transaction() as session:
            await casewatch.alert(session, dialogue.edition.content, now=clock())

    async def raise_cases() -> None:
        async with database.transaction() as session:
            await casewatch.raise_due(session, dialogue.edition.content, now=clock())

    return {watch_cases: MINUTE, pass_on_cases: MINUTE, watch_employers: MINUTE, raise_cases: HOUR}


def _of_applications(
    database: Database, dialogue: Dialogue, clock: Callable[[], datetime]
) -> dict[Job, float]:
    async def watch_applications() -> None:
        async with database.transaction() as session:
            told = session, dialogue.edition.content, dialogue.ways
            await applying.lapse(*told, now=clock())
            await applying.remind(*told, now=clock())
            await applying.tell_late(*told, now=clock())

    async def remind_of_proposals() -> None:
        async with database.transaction() as session:
            await proposing.remind(session, dialogue.edition.content, now=clock())

    return {watch_applications: MINUTE, remind_of_proposals: HOUR}


def _of_rosters(database: Database, clock: Callable[[], datetime]) -> dict[Job, float]:
    async def import_rosters() -> None:
        while await _read_roster(database):
            pass
        more = True
        while more:
            async with database.transaction() as session:
                more = await roster_imports.write(session, now=clock())

    return {import_rosters: SECOND}


async def _read_roster(database: Database) -> bool:
    """Check the next file that was sent, outside of any transaction; return False when there is none."""
    async with database.transaction() as session:
        found = await roster_imports.unread(session)
    if found is None:
        return False
    number, name, body = found
    try:
        contents = await roster_imports.read(name, body)
    except sheets.Unreadable:
        async with database.transaction() as session:
            await roster_imports.spoilt(session, number)
    else:
        async with database.transaction() as session:
            await roster_imports.keep(session, number, contents)
    return True


def _cleaning(database: Database, store: Store, clock: Callable[[], datetime]) -> Job:
    async def clean_files() -> None:
        async with database.transaction() as session:
            hashes = await leftovers.unneeded(session, before=clock() - UNUSED)
        for digest in hashes:
            await store.delete(digest)
        async with database.transaction() as session:
            await leftovers.forget(session, hashes)

    return clean_files


def _kept(content: Content) -> dict[str, timedelta]:
    """Return for each event how long after it what members said is kept."""
    return {
        entry.slug: timedelta(days=entry.event.keep_days)
        for entry in content.entries
        if entry.event is not None
    }
