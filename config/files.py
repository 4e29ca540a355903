"""The content files: the first edition of everything, read from a folder."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from config.content import Body, ContentError, Piece

LISTS = (
    "phones",
    "directory",
    "duty",
    "danger",
    "guards",
    "development",
    "forms",
    "figures",
    "retention",
    "parties",
    "wechat",
)
_RELATIVE = re.compile(r"\+(\d+)d (\d\d):(\d\d)")
_FRONT = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)


def read(folder: Path, *, demo: date | None = None, zone: ZoneInfo | None = None) -> list[Piece]:
    """Read every file below *folder*; with *demo*, also the demo dates, counted from that day.

    Raises ContentError naming the file when one cannot be read.
    """
    pieces = [_programme(file) for file in sorted((folder / "programmes").glob("*.yaml"))]
    pieces += [_article(file) for file in sorted((folder / "articles").glob("*.md"))]
    pieces += [_template(file) for file in sorted((folder / "notices").glob("*.yaml"))]
    texts = _mapping(folder / "texts.yaml")
    pieces += [Piece("texts", key, _body(body), "texts.yaml: " + key) for key, body in texts.items()]
    pieces += [Piece("lists", name, {"": _yaml(folder / f"{name}.yaml")}, f"{name}.yaml") for name in LISTS]
    if demo is None:
        return [_without_demo(piece) for piece in pieces]
    return _dated(pieces, folder / "demo", demo, zone or ZoneInfo("Asia/Shanghai"))


def parse(text: str, name: str) -> object:
    """Return what the YAML *text* holds; *name* is what it is called in an error.

    Raises ContentError.
    """
    return _yaml(Path(name), text)


def _body(value: object) -> Body:
    return {"text": value} if isinstance(value, str) else value if isinstance(value, Mapping) else {"": value}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"{file.name}: cannot be read ({type(error).__name__})") from error


def _yaml(file: Path, text: str | None = None) -> object:
    try:
        return yaml.load(_text(file) if text is None else text, Loader=_Loader)  # noqa: S506 -- a safe loader
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise ContentError(f"{file.name}: {problem or 'is not proper YAML'}{line}") from error


def _mapping(file: Path) -> Mapping[str, object]:
    value = _yaml(file)
    if not isinstance(value, Mapping):
        raise ContentError(f"{file.name}: must hold keys and values")
    return value


def _programme(file: Path) -> Piece:
    return Piece("programmes", file.stem, _mapping(file), f"programmes/{file.name}")


def _template(file: Path) -> Piece:
    return Piece("notices", file.stem, _mapping(file), f"notices/{file.name}")


def _article(file: Path) -> Piece:
    match = _FRONT.fullmatch(_text(file))
    fields = match and _yaml(file, match[1])
    if match is None or not isinstance(fields, dict):
        raise ContentError(f"articles/{file.name}: has no front matter between --- lines")
    answer, _, detail = match[2].strip().partition("\n\n")
    story = {"kind": "article", **fields, "answer": answer.replace("\n", ""), "detail": detail.strip()}
    return Piece("articles", file.stem, story, f"articles/{file.name}")


def _without_demo(piece: Piece) -> Piece:
    if piece.key != "directory" or piece.shelf != "lists":
        return piece
    rows = piece.body[""]
    kept = [row for row in rows if not row.get("demo")] if isinstance(rows, list) else rows
    return Piece(piece.shelf, piece.key, {"": kept}, piece.file)


def _dated(pieces: list[Piece], folder: Path, start: date, zone: ZoneInfo) -> list[Piece]:
    by_key = {(piece.shelf, piece.key): piece for piece in pieces}
    for file in sorted(folder.glob("*.yaml")):
        fields = dict(_mapping(file))
        slug = str(fields.pop("demo_of", ""))
        base = by_key.get(("programmes", slug))
        if base is None:
            raise ContentError(f"demo/{file.name}: demo_of: there is no programme {slug}")
        dates = {key: _moment(value, start, zone) for key, value in fields.items()}
        kept = dict(base.body)
        if "event" in dates:  # with places to sign up for, nothing is applied for
            kept.pop("application", None)
        by_key["programmes", slug] = Piece("programmes", slug, {**kept, **dates, "demo": True}, base.file)
    return list(by_key.values())


def _moment(value: object, start: date, zone: ZoneInfo) -> object:
    if isinstance(value, Mapping):
        return {key: _moment(inner, start, zone) for key, inner in value.items()}
    if isinstance(value, list):
        return [_moment(inner, start, zone) for inner in value]
    match = _RELATIVE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    days, hour, minute = (int(part) for part in match.groups())
    return datetime(start.year, start.month, start.day, hour, minute, tzinfo=zone) + timedelta(days=days)


class _Loader(yaml.CSafeLoader):
    """A safe loader that refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                problem = f"the key {key} stands twice"
                raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep)
