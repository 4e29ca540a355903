"""The staff console: one module a page or two; a new module here is a new page."""

import pkgutil
from importlib import import_module

from handlers.console import Page


def pages() -> list[Page]:
    """Return the pages of every module in this folder."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return [page for name in names for page in import_module(f"{__name__}.{name}").pages]
