"""Reads the forms of the console, with the files that come with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from handlers.console import Upload
from models.pictures import MOST_BYTES

CHUNK, FIELD_BYTES, PARTS = 65_536, 200_000, 2_000


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent: every field with all its values, and the files that are not empty."""

    fields: dict[str, Sequence[str]] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """Return the first value of a field, nothing when it was not sent."""
        return next(iter(self.fields.get(name, ())), "")


async def read_form(request: web.Request) -> Form:
    """Return what was sent.

    Raises HTTPBadRequest for what is no form, HTTPRequestEntityTooLarge for what is too large.
    """
    if request.content_type == "multipart/form-data":
        try:
            return await _multipart(request)
        except ValueError as error:
            raise web.HTTPBadRequest from error
    found: dict[str, list[str]] = {}
    for name, value in (await request.post()).items():
        found.setdefault(name, []).append(str(value))
    return Form({name: tuple(values) for name, values in found.items()})


async def _multipart(request: web.Request) -> Form:
    fields: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    reader, number = await request.multipart(), 0
    while (part := await reader.next()) is not None:
        number += 1
        if not isinstance(part, BodyPartReader) or not part.name or number > PARTS:
            raise web.HTTPBadRequest
        if part.filename is None:
            body = await _read(part, FIELD_BYTES)
            fields.setdefault(part.name, []).append(body.decode("utf-8"))
        elif body := await _read(part, MOST_BYTES):
            files[part.name] = Upload(part.filename, part.headers.get("Content-Type", ""), body)
    return Form({name: tuple(values) for name, values in fields.items()}, files)


async def _read(part: BodyPartReader, most: int) -> bytes:
    body = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        body += chunk
        if len(body) > most:
            raise web.HTTPRequestEntityTooLarge(most, len(body))
    return bytes(body)
