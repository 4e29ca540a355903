"""The table: rows of measurements, and the page they are written to."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs/benchmarks.md"
LIBRARIES = ("aiohttp", "python-telegram-bot", "aiogram", "sqlalchemy", "numpy")
HEAD = """# Benchmarks

Made by `make bench`: every row is one run on one machine, ours and the peer in turns after a warm-up, medians of
the rounds. Read the ratios; the absolute figures are those of the machine.

{machine}

| what | ours | peer | ours / peer | how |
|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; *peer* is empty where there is none."""

    what: str
    ours: str
    peer: str = ""
    ratio: str = ""
    how: str = ""


def versus(what: str, ours: float, peer: float, unit: str, *, against: str, how: str = "") -> Row:
    """Return the row that compares two figures of the same *unit*."""
    return Row(
        what, f"{figure(ours)} {unit}", f"{figure(peer)} {unit} ({against})", f"{ours / peer:.2f}", how
    )


def figure(value: float) -> str:
    """Return a number with about three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def p99(values: Sequence[float]) -> float:
    """Return what 99 of 100 values stay below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


def write(rows: Sequence[Row]) -> None:
    """Write the page."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    machine = (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {libraries}; "
        f"{date.today().isoformat()}."  # noqa: DTZ011 -- the day of this machine
    )
    lines = [f"| {row.what} | {row.ours} | {row.peer} | {row.ratio} | {row.how} |\n" for row in rows]
    PAGE.write_text(HEAD.format(machine=machine) + "".join(lines), encoding="utf-8")
