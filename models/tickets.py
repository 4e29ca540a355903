"""Tickets: six digits to say at the door, and the same as a picture to scan.

Scanned with any phone the picture opens the page of the door; without an address of ours it only holds the digits.
"""

import io
import re

import segno

_REFERENCE = re.compile(r"ticket:([a-z0-9-]{2,40}):([0-9]{6})")
_SCANNED = re.compile(r"(?:gonghui:|https?://[^/]+/checkin/at/)([a-z0-9-]{2,40})[:/]([0-9]{6})")
SCALE, BORDER = 10, 4


def reference(slug: str, code: str) -> str:
    """Return what stands for the picture of a ticket in a letter."""
    return f"ticket:{slug}:{code}"


def path(reference_: str) -> str:
    """Return the address at which the pages show the picture that *reference_* stands for."""
    _, slug, code = reference_.split(":")
    return f"/ticket/{slug}/{code}.png"


def picture(reference_: str, site: str = "") -> bytes:
    """Return the PNG that *reference_* stands for; *site* is where our pages are.

    Raises ValueError when it stands for none.
    """
    match = _REFERENCE.fullmatch(reference_)
    if match is None:
        raise ValueError(reference_)
    return png(f"{site}/checkin/at/{match[1]}/{match[2]}" if site else f"gonghui:{match[1]}:{match[2]}")


def scanned(said: str) -> tuple[str, str] | None:
    """Return the event and the digits of a ticket that was scanned, or None when *said* is none."""
    match = _SCANNED.fullmatch(said.strip())
    return (match[1], match[2]) if match else None


def png(said: str) -> bytes:
    """Return *said* as a QR code that a phone reads from another phone's cracked screen."""
    written = io.BytesIO()
    segno.make(said, error="m").save(written, kind="png", scale=SCALE, border=BORDER)
    return written.getvalue()
