"""Tickets: six digits to say at the door, and the same as a picture to scan."""

import io
import re

import segno

_REFERENCE = re.compile(r"ticket:([a-z0-9-]{2,40}):([0-9]{6})")
SCALE, BORDER = 10, 4


def reference(slug: str, code: str) -> str:
    """Return what stands for the picture of a ticket in a letter."""
    return f"ticket:{slug}:{code}"


def path(reference_: str) -> str:
    """Return the address at which the pages show the picture that *reference_* stands for."""
    _, slug, code = reference_.split(":")
    return f"/ticket/{slug}/{code}.png"


def picture(reference_: str) -> bytes:
    """Return the PNG that *reference_* stands for.

    Raises ValueError when it stands for none.
    """
    match = _REFERENCE.fullmatch(reference_)
    if match is None:
        raise ValueError(reference_)
    return png(f"gonghui:{match[1]}:{match[2]}")


def png(said: str) -> bytes:
    """Return *said* as a QR code that a phone reads from another phone's cracked screen."""
    written = io.BytesIO()
    segno.make(said, error="m").save(written, kind="png", scale=SCALE, border=BORDER)
    return written.getvalue()
