"""Stations, book rooms, homes, branches and telephone numbers: brought up to date from a sheet or row by row."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import TypeAdapter, ValidationError

from handlers import editing
from handlers.console import EVERYBODY, Action, Away, NotFound, Page, Reply, Sheet, View, Visit, whole
from models import catalogue, directories, sheets, sheets_out
from models.base import Refused
from models.content import Published
from models.directories import COLUMNS, KINDS, Row

EDITORS = frozenset({"administrator", "editor"})
TITLES = {"directory": "地点", "phones": "电话"}
LINES = 50
ROWS = TypeAdapter(list[dict[str, Any]])


async def show_all(visit: Visit) -> Reply:
    """Show one page of a list."""
    name, rows, row = await _list(visit)
    kind, words = visit.query.get("kind", ""), visit.query.get("q", "").strip()
    page = whole(visit.query.get("page", "")) or 0
    found = [
        (number, one)
        for number, one in enumerate((directories.cells(name, one) for one in rows), 1)
        if kind in {"", one.get("kind")} and words in " ".join(one.values())
    ]
    return View("directory.html", {
        "name": name, "titles": TITLES, "columns": COLUMNS[name], "kinds": KINDS.values(), "kind": kind, "words": words,
        "rows": found[page * LINES : (page + 1) * LINES], "number": page, "more": len(found) > (page + 1) * LINES,
        "version": row.version, "may": bool(visit.rights.roles & EDITORS),
    })  # fmt: skip


async def check(visit: Visit) -> Reply:
    """Show what a sheet would change; nothing changes yet."""
    name, rows, row = await _list(visit)
    given = _given(visit, name)
    prune = bool(visit.said("prune"))
    changes = directories.merge(name, rows, given, prune=prune, today=visit.today.date())
    return View("directory_check.html", {
        "name": name, "titles": TITLES, "columns": COLUMNS[name], "changes": changes, "version": row.version,
        "cells": lambda one: directories.cells(name, one), "rows": json.dumps(given, ensure_ascii=False),
        "prune": "1" if prune else "",
    })  # fmt: skip


async def apply(visit: Visit) -> Reply:
    """Publish what the sheet changes, as it was shown."""
    name, rows, _ = await _list(visit)
    try:
        given = ROWS.validate_json(visit.said("rows"))
    except ValidationError as error:
        raise Refused("sheet_missing") from error
    changes = directories.merge(name, rows, given, prune=bool(visit.said("prune")), today=visit.today.date())
    await _save(visit, name, [*changes.rows])
    return Away(f"/directories/{name}", "名单换好了，会员马上就能看到。")


async def download(visit: Visit) -> Reply:
    """Give the list as a sheet, to be changed and sent back."""
    name, rows, _ = await _list(visit)
    lines = [list(directories.cells(name, one).values()) for one in rows]
    body = sheets_out.xlsx([list(COLUMNS[name].values()), *lines], title=TITLES[name])
    return Sheet(f"{TITLES[name]}.xlsx", body, sheets_out.XLSX)


async def show(visit: Visit) -> Reply:
    """Show the form of one row; number 0 is a new one."""
    name, rows, row = await _list(visit)
    one = _at(rows, visit.number) if visit.number else {"checked_on": f"{visit.today:%Y-%m-%d}"}
    return View("directory_one.html", {
        "name": name, "titles": TITLES, "columns": COLUMNS[name], "kinds": [(title, title) for title in KINDS.values()], "version": row.version,
        "cells": directories.cells(name, one), "may": bool(visit.rights.roles & EDITORS),
    })  # fmt: skip


async def save(visit: Visit) -> Reply:
    """Publish a row as it was typed."""
    name, rows, _ = await _list(visit)
    typed = directories.row(name, {key: visit.said(key) for key in COLUMNS[name]})
    if visit.number:
        kept = {key: value for key, value in _at(rows, visit.number).items() if key not in COLUMNS[name]}
        rows[visit.number - 1] = {**typed, **kept}
    else:
        rows.append(typed)
    directories.merge(name, [], rows, prune=False, today=visit.today.date())
    await _save(visit, name, rows)
    return Away(f"/directories/{name}", "保存了，会员马上就能看到。")


async def remove(visit: Visit) -> Reply:
    """Take a row away."""
    name, rows, _ = await _list(visit)
    rows.remove(_at(rows, visit.number))
    await _save(visit, name, rows)
    return Away(f"/directories/{name}", "删掉了。要找回来，看内容的以前的版本。")


async def _list(visit: Visit) -> tuple[str, list[Row], Published]:
    name = visit.path["name"]
    row = await catalogue.one(visit.session, "lists", name) if name in TITLES else None
    if row is None:
        raise NotFound
    return name, list(row.body[""]), row


async def _save(visit: Visit, name: str, rows: list[Row]) -> None:
    await editing.save(visit, "lists", name, {"": rows}, was=whole(visit.said("was")))


def _at(rows: list[Row], number: int) -> Row:
    if not 0 < number <= len(rows):
        raise NotFound
    return rows[number - 1]


def _given(visit: Visit, name: str) -> list[Row]:
    upload, columns = visit.files.get("sheet"), COLUMNS[name]
    if upload is None or not upload.name:
        raise Refused("sheet_missing")
    needed = [columns[key] for key in directories.NEEDED[name]]
    others: list[Any] = [title for title in columns.values() if title not in needed]
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"sheet{Path(upload.name).suffix}"
        file.write_bytes(upload.body)
        try:
            return directories.from_lines(name, sheets.read(file, needed, others))
        except sheets.Unreadable as error:
            raise Refused("sheet_unreadable", str(error)) from error


pages = (
    Page(
        "/directories/{name}", "地点和电话", EVERYBODY, show_all,
        {"check": Action("试导入名单", check, EDITORS), "apply": Action("导入名单", apply, EDITORS)},
    ),
    Page("/directories/{name}/sheet", "下载名单", EVERYBODY, download),
    Page(
        "/directories/{name}/{number}", "地点和电话", EVERYBODY, show,
        {"save": Action("改名单", save, EDITORS), "remove": Action("删名单里的一行", remove, EDITORS)},
    ),
)  # fmt: skip
