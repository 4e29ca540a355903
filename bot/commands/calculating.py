"""calculate: a calculator of the law, for one question with its working or for a file of them."""

import argparse
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import structlog
from rich.progress import track

from bot.commands.base import Commands, Failed, command, current_content
from config.content import Content
from config.settings import Settings
from handlers import reckoning
from handlers.reckoning import Told
from models.law.inputs import WrongInput
from models.law.registry import CALCULATORS, calculate
from models.law.result import Result
from models.law.tables import Law


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(commands, "calculate", run, "work out what the law gives, and show the working")
    parser.add_argument(
        "name", nargs="?", choices=sorted(CALCULATORS), metavar="NAME", help=", ".join(CALCULATORS)
    )
    parser.add_argument(
        "inputs", nargs="*", metavar="key=value", help="text, or JSON where it is a list, a number or true"
    )
    parser.add_argument(
        "--batch",
        type=Path,
        metavar="FILE",
        help='read {"id", "calculator", "inputs"} a line, print {"id", "result"} or {"id", "error"} a line',
    )


async def run(settings: Settings, parsed: argparse.Namespace) -> int | None:
    """Answer one question or a file of them."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    if (parsed.name is None) == (parsed.batch is None) or not all("=" in said for said in parsed.inputs):
        print("calculate needs NAME key=value …, or --batch FILE", file=sys.stderr)
        return 2
    content = await current_content(settings)
    if parsed.batch is not None:
        _batch(content, parsed.batch)
    else:
        _one(content, parsed.name, dict(said.split("=", 1) for said in parsed.inputs))
    return None


def _one(content: Content, name: str, said: dict[str, str]) -> None:
    try:
        result = calculate(name, {key: _value(text) for key, text in said.items()}, Law.of(content))
    except WrongInput as wrong:
        raise Failed(_why(content, wrong)) from wrong
    told = reckoning.told(content, result)
    lines = [told.summary, *(f"{name} = {value}" for name, value in result.numbers.items())]
    if result.needs_human:
        lines.append("needs_human = True")
    for mark, part in (("·", told.working), ("§", told.basis), ("≈", told.assumptions), ("!", told.warnings)):
        lines += [f"{mark} {line}" for line in part]
    print("\n".join(lines))


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return text


def _batch(content: Content, file: Path) -> None:
    law, lines = Law.of(content), [line for line in file.read_bytes().splitlines() if line.strip()]
    shown = not sys.stdout.isatty() and sys.stderr.isatty()
    for line in track(lines, "calculating", disable=not shown):
        told = json.dumps(answer(content, law, line), ensure_ascii=False)
        print(told.encode(errors="backslashreplace").decode())  # half a character of an id cannot be printed


def answer(content: Content, law: Law, line: bytes) -> dict[str, object]:
    """Return the result of one line, or why there is none."""
    try:
        asked = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        return {"id": None, "error": _why(content, WrongInput("line"))}
    number = asked.get("id")
    number = number if isinstance(number, str | int) else None
    try:
        result = calculate(asked.get("calculator"), asked.get("inputs"), law)
    except WrongInput as wrong:
        return {"id": number, "error": _why(content, wrong)}
    return {"id": number, "result": _plain(result, reckoning.told(content, result))}


def _why(content: Content, wrong: WrongInput) -> str:
    """Say what is wrong, and the key under which it was typed."""
    return reckoning.why(content, wrong) + (f"（{wrong.field}）" if wrong.field else "")


def _plain(result: Result, told: Told) -> dict[str, object]:
    return {
        **result.numbers, "needs_human": result.needs_human, "summary": told.summary, "working": told.working,
        "basis": told.basis, "assumptions": told.assumptions, "warnings": told.warnings,
    }  # fmt: skip
