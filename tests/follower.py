"""A member on WeChat: types numbers where others press, and reads numbered lines as the buttons they stand for."""

import itertools
import re

from tests.phones import PATIENCE, Member, RunningClock
from tests.platforms import wechat as platform

HINT, WORDS, NEXT = "回复数字就行", "也可以回复：", "9 下一页"
_LINE = re.compile(r"([1-8]) (.+)")
_QUOTED = re.compile(r"“([^”]+)”")
_LINK = re.compile(r"([^：\n]{1,20})：https?://\S+")
_numbers = itertools.count(1)


class OnWeChat(Member):
    """A member who follows the account."""

    def __init__(self, clock: RunningClock, server: platform.Server) -> None:
        super().__init__(clock)
        self.openid = f"o-demo-{next(_numbers)}"
        self._server = server
        self._read = 0
        self._lists: list[list[str]] = []

    async def _text(self, said: str) -> None:
        await self._server.say(said, self.openid)

    async def _press(self, label: str) -> None:
        """Type the number of a label; one of a list that shows words, or of an older message, is typed as it is."""
        numbered = self._lists[-1] if self._lists else []
        await self._text(str(numbered.index(label) + 1) if label in numbered else label)

    async def _start(self, event: str) -> None:
        await self._server.subscribe(event, self.openid)

    async def picture(self) -> bytes:
        mine = [told for told in self._server.sent if told["touser"] == self.openid]
        return self._server.media[mine[-1]["image"]["media_id"]]

    async def _picture_sent(self, picture: bytes) -> None:
        number = f"media-{len(self._server.media)}"
        self._server.media[number] = picture
        await self._server.push(self.openid, MsgType="image", PicUrl="http://none.example", MediaId=number)

    async def _next(self) -> str:
        shown = self._server.shown[self.openid]
        await self._server.until(lambda: len(shown) > self._read, PATIENCE)
        self._read += 1
        text, numbered, buttons = parsed(shown[self._read - 1])
        if buttons:
            self._lists.append(numbered)
        return f"{text}\n{' '.join(f'[{label}]' for label in buttons)}".strip()


def parsed(shown: str) -> tuple[str, list[str], list[str]]:
    """Return the text, the labels that numbers stand for, and all labels."""
    lines = shown.split("\n")
    numbered, buttons = [], []
    while lines:
        line = lines[-1]
        if line in {HINT, NEXT}:
            lines.pop()
        elif line.startswith(WORDS):
            buttons = _QUOTED.findall(lines.pop()) + buttons
        elif match := _LINE.fullmatch(line):
            numbered.insert(0, match[2])
            buttons.insert(0, match[2])
            lines.pop()
        elif match := _LINK.fullmatch(line):
            buttons.insert(0, match[1])
            lines.pop()
        else:
            break
    return "\n".join(lines).strip(), numbered, buttons
