"""Members: found, looked at, bound to a card, parted, and what they agreed to."""

from config.notices import TOPICS
from handlers import agreeing, persons, telling, wording
from handlers.console import Action, Away, NotFound, Page, Reply, Sheet, View, Visit, whole
from models import (
    case_consents,
    consents,
    linking,
    lists,
    lookup,
    members,
    membership,
    personal_data,
    sheets_out,
    subscriptions,
)
from models.base import Refused
from models.members import Contact, Member
from models.roster import Card

CARD_END = 4


async def search(visit: Visit) -> Reply:
    """Show the members that are meant by what was typed, and those whose card was not found."""
    said, after = visit.query.get("q", "").strip(), whole(visit.query.get("after", "")) or 0
    found = await lookup.found(visit.session, visit.scope, said, after=after) if said else []
    return View("members.html", {
        "asked": said, "found": found, "masked": members.masked, "masked_name": _masked_name,
        "older": found[-1].id if len(found) == lookup.PAGE else 0, "card_end": _card_end,
        "cards": await lookup.unbound(visit.session, visit.scope, said) if said else [],
        "missed": [] if said else await lookup.missed(visit.session, visit.scope),
    })  # fmt: skip


async def show(visit: Visit) -> Reply:
    """Show one member, phone and card masked."""
    return await _shown(visit, await persons.one(visit, visit.number))


async def reveal(visit: Visit) -> Reply:
    """Show the phone in clear, this once."""
    member = await persons.one(visit, visit.number)
    return await _shown(visit, member, phone=member.phone or "")


async def bind(visit: Visit) -> Reply:
    """Bind the member to the card whose number, or whose holder's phone, was typed."""
    member, reason = await persons.one(visit, visit.number), persons.reason(visit)
    found = await lookup.card(visit.session, visit.scope, visit.said("card"))
    if not found:
        raise Refused("card_unknown")
    if len(found) > 1:
        raise Refused("card_unclear")
    await membership.bind(visit.session, member, found[0], now=visit.now)
    visit.saw(f"/members/{member.id}", f"card {found[0].id}: {reason}")
    return Away(f"/members/{member.id}", "绑好了。")


async def release(visit: Visit) -> Reply:
    """Take the card off the member, with what came with it."""
    member, reason = await persons.one(visit, visit.number), persons.reason(visit)
    visit.saw(f"/members/{member.id}", f"card {member.roster_id}: {reason}")
    await membership.release(visit.session, member)
    await linking.forget(visit.session, member)
    return Away("/members" if not visit.scope.whole else f"/members/{member.id}", "解开了。")


async def part(visit: Visit) -> Reply:
    """Make an address a member of its own: it was not this one."""
    member, reason = await persons.one(visit, visit.number), persons.reason(visit)
    contact = await visit.session.get(Contact, (visit.said("channel"), visit.said("address")))
    if contact is None or contact.member_id != member.id:
        raise NotFound
    new = await members.part(visit.session, contact, now=visit.now)
    visit.saw(f"/members/{new.id}", f"parted from {member.id}: {reason}")
    return Away(f"/members/{member.id}", f"分开了，那边现在是会员 {new.id}。")


async def withdraw(visit: Visit) -> Reply:
    """Take back what the member agreed to: a place goes to the next in line, a case is no longer worked on so."""
    member, reason, purpose = (
        await persons.one(visit, visit.number),
        persons.reason(visit),
        visit.said("slug"),
    )
    if purpose not in await _agreed(visit, member):
        raise NotFound
    changes = await agreeing.take_back(visit.session, visit.content, member, purpose, now=visit.now)
    await telling.tell_all_but(visit.session, visit.content, member, changes, now=visit.now)
    visit.saw(f"/members/{member.id}", f"{purpose}: {reason}")
    done = "办案的同事会知道。" if ":" in purpose else "为它填的都删了。"
    return Away(f"/members/{member.id}", f"同意撤回了，{done}")


async def export(visit: Visit) -> Reply:
    """Give all that is kept about one member, for them to take away; of cases those that the colleague works on."""
    member = await persons.one(visit, visit.number)
    rows = await personal_data.rows(visit.session, member, reader=visit.staff)
    return Sheet(f"会员{member.id}.xlsx", sheets_out.xlsx(rows, title="个人资料"), sheets_out.XLSX)


async def _shown(visit: Visit, member: Member, phone: str = "") -> Reply:
    topics = [visit.say(f"notices.topic.{topic}") for topic in TOPICS if subscriptions.has(member, topic)]
    return View("member.html", {
        "member": member, "known": await lookup.known(visit.session, member), "phone": phone, "topics": topics,
        "agreed": await _agreed(visit, member), "states": {**personal_data.FORMER, **lists.NAMES},
        "title_of": lambda purpose: agreeing.words(visit.content, purpose),
        "masked": members.masked, "card_end": _card_end,
    })  # fmt: skip


async def _agreed(visit: Visit, member: Member) -> list[str]:
    """Return what can be taken back; that there is a case is told only to administrators and to who works on it."""
    found = agreeing.purposes(await consents.of(visit.session, member))
    if "administrator" in visit.rights.roles:
        return found
    mine = set(await case_consents.numbers(visit.session, member, visit.staff))
    return [purpose for purpose in found if ":" not in purpose or purpose.rpartition(":")[2] in mine]


def _masked_name(name: str | None) -> str:
    return wording.masked_name(name) if name else "没留名字"


def _card_end(card: Card) -> str:
    return f"尾号{card.card[-CARD_END:]}"


pages = (
    Page("/members", "会员", persons.KEEPERS, search, personal=True, menu="会员", rank=40),
    Page(
        "/members/{number}", "会员", persons.KEEPERS, show,
        {
            "phone": Action("看手机号", reveal), "bind": Action("绑京卡", bind), "release": Action("解开京卡", release),
            "part": Action("分开手机", part), "withdraw": Action("撤回同意", withdraw),
        },
        personal=True,
    ),
    Page("/members/{number}/export", "个人资料", persons.KEEPERS, export, personal=True),
)  # fmt: skip
