"""Two records of one person made one, after a look at both; and one person forgotten."""

from dataclasses import dataclass

from handlers import persons, telling
from handlers.console import ADMINISTRATORS, Action, Away, NotFound, Page, Reply, View, Visit, whole
from models import erasure, lookup, members, merger
from models.base import Refused
from models.lookup import Known
from models.members import Member


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records."""

    member: Member
    known: Known


async def compare(visit: Visit) -> Reply:
    """Show both records side by side, before they become one."""
    keep, other = await _both(visit, visit.said("other", visit.query.get("other", "")))
    sides = [Side(one, await lookup.known(visit.session, one)) for one in (keep, other)]
    visit.saw(f"/members/{other.id}", f"beside {keep.id}")
    return View(
        "members_merge.html", {"keep": keep, "other": other, "sides": sides, "masked": members.masked}
    )


async def merge(visit: Visit) -> Reply:
    """Make the two one person; whom that gave a place is told."""
    keep, other = await _both(visit, visit.said("other"))
    reason = persons.reason(visit)
    visit.saw(f"/members/{other.id}", f"merged into {keep.id}: {reason}")
    await members.merge(visit.session, keep, other, now=visit.now)
    await telling.tell(visit.session, visit.content, merger.moved(visit.session), now=visit.now)
    return Away(f"/members/{keep.id}", "合好了，是同一个人了。")


async def ask(visit: Visit) -> Reply:
    """Ask once more before a member is forgotten."""
    member = await persons.one(visit, visit.number)
    held = await erasure.holds(visit.session, member, now=visit.now)
    return View("members_erase.html", {"member": member, "held": held})


async def erase(visit: Visit) -> Reply:
    """Forget all that the member has said; whoever is next in line gets their places."""
    member, reason = await persons.one(visit, visit.number), persons.reason(visit)
    if visit.said("sure") != str(member.id):
        raise Refused("erase_unsure")
    changes = await erasure.everything(visit.session, member, now=visit.now)
    await telling.tell_all_but(visit.session, visit.content, member, changes, now=visit.now)
    visit.saw(f"/members/{member.id}", reason)
    return Away("/members", f"会员 {member.id} 的资料删了。")


async def _both(visit: Visit, other: str) -> tuple[Member, Member]:
    keep, gone = await persons.one(visit, visit.number), await persons.one(visit, whole(other) or 0)
    if keep.id == gone.id:
        raise NotFound
    return keep, gone


pages = (
    Page("/members/{number}/merge", "合成一个人", ADMINISTRATORS, compare, {"merge": Action("合并会员", merge)}, personal=True),
    Page("/members/{number}/erase", "删除资料", ADMINISTRATORS, ask, {"erase": Action("删除会员资料", erase)}, personal=True),
)  # fmt: skip
