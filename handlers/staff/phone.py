"""Binding one's own chat, to which alarms go."""

from handlers.console import Action, Away, Page, Reply, View, Visit
from models import phones
from models.rights import ANSWERING


async def show(visit: Visit) -> Reply:
    """Show whether a chat is bound."""
    return View("phone.html", {"code": "", "bound": bool(visit.staff.channel)})


async def tell(visit: Visit) -> Reply:
    """Show a fresh code, once."""
    code = await phones.tell(visit.session, visit.staff, now=visit.now)
    return View("phone.html", {"code": code, "bound": False})


async def unbind(visit: Visit) -> Reply:
    """Send no more alarms."""
    phones.unbind(visit.staff)
    return Away("/phone", "解开了，不再往手机上发提醒。")


pages = (
    Page(
        "/phone", "收提醒", ANSWERING, show,
        {"code": Action("要绑定码", tell), "unbind": Action("解绑手机", unbind)},
    ),
)  # fmt: skip
