"""The lists that the search needs: what is refused before matching, and the questions that set its thresholds."""

from pydantic import Field

from config.entries import TOPICS, Checked


class Guards(Checked):
    """Plain lists of words; a question that holds one is treated before anything is matched."""

    politeness: tuple[str, ...]
    dispute: tuple[str, ...]
    refused: tuple[str, ...]
    abuse: tuple[str, ...]
    greetings: tuple[str, ...]
    thanks: tuple[str, ...]
    outside: tuple[str, ...]
    here: tuple[str, ...]
    places: tuple[str, ...]
    passing: tuple[str, ...]


class Asked(Checked):
    """A question of which the topic is known."""

    q: str
    topic: str = Field(pattern="|".join(sorted(TOPICS)))


class Development(Checked):
    """Questions that are not in the index: *outside* must not be answered, *inside* should be."""

    outside: tuple[str, ...] = Field(min_length=100)
    inside: tuple[Asked, ...] = ()
