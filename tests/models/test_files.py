"""Files by the hash of their content: kept once, found again, and no row without a file."""

import errno
import hashlib
from typing import NamedTuple

import pytest
from obstore.store import LocalStore, S3Store
from sqlalchemy import func, select

from models import files, members
from models.base import Refused
from models.files import File, Missing, Store
from models.messages import Address

BODY = b"a picture, nearly"
HASH = hashlib.sha256(BODY).hexdigest()


class Disk(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def store(tmp_path) -> Store:
    return Store((tmp_path / "文 件").as_uri())


async def test_content_is_kept_under_its_hash(store, tmp_path):
    kept = await store.put(BODY, "image/jpeg")

    assert (kept.hash, kept.size, kept.type) == (HASH, len(BODY), "image/jpeg")
    assert (tmp_path / "文 件" / HASH[:2] / HASH).read_bytes() == BODY
    assert await store.get(HASH) == BODY
    assert b"".join([piece async for piece in store.stream(HASH)]) == BODY
    assert await store.exists(HASH)


async def test_big_content_comes_in_pieces(store, monkeypatch):
    monkeypatch.setattr(files, "CHUNK", 1000)
    body = bytes(range(256)) * 100
    kept = await store.put(body, "image/jpeg")

    pieces = [piece async for piece in store.stream(kept.hash)]
    assert b"".join(pieces) == body
    assert len(pieces) > 1


async def test_content_that_is_there_is_not_written_again(store, tmp_path):
    await store.put(BODY, "image/jpeg")
    file = tmp_path / "文 件" / HASH[:2] / HASH
    file.write_bytes(b"changed, so that writing again would show")

    await store.put(BODY, "image/png")
    assert file.read_bytes() == b"changed, so that writing again would show"


async def test_deleted_content_is_missing(store):
    await store.put(BODY, "image/jpeg")
    await store.delete(HASH)
    await store.delete(HASH)

    assert not await store.exists(HASH)
    with pytest.raises(Missing):
        await store.get(HASH)
    with pytest.raises(Missing):
        [piece async for piece in store.stream(HASH)]


@pytest.mark.parametrize("digest", ["../../secret.key", "", HASH.upper(), HASH + "/x", HASH + "\n"])
async def test_what_is_no_hash_leads_nowhere(store, tmp_path, digest):
    await store.put(BODY, "image/jpeg")
    (tmp_path / "secret.key").write_bytes(b"secret")

    assert not await store.exists(digest)
    with pytest.raises(Missing):
        await store.get(digest)


async def test_nearly_full_disk_takes_no_file(store, monkeypatch):
    free = files.SPARE_BYTES + len(BODY)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: Disk(2**40, 2**40 - free, free - 1))
    with pytest.raises(Refused, match="unkept"):
        await store.put(BODY, "image/jpeg")
    assert not await store.exists(HASH)

    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: Disk(2**40, 2**40 - free, free))
    assert (await store.put(BODY, "image/jpeg")).hash == HASH


async def test_full_disk_leaves_no_row(store, database, clock, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    await store.put(b"another", "image/jpeg")
    monkeypatch.setattr(LocalStore, "put_async", full)
    with pytest.raises(Refused, match="unkept"):
        async with database.transaction() as session:
            await files.note(
                session, await store.put(BODY, "image/jpeg"), by=None, purpose="work", now=clock()
            )

    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(File)) == 0


async def test_folder_that_cannot_be_made_refuses(tmp_path):
    (tmp_path / "files").write_text("a file where the folder should be")
    store = Store((tmp_path / "files").as_uri())

    with pytest.raises(Refused, match="unkept"):
        await store.put(BODY, "image/jpeg")
    (tmp_path / "files").unlink()
    assert (await store.put(BODY, "image/jpeg")).hash == HASH


def test_bucket_is_built_from_its_address():
    built = Store("s3://bucket/pre/fix")._store()

    assert isinstance(built, S3Store)
    assert (built.config["bucket"], built.prefix) == ("bucket", "pre/fix")


async def test_bucket_that_does_not_answer_refuses(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setenv("AWS_REGION", "none")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(files, "RETRY", {"max_retries": 0})

    with pytest.raises(Refused, match="unkept"):
        await Store("s3://bucket").get(HASH)


async def test_row_of_a_content_is_written_once(store, database, clock):
    kept = await store.put(BODY, "image/jpeg")
    async with database.transaction() as session:
        wang = await members.at_address(session, Address("web", "wang"), now=clock())
        await files.note(session, kept, kept, by=wang.id, purpose="work", now=clock())
        await files.note(session, kept, by=None, purpose="other", now=clock())

        rows = (await session.execute(select(File.hash, File.size, File.type, File.purpose, File.at))).all()
        assert rows == [(HASH, len(BODY), "image/jpeg", "work", clock())]
        assert await session.scalar(select(File.uploaded_by)) == wang.id
