"""The search: a closed-form kernel classifier over phrasings, inside three-band decisions.

K is the likeness of all phrasings, A = (K + λI)⁻¹·Y with one column for each topic and each entry; a question's
scores are k(q)·A. Nothing is trained but this one solution, so building it takes a second and gives the same twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from config.entries import Entry
from config.search_lists import Development, Guards
from handlers.search.features import Features, Floats
from handlers.search.guards import Guard
from handlers.search.normalise import is_english, plain, without

RIDGE, SHOWN = 0.6, 5
FALSE_ANSWERS, FALSE_OFFERS = 0.06, 0.4
"""Of the stored out-of-scope questions, most of them traps, these shares may be answered, and offered choices."""
LEAD, OUTSIDE_COST = 0.3, 0.45
"""How much the lead over the second topic adds to the confidence, and a word of somebody else's business takes off."""
Decision = Literal["answer", "offer", "decline"]


@dataclass(frozen=True, slots=True)
class Found:
    """What the search makes of a question: topics with scores and entries, both best first, up to five."""

    decision: Decision
    kind: str
    ranked: tuple[tuple[str, float], ...] = ()
    entries: tuple[str, ...] = ()
    english: bool = False


class Index:
    """All phrasings of all entries, ready to be searched."""

    def __init__(self, entries: Sequence[Entry], guard: Guard) -> None:
        owned = [
            (entry, text)
            for entry in entries
            for text in (entry.title, *entry.phrasings, *entry.english_phrasings)
        ]
        self._guard = guard
        self._features = Features([without(plain(text), guard.politeness) for _, text in owned])
        self._topics = sorted({entry.topic for entry in entries})
        self._slugs = [entry.slug for entry in entries]
        self._topic_of = np.array([self._topics.index(entry.topic) for entry in entries])
        self._labour = np.array([topic.startswith("labour:") for topic in self._topics])
        self._answers = self._solve([(entry.topic, entry.slug) for entry, _ in owned])
        self.hi, self.lo = 1.0, 0.0

    @classmethod
    def build(cls, entries: Sequence[Entry], guards: Guards, development: Development) -> Self:
        """Build the index and set its thresholds from stored questions. Takes a second: call it off the event loop."""
        index = cls(entries, Guard(guards))
        sure = index._confidences(development.outside)
        index.hi = _threshold(sure, FALSE_ANSWERS)
        index.lo = min(_threshold(sure, FALSE_OFFERS), index.hi)
        return index

    def search(self, text: str) -> Found:
        """Return what *text* asks for, or that it is not known."""
        asked = plain(text)
        kind = self._guard.kind(asked)
        topics, slugs, sure = self._rank(without(asked, self._guard.politeness))
        english = is_english(text)
        if kind != "normal":
            return Found("decline", kind, topics, (), english)
        decision: Decision = "answer" if sure >= self.hi else "offer" if sure >= self.lo else "decline"
        if decision == "decline" and self._guard.is_outside(asked):
            kind = "outside"
        return Found(decision, kind, topics, slugs, english)

    def _rank(self, text: str) -> tuple[tuple[tuple[str, float], ...], tuple[str, ...], float]:
        scores = self._features.alike(text) @ self._answers
        by_topic, by_slug = scores[: len(self._topics)].copy(), scores[len(self._topics) :]
        if not self._guard.is_dispute(text):
            by_topic[self._labour] -= 1
        by_topic -= OUTSIDE_COST * self._guard.is_outside(text)
        order = np.argsort(-by_topic, kind="stable")
        topics = tuple((self._topics[n], float(by_topic[n])) for n in order[:SHOWN])
        best = np.argsort(-(by_topic[self._topic_of] + by_slug), kind="stable")
        return topics, tuple(self._slugs[n] for n in best[:SHOWN]), confidence(by_topic[order])

    def _solve(self, owners: Sequence[tuple[str, str]]) -> Floats:
        topic_at = {topic: column for column, topic in enumerate(self._topics)}
        slug_at = {slug: column for column, slug in enumerate(self._slugs, len(self._topics))}
        wanted = np.zeros((len(owners), len(topic_at) + len(slug_at)), np.float32)
        for row, (topic, slug) in enumerate(owners):
            wanted[row, [topic_at[topic], slug_at[slug]]] = 1
        kernel = self._features.kernel()
        kernel.flat[:: len(owners) + 1] += RIDGE
        return np.linalg.solve(kernel, wanted)

    def _confidences(self, questions: Iterable[str]) -> NDArray[np.float64]:
        asked = (plain(question) for question in questions)
        passed = [text for text in asked if self._guard.kind(text) == "normal"]
        return np.array([self._rank(without(text, self._guard.politeness))[2] for text in passed])


def confidence(best_first: Floats | Sequence[float]) -> float:
    """Return how sure a ranking is, from its scores; this is what the thresholds are compared with."""
    second = best_first[1] if len(best_first) > 1 else 0
    return float(best_first[0] + LEAD * (best_first[0] - second))


def _threshold(sure: NDArray[np.float64], share: float) -> float:
    """Return the confidence that at most *share* of the out-of-scope questions reach."""
    return float(np.quantile(sure, 1 - share)) + 1e-6 if len(sure) else 0.0
