"""Where to go and whom to call."""

from dataclasses import replace

import pytest

from handlers.members.places import distance


async def test_unchecked_addresses_are_not_shown(chat):
    await chat.run(
        ("工会在哪", await first(chat)),
        ("[服务站]", "地址还没有核对好，不敢乱指。请打：\n12351\n[工会在哪] [转人工]"),
    )


async def first(chat) -> str:
    text = chat.dialogue.edition.content.texts["menu.places"]
    return f"{text.text}\n{' '.join(f'[{label}]' for label in text.choices)}"


async def test_nearest_three_are_shown_for_a_position(chat, demo_content):
    chat.dialogue.edition = replace(chat.dialogue.edition, content=demo_content)
    shown = await chat.send(chat.incoming("location", value="39.96,116.30"))

    stations = [place for place in demo_content.places if place.kind == "station" and place.position]
    nearest = sorted(stations, key=lambda place: distance((39.96, 116.30), place.position))[:3]
    assert [line for line in shown.splitlines() if line.endswith("（演示）")] == [
        place.name for place in nearest
    ]
    assert shown.endswith("\n[职工书屋] [工会在哪] [转人工]")


async def test_rooms_without_a_position_are_shown_all(chat):
    rooms = [place for place in chat.dialogue.edition.content.places if place.kind == "book_room"]
    await chat.send(chat.incoming("location", value="39.96,116.30"))

    shown = await chat.say("[职工书屋]")

    assert [row.split("\n")[0] for row in shown.split("\n\n")] == [room.name for room in rooms]
    assert len(rooms) == 2


async def test_numbers_are_the_checked_ones_only(chat):
    await chat.say("工会在哪")
    shown = await chat.say("[电话]")

    numbers = [line for line in shown.splitlines() if line[:1].isdigit()]
    assert set(numbers) == chat.dialogue.edition.content.numbers


@pytest.mark.parametrize(
    "value", ["places:station:", "places:station:here", "places:station:1,2,3", "places:nothing"]
)
async def test_odd_positions_are_answered(chat, value):
    assert (await chat.send(chat.incoming("press", value=value))).startswith("地址还没有核对好")


def test_distance_is_in_kilometres():
    assert distance((39.9, 116.3), (39.9, 116.3)) == 0
    assert round(distance((39.0, 116.0), (40.0, 116.0))) == 111
