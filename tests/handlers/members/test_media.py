"""What is not text gets an answer too."""

import pytest
from sqlalchemy import select

from models.handoffs import HandOffLine

OTHER = "这个我看不了，打几个字就行。\n[菜单] [转人工]"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (
            "voice",
            "我听不懂语音。点一下键盘上的话筒，对着它说，话会变成字再发给我；或者请同事听。\n[转人工] [菜单]",
        ),
        ("photo", "照片收到，先不动它。您想？\n[给同事看] [发错了]"),
        ("file", "文件收到，先不动它。要请同事看吗？\n[给同事看] [发错了]"),
        ("location", "地址还没有核对好，不敢乱指。请打：\n12351\n[职工书屋] [工会在哪] [转人工]"),
        ("video", OTHER),
        ("sticker", OTHER),
        ("contact", "我只认您自己的名片，这张对不了。\n[绑定会员] [菜单]"),
        ("other", OTHER),
        ("text", OTHER),
    ],
)
async def test_every_kind_is_answered(chat, kind, told):
    assert await chat.send(chat.incoming(kind)) == told


async def test_voice_goes_along_to_the_colleague(chat, staffed):
    await chat.send(chat.incoming("voice", file="phone:voice1"))
    await chat.say("[转人工]")

    assert await kept(chat) == [("voice", "phone:voice1")]


async def test_picture_goes_along_to_the_colleague(chat, staffed):
    await chat.send(chat.incoming("photo", file="phone:photo1"))
    await chat.say("[给同事看]")
    await chat.send(chat.incoming("photo", file="phone:photo2"))

    assert await kept(chat) == [("photo", "phone:photo1"), ("photo", "phone:photo2")]


async def kept(chat) -> list[tuple[str, str]]:

    async with chat.database.transaction() as session:
        lines = await session.scalars(select(HandOffLine).order_by(HandOffLine.id))
        return [(line.kind, line.file) for line in lines]
