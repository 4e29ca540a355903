"""Encrypted columns, their keys in turn, and hashes to find what lies in them."""

import pytest
from cryptography.fernet import InvalidToken
from sqlalchemy import select, text

from models import crypto
from models.crypto import Encrypted, EncryptedJSON, Sealed
from models.unanswered import Unanswered, note

OLD, NEW = crypto.new_key(), crypto.new_key()


@pytest.fixture(autouse=True)
def keys():
    before = crypto._Keys.fernet, crypto._Keys.lookup
    crypto.use([OLD], b"secret")
    yield
    crypto._Keys.fernet, crypto._Keys.lookup = before


async def test_column_holds_no_plain_text(database, clock):
    async with database.transaction() as session:
        note(session, "我叫王芳", "declined", ranked=(), now=clock())

    async with database.transaction() as session:
        stored = await session.scalar(text("SELECT text FROM unanswered"))
        found = await session.scalar(select(Unanswered))
    assert "王芳" not in stored
    assert found.text == "我叫王芳"


def test_first_key_encrypts_and_all_decrypt():
    old = Encrypted().process_bind_param("王芳", None)

    crypto.use([NEW, OLD], b"secret")
    new = Encrypted().process_bind_param("王芳", None)
    assert Encrypted().process_result_value(old, None) == "王芳"

    crypto.use([NEW], b"secret")
    assert Encrypted().process_result_value(new, None) == "王芳"
    with pytest.raises(InvalidToken):
        Encrypted().process_result_value(old, None)


def test_nothing_stays_nothing():
    assert Encrypted().process_bind_param(None, None) is None
    assert Encrypted().process_result_value(None, None) is None
    assert EncryptedJSON().process_bind_param({}, None) == ""
    assert EncryptedJSON().process_result_value("", None) == {}


def test_mapping_comes_back():
    stored = EncryptedJSON().process_bind_param({"phone": "13800000000"}, None)

    assert "138" not in stored
    assert EncryptedJSON().process_result_value(stored, None) == {"phone": "13800000000"}


@pytest.mark.parametrize("value", [{"text": "三个月没发工资"}, [["王芳", "f:1"]]])
def test_sealed_value_comes_back(value):
    stored = Sealed().process_bind_param(value, None)

    assert list(stored) == ["sealed"]
    assert crypto.is_current(stored["sealed"])
    assert Sealed().process_result_value(stored, None) == value


@pytest.mark.parametrize("plain", [{}, [], None, {"text": "以前的信"}, {"sealed": "x", "text": "y"}])
def test_what_was_written_before_sealing_still_reads(plain):
    assert Sealed().process_result_value(plain, None) == plain
    assert Sealed().process_bind_param(None, None) is None
    assert Sealed().process_bind_param({}, None) == {}


def test_key_of_a_token_is_told():
    token = crypto.encrypt("王芳")
    assert crypto.is_current(token)

    crypto.use([NEW, OLD], b"secret")
    renewed = crypto.renew(token)

    assert (crypto.is_current(token), crypto.is_current(renewed)) == (False, True)
    assert (crypto.decrypt(token), crypto.decrypt(renewed)) == ("王芳", "王芳")


def test_hash_finds_the_same_and_needs_the_secret():
    first = crypto.lookup_hash("13800000000")

    assert crypto.lookup_hash("13800000000") == first
    assert crypto.lookup_hash("13800000001") != first
    crypto.use([OLD], b"another secret")
    assert crypto.lookup_hash("13800000000") != first


def test_purposes_have_keys_of_their_own():
    assert crypto.derive(b"secret", b"one") != crypto.derive(b"secret", b"two")
    token = crypto.fernet(b"secret", b"one").encrypt(b"x")
    with pytest.raises(InvalidToken):
        crypto.fernet(b"secret", b"two").decrypt(token)


def test_without_keys_nothing_is_encrypted():
    crypto._Keys.fernet = None

    with pytest.raises(RuntimeError, match=r"crypto\.use"):
        Encrypted().process_bind_param("王芳", None)


def test_what_is_no_key_is_refused():
    with pytest.raises(ValueError, match="32"):
        crypto.use([b"short"], b"secret")
