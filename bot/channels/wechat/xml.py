"""WeChat's XML: a reader with bounds on everything, and a writer that cannot be broken out of."""

import re
from collections.abc import Mapping
from pyexpat import ExpatError, ParserCreate

DEPTH, ELEMENTS, TOP = 8, 200, 2
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 may not hold (section 2.2)."""
Value = str | list[dict[str, str]]
Fields = dict[str, Value]


class Malformed(Exception):  # noqa: N818 -- a judgement on what came in, not a fault
    """What came in is no message: not XML, not UTF-8, too deep, too many parts, or with a document type."""


class _Reader:
    """Collects what the children of the root say; what lies deeper is a list of records."""

    def __init__(self) -> None:
        self.fields: Fields = {}
        self._path: list[str] = []
        self._said: list[str] = []
        self._leaf = False
        self._elements = 0
        self.parser = ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._said.append
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse

    def _refuse(self, *_: object) -> None:
        raise Malformed("document type")

    def _start(self, name: str, _: Mapping[str, str]) -> None:
        self._elements += 1
        self._path.append(name)
        if len(self._path) > DEPTH or self._elements > ELEMENTS:
            raise Malformed("bounds")
        self._said.clear()
        self._leaf = True

    def _end(self, name: str) -> None:
        said, depth, leaf = "".join(self._said), len(self._path), self._leaf
        self._leaf = False
        self._said.clear()
        self._path.pop()
        if depth == TOP and leaf:
            self.fields.setdefault(name, said)
        elif depth > TOP and leaf:
            self._inside(name, said)

    def _inside(self, name: str, said: str) -> None:
        """Add a part of a record; a part that comes a second time begins the next record."""
        group = self._path[1]
        records = self.fields.setdefault(group, [])
        if not isinstance(records, list):
            raise Malformed("mixed")
        if not records or name in records[-1]:
            records.append({})
        records[-1][name] = said


def read(body: bytes) -> Fields:
    """Return what the children of the root say, by name; what is nested as a list of records.

    Raises Malformed, and nothing else.
    """
    reader = _Reader()
    try:
        body.decode()
        reader.parser.Parse(body, True)
    except (ExpatError, UnicodeDecodeError, ValueError):
        raise Malformed("not XML") from None
    return reader.fields


def write(fields: Mapping[str, str | int]) -> bytes:
    """Return *fields* as XML: texts as CDATA, numbers as they are."""
    parts = (f"<{name}>{_cdata(value)}</{name}>" for name, value in fields.items())
    return f"<xml>{''.join(parts)}</xml>".encode()


def _cdata(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    clean = _FORBIDDEN.sub("", value).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{clean}]]>"
