"""Signs of danger in a message, told apart from figures of speech. Pure."""

from collections.abc import Iterable

from config.lists import Danger
from handlers.choosing import any_of, tidy

SOFT = "soft"


class Safety:
    """Looks at every message before anything else does."""

    def __init__(self, danger: Danger) -> None:
        self._figures = sorted(_tidied(danger.figures), key=len, reverse=True)
        self._figure = any_of(self._figures)
        self._signs = {name: any_of(_tidied(signs)) for name, signs in danger.signs.items()}
        self._soft = any_of(_tidied(danger.soft))

    def sign(self, text: str) -> str | None:
        """Return which danger *text* speaks of, `soft` for low spirits, or None."""
        said = tidy(text)
        for figure in self._figures if self._figure.search(said) else ():
            said = said.replace(figure, " ")
        for name, signs in self._signs.items():
            if signs.search(said):
                return name
        return SOFT if self._soft.search(said) else None


def _tidied(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(tidy(line) for line in lines)
