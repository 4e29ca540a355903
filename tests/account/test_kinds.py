"""What members send beside words: each is answered in the response, and a question that waits is asked again."""

import pytest

from bot.channels.wechat import updates
from models.messages import Address, Incoming

VOICE = "我听不懂语音。点一下键盘上的话筒，对着它说，话会变成字再发给我；或者请同事听。"
OTHER = "这个我看不了，打几个字就行。"
NOWHERE = "地址还没有核对好，不敢乱指。请打：\n12351"
KINDS = (
    ({"MsgType": "voice", "MediaId": "m1", "Format": "amr"}, VOICE, ("转人工", "菜单")),
    ({"MsgType": "text", "Content": "【收到不支持的消息类型，暂无法显示】"}, OTHER, ("菜单", "转人工")),
    ({"MsgType": "text", "Content": "【收到不支援的訊息類型，無法顯示】"}, OTHER, ("菜单", "转人工")),
    ({"MsgType": "text", "Content": "[Unsupported Message]"}, OTHER, ("菜单", "转人工")),
    ({"MsgType": "video", "MediaId": "m2", "ThumbMediaId": "m3"}, OTHER, ("菜单", "转人工")),
    ({"MsgType": "shortvideo", "MediaId": "m2", "ThumbMediaId": "m3"}, OTHER, ("菜单", "转人工")),
    ({"MsgType": "link", "Title": "x", "Description": "y", "Url": "https://none.example"}, OTHER, ("菜单", "转人工")),
    ({"MsgType": "location", "Location_X": "39.96", "Location_Y": "116.3", "Scale": "15", "Label": "z"},
     NOWHERE, ("职工书屋", "工会在哪", "转人工")),
    ({"MsgType": "location", "Location_X": "here", "Location_Y": ""}, NOWHERE, ("职工书屋", "工会在哪", "转人工")),
    ({"MsgType": "a kind of next year"}, OTHER, ("菜单", "转人工")),
)  # fmt: skip


def numbered(text: str, *labels: str) -> str:
    rows = [f"{number} {label}" for number, label in enumerate(labels, 1)]
    return "\n".join([text, "", *rows, "回复数字就行"])


@pytest.mark.parametrize(("fields", "told", "labels"), KINDS, ids=lambda value: str(value)[:40])
async def test_every_kind_is_answered_at_once(account, fields, told, labels):
    async with account(grade="passive") as one:
        assert (await one.server.push("o-wang", **fields)).text == numbered(told, *labels)


@pytest.mark.parametrize(("fields", "told", "labels"), KINDS[:2], ids=["voice", "sticker"])
async def test_question_that_waits_is_asked_again(account, fields, told, labels):
    async with account(grade="passive") as one:
        asked = (await one.server.say("写建议")).partition("\n\n也可以回复")[0]

        again = (await one.server.push("o-wang", **fields)).text

        assert again.startswith(f"{told}\n\n{asked}\n\n也可以回复：“")
        assert all(f"“{label}”" in again for label in labels)


def test_voice_and_place_are_read_as_on_other_channels():
    told = {"FromUserName": "o-wang", "MsgId": "7"}
    place = {**told, "MsgType": "location", "Location_X": "39.9600004", "Location_Y": "116.3"}

    at = Address("wechat", "o-wang")
    assert updates.read(place) == Incoming("7", at, kind="location", value="39.96000,116.30000")
    assert updates.read({**told, "MsgType": "voice", "MediaId": "m1"}) == Incoming(
        "7", at, kind="voice", file="wechat:m1"
    )
