"""Photos as they come in: three contents in the store, and nothing of what is refused."""

from dataclasses import replace

import pytest

from models import photos
from models.base import Refused
from models.files import Store
from models.photos import Photo
from tests.pictures import exif, opened, saved, scene


@pytest.fixture
def store(tmp_path) -> Store:
    return Store((tmp_path / "files").as_uri())


async def test_original_is_kept_as_it_came_and_copies_beside_it(store):
    body = saved(scene((2400, 1800)), "HEIF", exif=exif())
    photo = await photos.take(store, body)

    assert await store.get(photo.original.hash) == body
    assert opened(await store.get(photo.shown.hash)).size == (1600, 1200)
    assert opened(await store.get(photo.thumbnail.hash)).size == (320, 240)
    assert [kept.type for kept in (photo.original, photo.shown, photo.thumbnail)] == [
        "image/heic",
        "image/jpeg",
        "image/jpeg",
    ]


async def test_what_is_refused_is_not_kept(store, tmp_path):
    with pytest.raises(Refused, match="photo_bad"):
        await photos.take(store, b"no picture")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    await photos.take(store, saved(scene((800, 600))))
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 3


async def test_photo_is_handed_on_as_a_text(store):
    photo = await photos.take(store, saved(scene(), exif=exif()))
    undated = replace(photo, taken_on=None)

    assert Photo.unpacked(photo.packed()) == photo
    assert Photo.unpacked(undated.packed()) == undated
