"""Questions put together that ask much the same."""

from collections.abc import Sequence

from handlers.search.features import PINYIN_WEIGHT, Features
from handlers.search.normalise import plain

ALIKE = 0.4
"""From this share of full likeness on, two questions belong together."""


def groups(questions: Sequence[str]) -> list[list[int]]:
    """Return the numbers of *questions* in groups: the first that is free takes all that are free and like it."""
    kernel = Features(questions).kernel()
    asked = [plain(question) for question in questions]
    free, found = list(range(len(questions))), list[list[int]]()
    while free:
        first = free[0]
        like = (kernel[first] >= ALIKE * (1 + PINYIN_WEIGHT)).tolist()
        found.append([n for n in free if like[n] or asked[n] == asked[first]])
        taken = set(found[-1])
        free = [n for n in free if n not in taken]
    return found
