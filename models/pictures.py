"""Pictures: told by their content, read for what they tell of themselves, and copied without position."""

import asyncio
import io
import struct
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np
from pi_heif import register_heif_opener
from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import IFD, Base

from models.base import Refused

Group = Literal["camera", "phone", ""]

register_heif_opener()
MOST_BYTES, MOST_PIXELS = 20_000_000, 100_000_000
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
SMALLEST_SIDE = 1_500
"""The smaller side of an original that can be printed and hung; Telegram's compressed photos stay below."""
SHOWN_SIDE, THUMBNAIL_SIDE, SAMPLE_SIDE, QUALITY = 1_600, 320, 64, 85
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG with a second picture behind the first, as many phones write it
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIF": "image/heic",
}
SCALED = ("JPEG", "MPO")
"""What is decoded at a fraction of its size; of other formats only half as many pixels are taken."""
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"}
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = range(5, 9)
COLOURED, COLOURED_SHARE = 24, 0.005
"""How far red, green and blue lie apart in a coloured spot, and how much of a colour picture is such."""
PHONES = (
    *("apple", "huawei", "honor", "xiaomi", "redmi", "oppo", "vivo", "oneplus", "realme", "meizu", "samsung"),
    *("google", "zte", "nubia", "motorola", "nokia", "hmd", "lenovo", "smartisan", "hisense", "asus", "lg"),
)
CAMERAS = (
    *("canon", "nikon", "fuji", "olympus", "om digital", "panasonic", "leica", "pentax", "ricoh", "sigma"),
    *("hasselblad", "phase one", "casio", "kodak", "eastman", "minolta", "konica", "sony", "dji"),
)
EXCEPTIONS: Mapping[str, tuple[tuple[str, ...], Group]] = {
    "sony": (("xperia", "xq-", "so-", "g8", "f8", "h8", "j8", "j9"), "phone"),
    "samsung": (("nx", "wb", "ek-"), "camera"),
    "leica": (("leitz phone",), "phone"),
}
BROKEN = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, struct.error)
"""What the decoders raise for files that are cut off or forged."""
_WORKER = ThreadPoolExecutor(1, "pictures")  # one at a time: a decoded picture may take 200 MB


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture tells, and its copies for showing (JPEG); *small* means too small to be printed."""

    type: str
    width: int
    height: int
    small: bool
    taken_on: date | None
    colour: bool
    group: Group
    dhash: str
    shown: bytes
    thumbnail: bytes


async def read(body: bytes) -> Picture:
    """Check a picture and make its copies, off the event loop.

    Raises Refused: photo_big (bytes), photo_huge (pixels), photo_bad (no picture of ours, or a broken one).
    """
    if len(body) > MOST_BYTES:
        raise Refused("photo_big")
    return await asyncio.get_running_loop().run_in_executor(_WORKER, _read, body)


def distance(one: str, other: str) -> int:
    """Return in how many of 64 bits two hashes of pictures differ: up to 6 it is most likely the same one."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _read(body: bytes) -> Picture:
    try:
        with Image.open(io.BytesIO(body), formats=FORMATS) as image:
            most = MOST_PIXELS if image.format in SCALED else MOST_PIXELS // 2
            if image.width * image.height > most:
                raise Refused("photo_huge")
            return _told(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("photo_huge") from error
    except (UnidentifiedImageError, *BROKEN) as error:
        raise Refused("photo_bad") from error


def _told(image: Image.Image) -> Picture:
    width, height = image.size
    turn, taken_on, group = _exif(image)
    shown = _turned(_shrunk(image), turn)
    thumbnail = shown.copy()
    thumbnail.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Picture(
        type=TYPES[image.format or ""],
        width=height if turn in SIDEWAYS else width,
        height=width if turn in SIDEWAYS else height,
        small=min(width, height) < SMALLEST_SIDE,
        taken_on=taken_on,
        colour=_is_colour(thumbnail),
        group=group,
        dhash=_dhash(thumbnail),
        shown=_jpeg(shown),
        thumbnail=_jpeg(thumbnail),
    )


def _shrunk(image: Image.Image) -> Image.Image:
    """Decode *image* to the size shown, on white, in RGB, with nothing of its file but the pixels and ICC profile."""
    image.draft("RGB", (SHOWN_SIDE, SHOWN_SIDE))  # a JPEG is decoded at a fraction of its size
    image.load()
    profile = image.info.get("icc_profile") if image.mode in {"RGB", "RGBA"} else None
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    see_through = image.has_transparency_data
    wanted = "RGBA" if see_through else "RGB"
    small = image if image.mode == wanted else image.convert(wanted)
    small.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS)
    clean = Image.new("RGB", small.size, "white")
    clean.paste(small, mask=small if see_through else None)
    if profile:
        clean.info["icc_profile"] = profile
    return clean


def _turned(image: Image.Image, turn: int) -> Image.Image:
    return image.transpose(TURNS[turn]) if turn in TURNS else image


def _jpeg(image: Image.Image) -> bytes:
    """Return *image* as JPEG without EXIF, XMP or comment; the profile keeps the colours of phones right."""
    written = io.BytesIO()
    image.save(written, "JPEG", quality=QUALITY, icc_profile=image.info.get("icc_profile"))
    return written.getvalue()


def _exif(image: Image.Image) -> tuple[int, date | None, Group]:
    """Return orientation, day taken and group; a damaged EXIF tells nothing and spoils no picture."""
    try:
        exif = image.getexif()
        inner = exif.get_ifd(IFD.Exif)
        turn = int(exif.get(Base.Orientation, 1))
    except BROKEN:
        return 1, None, ""
    taken = _day(inner.get(Base.DateTimeOriginal)) or _day(inner.get(Base.DateTimeDigitized))
    return turn, taken, _group(str(exif.get(Base.Make, "")), str(exif.get(Base.Model, "")))


def _day(told: object) -> date | None:
    try:
        return datetime.strptime(str(told)[:10], "%Y:%m:%d").date()  # noqa: DTZ007 -- a camera knows no zone
    except ValueError:
        return None


def _group(make: str, model: str) -> Group:
    make, model = make.strip("\0 ").lower(), model.strip("\0 ").lower()
    for name, (models, group) in EXCEPTIONS.items():
        if make.startswith(name) and model.startswith(models):
            return group
    if make.startswith(PHONES):
        return "phone"
    return "camera" if make.startswith(CAMERAS) else ""


def _is_colour(image: Image.Image) -> bool:
    """Say whether a picture is in colour, whatever its file says: one red rose is enough, a grey cast is not."""
    sample = image.resize((SAMPLE_SIDE, SAMPLE_SIDE), Image.Resampling.BOX)
    spread = np.ptp(np.asarray(sample, dtype=np.int16), axis=2)
    return bool((spread > COLOURED).mean() > COLOURED_SHARE)


def _dhash(image: Image.Image) -> str:
    """Return 64 bits, each telling whether a spot is brighter than its left neighbour, as 16 hexadecimal digits."""
    grey = np.asarray(image.convert("L").resize((9, 8), Image.Resampling.BOX), dtype=np.int16)
    return np.packbits(grey[:, 1:] > grey[:, :-1]).tobytes().hex()
