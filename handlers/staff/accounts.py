"""Accounts of staff: invite, change roles, close, and take a lost phone's digits away."""

from collections.abc import Mapping

from handlers.console import ADMINISTRATORS, Action, Away, NotFound, Page, Reply, View, Visit
from models import invitations, staff, staff_sessions
from models.rights import ROLES, Grant
from models.staff import Staff

TITLES: Mapping[str, str] = {
    "administrator": "管理员",
    "editor": "编辑（内容、通知）",
    "organiser": "活动组织",
    "caseworker": "接待（对话、申请、案件）",
    "approver": "审批",
    "viewer": "查看",
}


async def show_all(visit: Visit) -> Reply:
    """Show every account with its roles."""
    people = await staff.listed(visit.session)
    return View("staff.html", {"people": people, "rights": await staff.rights_of(visit.session, people),
                               "titles": TITLES, "grants": ()})  # fmt: skip


async def invite(visit: Visit) -> Reply:
    """Make the link by which a colleague opens an account."""
    token = await invitations.invite(
        visit.session, visit.said("login"), visit.said("name"), _grants(visit), by=visit.staff.login, now=visit.now
    )  # fmt: skip
    link = f"{visit.site}/console/invitation/{token}"
    return View("staff_invited.html", {"link": link, "name": visit.said("name")})


async def show(visit: Visit) -> Reply:
    """Show one account."""
    found = await _one(visit)
    held = await staff.rights(visit.session, found)
    grants = held.grants or (Grant("viewer"),)
    return View("staff_one.html", {
        "found": found, "grants": grants, "titles": TITLES,
        "sessions": await staff_sessions.of(visit.session, found, now=visit.now),
    })  # fmt: skip


async def change(visit: Visit) -> Reply:
    """Set the roles of an account."""
    found = await _one(visit)
    await staff.grant(visit.session, found, _grants(visit))
    return Away(f"/staff/{found.id}", "角色改好了。")


async def close(visit: Visit) -> Reply:
    """Close an account and end its sessions."""
    found = await _one(visit)
    await staff.close(visit.session, found, now=visit.now)
    await staff_sessions.end_all(visit.session, found, now=visit.now)
    return Away("/staff", f"{found.name}的账号停用了。")


async def reopen(visit: Visit) -> Reply:
    """Open a closed account again."""
    found = await _one(visit)
    await staff.reopen(visit.session, found)
    return Away(f"/staff/{found.id}", "账号恢复了。")


async def new_link(visit: Visit) -> Reply:
    """Make a link by which somebody who has lost password or phone gets in again."""
    found = await _one(visit)
    grants = (await staff.rights(visit.session, found)).grants
    token = await invitations.invite(
        visit.session, found.login, found.name, grants, by=visit.staff.login, now=visit.now
    )
    return View(
        "staff_invited.html", {"link": f"{visit.site}/console/invitation/{token}", "name": found.name}
    )


async def reset_totp(visit: Visit) -> Reply:
    """Take the digits off an account whose phone is lost."""
    found = await _one(visit)
    found.totp, found.totp_step = None, 0
    await staff_sessions.end_all(visit.session, found, now=visit.now)
    return Away(f"/staff/{found.id}", "动态码取消了，下次登录只要密码。")


async def end_sessions(visit: Visit) -> Reply:
    """End every session of an account."""
    found = await _one(visit)
    await staff_sessions.end_all(visit.session, found, now=visit.now)
    return Away(f"/staff/{found.id}", "已全部退出。")


async def _one(visit: Visit) -> Staff:
    found = await visit.session.get(Staff, visit.number)
    if found is None:
        raise NotFound
    return found


def _grants(visit: Visit) -> list[Grant]:
    """Return the roles that are ticked, all for the union and area that are filled in."""
    union, area = visit.said("union"), visit.said("area")
    return [Grant(role, union, area) for role in ROLES if role in visit.chosen("role")]


pages = (
    Page("/staff", "账号", ADMINISTRATORS, show_all, {"invite": Action("邀请同事", invite)}, menu="账号", rank=90),
    Page(
        "/staff/{number}", "账号", ADMINISTRATORS, show,
        {
            "change": Action("改角色", change), "close": Action("停用账号", close),
            "reopen": Action("恢复账号", reopen), "link": Action("发新链接", new_link),
            "totp": Action("取消动态码", reset_totp), "end": Action("全部退出", end_sessions),
        },
    ),
)  # fmt: skip
