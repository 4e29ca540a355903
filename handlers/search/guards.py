"""What is decided before anything is matched."""

import re

from config.search_lists import Guards
from handlers.choosing import any_of
from handlers.search.normalise import plain, syllables, tokens

_AROUND = 6


class Guard:
    """Holds the lists in the form in which questions are compared with them."""

    def __init__(self, lists: Guards) -> None:
        self._lists = lists
        self._refused = [re.compile(pattern) for pattern in lists.refused]
        dispute = [plain(word) for word in lists.dispute]
        self._abuse, self._outside, self._places = map(any_of, (lists.abuse, lists.outside, lists.places))
        self._dispute = any_of(dispute)
        self._dispute_spoken = any_of(_spoken(word) for word in dispute if len(word) > 1)
        self._greetings = frozenset(plain(greeting).replace(" ", "") for greeting in lists.greetings)
        self._thanks = tuple(plain(word) for word in lists.thanks)
        self.politeness = sorted(map(plain, lists.politeness), key=len, reverse=True)

    def kind(self, text: str) -> str:
        """Return why plain *text* is not to be matched (`empty`, `refused`, `abuse`, …), or `normal`."""
        bare = text.replace(" ", "")
        if not re.search(r"[^\W\d_]", text):
            return "empty"
        if any(pattern.search(text) for pattern in self._refused):
            return "refused"
        if self._abuse.search(text):
            return "abuse"
        if bare in self._greetings:
            return "greeting"
        if any(
            bare.startswith(word.replace(" ", "")) and len(bare) <= len(word) + _AROUND
            for word in self._thanks
        ):
            return "thanks"
        place = self._elsewhere(text)
        return f"elsewhere:{place}" if place else "normal"

    def is_dispute(self, text: str) -> bool:
        """Say whether plain *text* speaks of a labour dispute, in characters or in sound."""
        return bool(self._dispute.search(text) or self._dispute_spoken.search(_spoken(text)))

    def is_outside(self, text: str) -> bool:
        """Say whether plain *text* plainly belongs to somebody else than a union."""
        return bool(self._outside.search(text))

    def _elsewhere(self, text: str) -> str:
        if not self._places.search(text) or any(word in text for word in self._lists.here):
            return ""
        for place in self._lists.places:
            at = text.find(place)
            around = text[max(0, at - _AROUND) : at + len(place) + _AROUND]
            if at >= 0 and not any(word in around for word in self._lists.passing):
                return place
        return ""


def _spoken(text: str) -> str:
    return " " + " ".join(syllables(tokens(text))) + " "
