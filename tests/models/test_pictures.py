"""Pictures: what is taken and refused, what they tell, and what their copies no longer tell."""

import asyncio
import struct
import zlib
from datetime import date

import pytest
from PIL import Image, ImageOps
from PIL.ExifTags import IFD, Base
from PIL.PngImagePlugin import PngInfo

from models import pictures
from models.base import Refused
from tests.pictures import HAIDIAN, exif, opened, saved, scene

GREY = ((20, 20, 20), (120, 120, 120), (240, 240, 240))


def png(width: int, height: int) -> bytes:
    """Return a PNG that says it is that large, with next to nothing in it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize(
    ("kind", "type_"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/heic")],
)
async def test_picture_tells_its_size_day_and_group(kind, type_):
    found = await pictures.read(saved(scene(), kind, exif=exif()))

    assert (found.type, found.width, found.height) == (type_, 160, 120)
    assert (found.taken_on, found.group, found.colour) == (date(2026, 10, 3), "phone", True)


async def test_jpeg_with_a_second_picture_behind_it_is_a_jpeg():
    body = saved(scene(), "MPO", save_all=True, append_images=[scene(seed=2)])

    assert opened(body).format == "MPO"
    assert (await pictures.read(body)).type == "image/jpeg"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
async def test_copies_hold_no_position_and_no_name(kind):
    body = saved(scene(), kind, exif=exif(), xmp=b"<x:xmpmeta>39.96</x:xmpmeta>")
    found = await pictures.read(body)

    assert dict(opened(body).getexif().get_ifd(IFD.GPSInfo)) == HAIDIAN
    assert "王芳".encode() in body
    for copy in (opened(found.shown), opened(found.thumbnail)):
        assert dict(copy.getexif()) == {}
        assert set(copy.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


async def test_comments_are_not_copied():
    note = PngInfo()
    note.add_text("comment", "39.96, 116.3")

    for body in (saved(scene(), comment=b"39.96, 116.3"), saved(scene(), "PNG", pnginfo=note)):
        found = await pictures.read(body)
        assert b"39.96" in body
        assert b"39.96" not in found.shown + found.thumbnail


@pytest.mark.parametrize("turn", range(9))
async def test_copies_stand_upright(turn):
    lying = scene((160, 120))
    body = saved(lying, quality=95, exif=exif(turn=turn))
    upright = ImageOps.exif_transpose(opened(body))
    found = await pictures.read(body)

    assert (found.width, found.height) == opened(found.shown).size == upright.size
    assert pictures.distance(found.dhash, (await pictures.read(saved(upright))).dhash) <= 3


async def test_heic_is_turned_once():
    found = await pictures.read(saved(scene((160, 120)), "HEIF", exif=exif(turn=6).tobytes()))

    assert (found.width, found.height) == opened(found.shown).size == (120, 160)


async def test_copies_are_no_larger_than_needed():
    found = await pictures.read(saved(scene((2400, 1800))))

    assert opened(found.shown).size == (1600, 1200)
    assert opened(found.thumbnail).size == (320, 240)


async def test_small_picture_is_not_enlarged():
    found = await pictures.read(saved(scene((100, 50))))

    assert opened(found.shown).size == opened(found.thumbnail).size == (100, 50)


@pytest.mark.parametrize(
    ("size", "small"), [((2000, 1500), False), ((2000, 1499), True), ((1499, 2000), True)]
)
async def test_original_is_small_by_its_smaller_side(size, small):
    assert (await pictures.read(saved(scene(size)))).small is small


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no picture, whatever its name says: photo.jpg\n" * 100,
        saved(scene((800, 600)))[:3000],
        saved(scene((800, 600)), "PNG")[:3000],
        saved(scene((800, 600)), "WEBP")[:1000],
        saved(scene((800, 600)), "HEIF")[:1500],
        saved(scene(), "GIF"),
        saved(scene(), "TIFF"),
        saved(scene(), "PDF"),
        b"\xff\xd8\xff\xe0" + b"\0" * 100,
    ],
    ids=["empty", "text", "jpeg", "png", "webp", "heic", "gif", "tiff", "pdf", "head"],
)
async def test_what_is_no_whole_picture_is_refused(body):
    with pytest.raises(Refused, match="photo_bad"):
        await pictures.read(body)
    assert (await pictures.read(saved(scene()))).type == "image/jpeg"


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "AVIF"])
async def test_other_formats_are_not_even_opened(kind, monkeypatch):
    monkeypatch.setattr(pictures, "_told", lambda _: pytest.fail("opened"))

    with pytest.raises(Refused, match="photo_bad"):
        await pictures.read(saved(scene(), kind))
    monkeypatch.undo()
    assert (await pictures.read(saved(scene()))).type == "image/jpeg"


async def test_too_many_bytes_are_refused_before_they_are_opened(monkeypatch):
    body = saved(scene())
    monkeypatch.setattr(pictures, "MOST_BYTES", len(body) - 1)

    with pytest.raises(Refused, match="photo_big"):
        await pictures.read(body)
    monkeypatch.setattr(pictures, "MOST_BYTES", len(body))
    assert (await pictures.read(body)).type == "image/jpeg"


@pytest.mark.parametrize("size", [(60_000, 60_000), (14_000, 8_000)])
async def test_size_that_is_only_said_is_refused(size):
    with pytest.raises(Refused, match="photo_huge"):
        await pictures.read(png(*size))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # as outside of tests
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_real_bomb_is_refused_undecoded(kind, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 2_000_000)
    bomb, fine = (saved(Image.new("RGB", (1001, side)), kind) for side in (1000, 999))
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("decoded"))

    with pytest.raises(Refused, match="photo_huge"):
        await pictures.read(bomb)
    monkeypatch.undo()
    assert (await pictures.read(fine)).width == 1001


async def test_jpeg_may_have_twice_the_pixels(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1_000_000)

    assert (await pictures.read(saved(Image.new("RGB", (1000, 1000))))).width == 1000
    with pytest.raises(Refused, match="photo_huge"):
        await pictures.read(saved(Image.new("RGB", (1000, 1001))))


async def test_loop_goes_on_while_a_large_picture_is_read():
    body, ticks = saved(scene((4000, 3000)), quality=95, exif=exif()), 0

    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    ticker = asyncio.create_task(tick())
    found = await pictures.read(body)
    ticker.cancel()

    assert (found.width, found.height, found.small) == (4000, 3000, False)
    assert ticks > 3


@pytest.mark.parametrize(
    ("image", "colour"),
    [
        (scene(), True),
        (scene(colours=GREY), False),
        (scene(colours=GREY).convert("L"), False),
        (scene(colours=tuple((g, g, min(255, g + 12)) for g, _, _ in GREY)), False),
    ],
    ids=["colour", "grey in RGB", "grey", "grey with a cast"],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
async def test_colour_is_told_by_what_is_seen(image, colour, kind):
    assert (await pictures.read(saved(image, kind))).colour is colour


async def test_one_red_rose_is_colour():
    image = scene((800, 600), colours=GREY)
    image.paste((220, 20, 30), (400, 300, 480, 380))

    assert (await pictures.read(saved(image))).colour


async def test_transparent_parts_are_white():
    image = Image.new("RGBA", (100, 100), (255, 0, 0, 0))
    palette = Image.new("P", (100, 100))
    palette.info["transparency"] = 0

    for body in (saved(image, "PNG"), saved(palette, "PNG", transparency=0)):
        found = await pictures.read(body)
        assert opened(found.shown).getpixel((50, 50)) == (255, 255, 255)
        assert not found.colour


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
async def test_every_way_to_write_grey_is_grey(mode):
    image = Image.new("I;16", (100, 100), 200 << 8) if mode == "I;16" else Image.new("L", (100, 100), 200)
    if mode == "P":
        image = image.convert("RGB").quantize()
    else:
        image = (image.convert("RGB") if mode == "CMYK" else image).convert(mode)
    found = await pictures.read(saved(image, "JPEG" if mode == "CMYK" else "PNG"))
    pixel = opened(found.shown).getpixel((50, 50))

    assert not found.colour
    assert mode == "1" or max(abs(part - 200) for part in pixel) <= 3


async def test_profile_of_the_colours_is_kept_where_it_fits():
    profile = b"a profile, as phones write it"

    kept = await pictures.read(saved(scene(), icc_profile=profile))
    assert opened(kept.shown).info["icc_profile"] == profile
    unfit = await pictures.read(saved(scene().convert("CMYK"), icc_profile=profile))
    assert "icc_profile" not in opened(unfit.shown).info


@pytest.mark.parametrize(
    ("make", "model", "group"),
    [
        ("Apple", "iPhone 17", "phone"),
        ("HUAWEI", "NOH-AN00", "phone"),
        ("vivo\0", "V2309A", "phone"),
        ("Canon", "Canon EOS R5", "camera"),
        ("NIKON CORPORATION", "NIKON Z 8", "camera"),
        ("SONY", "ILCE-7M4", "camera"),
        ("Sony", "XQ-DQ72", "phone"),
        ("SAMSUNG", "NX500", "camera"),
        ("samsung", "SM-S9280", "phone"),
        ("Leica Camera AG", "LEITZ PHONE 3", "phone"),
        ("Somebody", "Something", ""),
        ("", "", ""),
    ],
)
async def test_group_is_told_by_the_maker(make, model, group):
    assert (await pictures.read(saved(scene(), exif=exif(make, model)))).group == group


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday", ""])
async def test_day_that_is_none_is_not_told(taken):
    assert (await pictures.read(saved(scene(), exif=exif(taken=taken)))).taken_on is None


async def test_day_of_digitizing_stands_in_and_day_of_change_does_not():
    made = Image.Exif()
    made[IFD.Exif] = {int(Base.DateTimeDigitized): "2026:10:03 08:30:00"}
    changed = Image.Exif()
    changed[Base.DateTime] = "2026:10:04 08:30:00"

    assert (await pictures.read(saved(scene(), exif=made))).taken_on == date(2026, 10, 3)
    assert (await pictures.read(saved(scene(), exif=changed))).taken_on is None


async def test_picture_without_exif_tells_no_day_and_no_group():
    found = await pictures.read(saved(scene()))

    assert (found.taken_on, found.group) == (None, "")


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
async def test_damaged_exif_spoils_no_picture():
    for damaged in (
        b"Exif\0\0nonsense",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x87i\0\x04\0\0\0\x01\xff\xff\xff\xff",
    ):
        found = await pictures.read(saved(scene(), exif=damaged))
        assert (found.width, found.taken_on, found.group) == (160, None, "")


async def test_same_picture_is_near_at_any_size_and_quality():
    first = await pictures.read(saved(scene((1600, 1200))))
    for other in (
        saved(scene((640, 480)), quality=40),
        saved(scene((1600, 1200)), "WEBP"),
        saved(scene((1600, 1200)).point(lambda value: value * 0.8)),
    ):
        assert pictures.distance(first.dhash, (await pictures.read(other)).dhash) <= 6


async def test_other_pictures_are_far():
    hashes = [(await pictures.read(saved(scene(seed=seed)))).dhash for seed in range(12)]

    assert min(pictures.distance(a, b) for a in hashes for b in hashes if a != b) > 6
    assert len(set(hashes)) == 12
