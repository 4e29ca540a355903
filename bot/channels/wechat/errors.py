"""WeChat's refusals: what each code means for what we do next (wechat spec 1.6)."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from bot.channels.base import Held, TryLater, Unreachable

Does = Literal["busy", "token", "gone", "window", "consent", "quota", "ours", "right", "mass", "unknown"]
MEANINGS: Mapping[Does, tuple[int, ...]] = {
    "busy": (-1,),
    "token": (40001, 40014, 42001),
    "gone": (40003, 43004, 50005),
    "window": (45015, 45047),
    "consent": (43101,),
    "quota": (45009, 45011),
    "ours": (45002, 47003, 40037, 40007, 40033),
    "right": (48001, 48004, 40164, 89503, 89506, 89507, 40243),
    "mass": (45028, 45064, 45065, 45066, 45067),
}
_DOES: Mapping[int, Does] = {code: does for does, codes in MEANINGS.items() for code in codes}
SERVER_SECONDS, RIGHT_SECONDS = 5.0, 600.0
_RID = re.compile(r"rid:\s*([\w-]{1,64})")
_ADDRESS = re.compile(r"invalid ip ([0-9a-f.:]+)")


class Refusal(Exception):  # noqa: N818 -- an answer of the platform, not a fault
    """A call that WeChat did not do; *rid* is by what its staff find it, for seven days.

    *address* is that of this machine, where WeChat refuses it.
    """

    def __init__(self, code: int, rid: str = "", *, does: Does | None = None, seconds: float = 0) -> None:
        super().__init__(f"{code} {rid}".strip())
        self.code = code
        self.rid = rid
        self.does: Does = does or _DOES.get(code, "ours")
        self.seconds = seconds
        self.address = ""


def read(answer: Mapping[str, Any]) -> Refusal | None:
    """Return the refusal that *answer* is, None for one that says no code or 0."""
    code, told = int(answer.get("errcode", 0)), str(answer.get("errmsg", ""))
    if not code:
        return None
    rid, address = _RID.search(told), _ADDRESS.search(told)
    refusal = Refusal(code, rid[1] if rid else "")
    refusal.address = address[1] if address else ""
    return refusal


def translated(refusal: Refusal) -> Exception:
    """Return *refusal* as what delivery understands."""
    match refusal.does:
        case "gone":
            return Unreachable("blocked" if refusal.code == 43004 else "gone")  # noqa: PLR2004 -- not following
        case "window" | "consent" | "mass":
            return Held()
        case "ours":
            return Unreachable("refused")
        case "quota":
            return TryLater(refusal.seconds or RIGHT_SECONDS)
        case "right" | "token":
            return TryLater(refusal.seconds or RIGHT_SECONDS)
        case "unknown":
            return TryLater(SERVER_SECONDS, unknown=True)
        case _:
            return TryLater(SERVER_SECONDS)
