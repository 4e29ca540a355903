"""What phrasings and questions have in common: weighted n-grams of characters and of toneless pinyin."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise, repeat
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from handlers.search.normalise import plain, syllables, tokens

PINYIN_WEIGHT = 0.5
_CHARACTERS, _SYLLABLES = 3, 2
_STEM = 5
Vector = dict[str, float]
Floats = NDArray[np.float32]


def grams(text: str) -> tuple[Counter[str], Counter[str]]:
    """Return the n-grams of plain *text* in its two channels: characters (1–3) and syllables (1–2)."""
    parts = tokens(text)
    written = Counter(_runs(parts, _CHARACTERS, ""))
    written.update(f"~{part[:_STEM]}" for part in parts if part[0].isascii() and len(part) >= _STEM)
    spoken = Counter(_runs(syllables(parts), _SYLLABLES, "'"))
    return written, spoken


def _runs(parts: Sequence[str], longest: int, mark: str) -> Iterable[str]:
    for length in range(1, longest + 1):
        for start in range(len(parts) - length + 1):
            yield mark + " ".join(parts[start : start + length])


class Features:
    """Weights learnt from phrasings, and the likeness of any text to each of them."""

    def __init__(self, phrasings: Sequence[str]) -> None:
        heard = [grams(plain(phrasing)) for phrasing in phrasings]
        seen = Counter(gram for channels in heard for channel in channels for gram in channel)
        self._number = len(phrasings)
        self._rarity = {gram: log((1 + self._number) / (1 + times)) + 1 for gram, times in seen.items()}
        self._place = {gram: place for place, gram in enumerate(seen)}
        self._starts, self._rows, self._parts = self._invert(heard)

    def kernel(self) -> Floats:
        """Return how alike the phrasings are to each other, a row for each."""
        found = np.zeros((self._number, self._number), np.float32)
        np.add.at(found, (self._rows, self._rows), self._parts * self._parts)
        for start, end in pairwise(self._starts):
            if end - start > 1:
                rows, parts = self._rows[start:end], self._parts[start:end]
                shared = np.outer(parts, parts)
                np.fill_diagonal(shared, 0)  # each with itself is counted already
                found[rows[:, None], rows] += shared
        return found

    def alike(self, text: str) -> Floats:
        """Return how alike plain *text* is to each phrasing: cosine of characters plus half that of pinyin."""
        return self._alike(self._weigh(grams(text)))

    def _weigh(self, channels: tuple[Counter[str], Counter[str]]) -> Vector:
        vector: Vector = {}
        unseen = log(1 + self._number) + 1
        for channel, weight in zip(channels, (1.0, PINYIN_WEIGHT), strict=True):
            parts = {
                gram: (1 + log(times)) * self._rarity.get(gram, unseen) for gram, times in channel.items()
            }
            length = sqrt(sum(part * part for part in parts.values())) or 1.0
            vector |= {gram: part * sqrt(weight) / length for gram, part in parts.items()}
        return vector

    def _invert(
        self, heard: Sequence[tuple[Counter[str], Counter[str]]]
    ) -> tuple[list[int], NDArray[np.int32], Floats]:
        """Return where the phrasings of each gram begin, the phrasings, and the weight of the gram in each."""
        places, rows, parts = array("i"), array("i"), array("f")
        for row, channels in enumerate(heard):
            vector = self._weigh(channels)
            places.extend(self._place[gram] for gram in vector)
            rows.extend(repeat(row, len(vector)))
            parts.extend(vector.values())
        by_gram = np.argsort(places, kind="stable")
        starts = np.cumsum(np.bincount(places, minlength=len(self._place)))
        return [0, *starts.tolist()], np.array(rows, np.int32)[by_gram], np.array(parts, np.float32)[by_gram]

    def _alike(self, vector: Vector) -> Floats:
        known = [
            (place, part) for gram, part in vector.items() if (place := self._place.get(gram)) is not None
        ]
        if not known:
            return np.zeros(self._number, np.float32)
        found = [slice(self._starts[place], self._starts[place + 1]) for place, _ in known]
        parts = np.repeat([part for _, part in known], [one.stop - one.start for one in found])
        parts *= np.concatenate([self._parts[one] for one in found])
        rows = np.concatenate([self._rows[one] for one in found])
        return np.bincount(rows, parts, self._number).astype(np.float32)
