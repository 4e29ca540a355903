"""The picture and the file that a notice carries, from one sending of its form to the next."""

import hmac
from collections.abc import Mapping
from typing import Any

from config.notices import Plan
from handlers.console import Visit
from models import attachments, files
from models.notices import Notice


def sealed(reference: str) -> str:
    """Return what a notice carries as the form hands it back to us: nobody names another content of the store."""
    kept = attachments.parsed(reference)
    return f"{kept.path.split('/')[3]}:{reference}" if kept else ""


async def taken_in(visit: Visit, given: Mapping[str, Any]) -> dict[str, str]:
    """Return the picture and the file: newly sent, else as sent before, unless they were taken off."""
    found: dict[str, str] = {}
    for name in ("picture", "file"):
        upload = visit.files.get(name)
        if upload is not None:
            new, kept = await attachments.take_in(
                visit.store, upload.body, upload.name, picture=name == "picture"
            )
            await files.note(visit.session, kept, by=None, purpose=attachments.PURPOSE, now=visit.now)
            found[name] = new.reference
        elif name not in visit.chosen("off"):
            found[name] = carried(visit, given, name)
    return found


def carried(visit: Visit, given: Mapping[str, Any], name: str) -> str:
    """Return the picture or file that was sent with the form before; that of *given* when nothing was sent."""
    if given[name] and not sealed(given[name]):
        return str(given[name])  # an address of somebody else's, from a ready notice
    said = visit.said(f"kept_{name}", sealed(given[name]))
    reference = said.partition(":")[2]
    return reference if hmac.compare_digest(said.encode(), sealed(reference).encode()) else ""


def kept(visit: Visit, given: Mapping[str, Any], shown: Plan | Notice | None) -> dict[str, str]:
    """Return the picture and the file that the form carries on: those of what is *shown*, for a preview takes in uploads."""
    if shown is not None:
        return {"picture": shown.picture, "file": shown.file}
    return {name: carried(visit, given, name) for name in ("picture", "file")}
