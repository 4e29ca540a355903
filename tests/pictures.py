"""Pictures that tests make: of any kind and size, with EXIF and a position."""

import io
import random

import pillow_heif
from PIL import Image
from PIL.ExifTags import IFD, Base

pillow_heif.register_heif_opener()
HAIDIAN = {1: "N", 2: (39.0, 57.0, 36.0), 3: "E", 4: (116.0, 18.0, 0.0)}


def exif(make="Apple", model="iPhone 17", taken="2026:10:03 08:30:00", turn=1, artist="王芳") -> Image.Exif:
    made = Image.Exif()
    made[Base.Make], made[Base.Model], made[Base.Orientation] = make, model, turn
    made[Base.Artist] = artist.encode()
    made[IFD.Exif] = {int(Base.DateTimeOriginal): taken}
    made[IFD.GPSInfo] = HAIDIAN
    return made


def scene(size=(160, 120), seed=1, colours=((200, 40, 40), (40, 90, 200), (230, 220, 60))) -> Image.Image:
    """Return fields of colour, other ones with another *seed*, the same ones at another size."""
    chance = random.Random(seed)
    small = Image.new("RGB", (9, 8))
    small.putdata([chance.choice(colours) for _ in range(72)])
    return small.resize(size, Image.Resampling.BICUBIC)


def saved(image: Image.Image, kind="JPEG", **options) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))
