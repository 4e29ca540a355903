"""Who answers: the service whose word is said or whose button is pressed, else the search."""

import re
from collections.abc import Iterable, Mapping

from config.content import Content, ContentError
from handlers.choosing import tidy
from handlers.service import Action, Finish, Handler, Service
from models.messages import Kind

CODE = re.compile(r"(?<!\d)\d{6}$", re.ASCII)


class Router:
    """Finds the service for a message."""

    def __init__(self, services: Iterable[Service]) -> None:
        self.services = tuple(services)
        self._by_word = {tidy(word) or word: service for service in self.services for word in service.words}
        self._coded = {tidy(word): service for service in self.services for word in service.coded}
        self._actions: Mapping[str, Action] = {k: v for s in self.services for k, v in s.actions.items()}
        self._kinds: Mapping[Kind, Handler] = {k: v for s in self.services for k, v in s.kinds.items()}
        self._finishes: Mapping[str, Finish] = {k: v for s in self.services for k, v in s.finishes.items()}

    def for_text(self, text: str) -> Service | None:
        """Return the service that *text* names as a whole, or with a code behind it."""
        said = tidy(text)
        if CODE.search(said) and (service := self._coded.get(CODE.sub("", said))):
            return service
        return self._by_word.get(said or text.strip())

    def for_press(self, value: str) -> tuple[Action, str] | None:
        """Return the action of a button's *value* and what it is about."""
        name, _, about = value.partition(":")
        action = self._actions.get(name)
        return None if action is None else (action, about)

    def for_kind(self, kind: Kind) -> Handler | None:
        """Return who answers a message that is not text."""
        return self._kinds.get(kind)

    def finish(self, name: str) -> Finish:
        """Return what takes the answers of a form that ends in *name*."""
        return self._finishes[name]

    def check(self, content: Content) -> None:
        """Raise ContentError when content names an action or an end of a form that nobody registers."""
        buttons = [
            (f"texts.yaml: {key}", to) for key, text in content.texts.items() for to in text.choices.values()
        ]
        buttons += [(entry.slug, button.to) for entry in content.entries for button in entry.next]
        buttons += [
            (f"notices/{name}", button.to)
            for name, template in content.notices.items()
            for button in template.choices
            if button.to
        ]
        menu = (entry for column in content.wechat.menu for entry in column.entries)
        buttons += [(f"wechat.yaml: {entry.label}", entry.to) for entry in menu if entry.to]
        for where, to in buttons:
            if self.for_press(to) is None:
                raise ContentError(f"{where}: choices: nobody answers {to}")
        asked = [(f"forms.yaml: {name}", q) for name, form in content.forms.items() for q in form.questions]
        asked += [(entry.slug, question) for entry in content.entries for question in entry.form]
        for where, question in asked:
            if question.ask.isascii() and question.ask not in content.texts:
                raise ContentError(f"{where}: ask: there is no text {question.ask}")
        ends = [(f"forms.yaml: {name}", form.ends) for name, form in content.forms.items()]
        ends += [(entry.slug, entry.ends) for entry in content.entries if entry.ends]
        for where, end in ends:
            if end not in self._finishes:
                raise ContentError(f"{where}: ends: nobody takes {end}")
