"""The envelope against the published example, against code of somebody else, and against whatever comes."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.channels.wechat import crypto, updates, xml
from bot.channels.wechat.crypto import Codec, Forged
from bot.channels.wechat.updates import Notice
from bot.channels.wechat.xml import Malformed
from models.messages import Address, Incoming
from tests.platforms import wechat as platform

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "wechat-vectors.json").read_text(encoding="utf-8"))
TOKEN, KEY, APP = VECTORS["token"], VECTORS["encoding_aes_key"], VECTORS["appid"]
WANG = Address("wechat", "o-wang")


def test_published_check_of_the_address():
    told = VECTORS["url_check"]
    crypto.check(told["signature"], TOKEN, told["timestamp"], told["nonce"])
    told = VECTORS["plain_push"]
    crypto.check(told["signature"], TOKEN, told["timestamp"], told["nonce"])


def test_published_push_is_opened():
    told = VECTORS["safe_push"]
    crypto.check(told["msg_signature"], TOKEN, told["timestamp"], told["nonce"], told["encrypt"])
    crypto.check(told["signature"], TOKEN, told["timestamp"], told["nonce"])
    message, key = Codec(APP, [KEY]).decrypt(told["encrypt"])
    assert (len(message), key) == (told["plain_length"], KEY)
    assert told["plain_contains"] in message.decode()


def test_published_reply_is_sealed_the_same_way():
    told = VECTORS["safe_reply"]
    sealed = base64.b64decode(told["encrypt"])
    assert crypto.signature(TOKEN, told["timestamp"], told["nonce"], told["encrypt"]) == told["msg_signature"]
    codec = Codec(APP, [KEY])
    assert codec.decrypt(told["encrypt"]) == (told["plain"].encode(), KEY)
    assert len(base64.b64decode(codec.encrypt(told["plain"].encode(), KEY))) == len(sealed)
    with pytest.MonkeyPatch.context() as patch:  # the salt of the example, so that every byte can be compared
        salt = _opened(sealed)[:16]
        patch.setattr(crypto.secrets, "token_bytes", lambda _: salt)
        assert codec.encrypt(told["plain"].encode(), KEY) == told["encrypt"]


def _opened(sealed: bytes) -> bytes:
    decryptor = crypto._cipher(KEY).decryptor()
    return decryptor.update(sealed) + decryptor.finalize()


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=60)
def test_what_is_sealed_opens_to_itself(message):
    codec = Codec(APP, [KEY])
    assert codec.decrypt(codec.encrypt(message, KEY)) == (message, KEY)


@given(st.text(max_size=80))
@settings(deadline=None, max_examples=60)
def test_peer_and_we_read_each_other(said):
    peer, codec = (
        WeChatCrypto(platform.TOKEN, platform.KEY, platform.APP_ID),
        Codec(platform.APP_ID, [platform.KEY]),
    )
    said = said.encode("utf-8", "ignore").decode()
    outer = xml.read(peer.encrypt_message(said, "n", "1").encode())
    crypto.check(outer["MsgSignature"], platform.TOKEN, "1", "n", outer["Encrypt"])
    assert codec.decrypt(outer["Encrypt"])[0].decode() == said
    ours = codec.encrypt(said.encode(), platform.KEY)
    told = xml.write({"Encrypt": ours}).decode()
    signed = crypto.signature(platform.TOKEN, "1", "n", ours)
    read = peer.decrypt_message(told, signed, "1", "n")
    assert (read if isinstance(read, str) else read.decode()) == said


@given(st.one_of(st.binary(max_size=300).map(lambda b: base64.b64encode(b).decode()), st.text(max_size=100)))
@settings(deadline=None, max_examples=150)
def test_whatever_comes_is_forged_and_nothing_else(sealed):
    with pytest.raises(Forged):
        Codec(APP, [KEY]).decrypt(sealed)


def test_key_and_receiver_must_fit():
    sealed = Codec(APP, [KEY]).encrypt(b"x", KEY)
    for codec in (Codec("wx-other", [KEY]), Codec(APP, ["B" * 43])):
        with pytest.raises(Forged):
            codec.decrypt(sealed)
    assert Codec(APP, ["B" * 43, KEY]).decrypt(sealed) == (b"x", KEY)


@given(st.dictionaries(st.sampled_from("ABC"), st.text(max_size=60), max_size=3))
@settings(deadline=None, max_examples=100)
def test_what_is_written_can_be_read(fields):
    allowed = {
        name: "".join(c for c in value if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
        for name, value in fields.items()
    }
    read = xml.read(xml.write(fields))
    assert read == {name: value.replace("\r\n", "\n").replace("\r", "\n") for name, value in allowed.items()}


@given(st.one_of(st.binary(max_size=200), st.text(alphabet="<>/abc!&;[]\"' ", max_size=80).map(str.encode)))
@settings(deadline=None, max_examples=200)
def test_whatever_is_read_is_malformed_and_nothing_else(body):
    try:
        xml.read(body)
    except Malformed:
        return


def test_records_inside_are_kept_apart():
    body = b"<xml><E>x</E><P><List><T>a</T><S>1</S></List><List><T>b</T></List></P></xml>"
    assert xml.read(body) == {"E": "x", "P": [{"T": "a", "S": "1"}, {"T": "b"}]}
    with pytest.raises(Malformed):
        xml.read(b"<xml><P>x</P><P><List><T>a</T></List></P></xml>")
    assert xml.write({"N": 3, "T": "a]]>\x00b"}) == b"<xml><N>3</N><T><![CDATA[a]]]]><![CDATA[>b]]></T></xml>"


def read(**fields: str) -> object:
    return updates.read({"FromUserName": "o-wang", "ToUserName": "gh", "CreateTime": "7", **fields})


def message(**fields: str) -> object:
    return read(MsgId="1", **fields)


def event(name: str, key: str = "") -> object:
    return read(MsgType="event", Event=name, EventKey=key)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"MsgType": "text", "Content": "您好"}, {"text": "您好"}),
        ({"MsgType": "text", "Content": "菜单", "bizmsgmenuid": "menu"}, {"kind": "press", "text": "菜单", "value": "menu"}),
        ({"MsgType": "image", "MediaId": "m"}, {"kind": "photo", "file": "wechat:m"}),
        ({"MsgType": "voice", "MediaId": "m", "Recognition": ""}, {"kind": "voice", "file": "wechat:m"}),
        ({"MsgType": "shortvideo", "MediaId": "m"}, {"kind": "video", "file": "wechat:m"}),
        ({"MsgType": "location", "Location_X": "39.95933", "Location_Y": "116.29845"}, {"kind": "location", "value": "39.95933,116.29845"}),
        ({"MsgType": "location", "Location_X": "north"}, {"kind": "location"}),
        ({"MsgType": "link", "Url": "http://x.example"}, {"kind": "other"}),
        ({"MsgType": "hologram"}, {"kind": "other"}),
    ],
    ids=["text", "menu", "photo", "voice", "video", "place", "nowhere", "link", "unknown"],
)  # fmt: skip
def test_messages_in_neutral_words(fields, expected):
    assert message(**fields) == Incoming("1", WANG, **expected)


def test_events_in_neutral_words():
    number = "o-wang:7:"
    assert event("subscribe") == Incoming(f"{number}subscribe:", WANG, kind="joined")
    assert event("subscribe", "qrscene_chess") == Incoming(
        f"{number}subscribe:qrscene_chess", WANG, kind="start", value="chess"
    )
    assert event("SCAN", "chess") == Incoming(f"{number}SCAN:chess", WANG, kind="start", value="chess")
    assert event("unsubscribe") == Incoming(f"{number}unsubscribe:", WANG, kind="blocked")
    assert event("CLICK", "menu:aid") == Incoming(
        f"{number}CLICK:menu:aid", WANG, kind="press", value="menu:aid"
    )
    assert event("CLICK", "say:签到码") == Incoming(f"{number}CLICK:say:签到码", WANG, text="签到码")
    assert isinstance(event("MASSSENDJOBFINISH"), Notice)
    assert [event("VIEW", "http://x.example"), event("LOCATION"), event("new")] == [None] * 3
    assert [updates.read({}), read(MsgType="text", Content="x")] == [None] * 2
