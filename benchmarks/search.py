"""The search against SQLite's full-text index over pairs of characters."""

import json
import sqlite3
import time
from pathlib import Path

from benchmarks.report import Row, figure, median, p99, versus
from config import files
from config.content import Content
from config.entries import Entry
from config.settings import CONTENT_DIR
from handlers.search.guards import Guard
from handlers.search.index import Index
from handlers.search.normalise import plain

QUESTIONS = Path(__file__).parent.parent / "tests/data/questions.jsonl"
ROUNDS = 3


class FullText:
    """BM25 over pairs of characters, as SQLite's FTS5 does it."""

    def __init__(self, entries: list[Entry]) -> None:
        self._base = sqlite3.connect(":memory:")
        self._base.execute("CREATE VIRTUAL TABLE phrasings USING fts5(words, topic UNINDEXED)")
        rows = [
            (_pairs(text), entry.topic)
            for entry in entries
            for text in (*entry.phrasings, *entry.english_phrasings)
        ]
        self._base.executemany("INSERT INTO phrasings VALUES (?, ?)", rows)

    def search(self, text: str) -> str:
        """Return the topic of the best phrasing."""
        wanted = " OR ".join(f'"{pair}"' for pair in _pairs(text).split()) or '""'
        query = "SELECT topic FROM phrasings WHERE phrasings MATCH ? ORDER BY rank LIMIT 1"
        found = self._base.execute(query, (wanted,)).fetchone()
        return str(found[0]) if found else ""


def _pairs(text: str) -> str:
    letters = plain(text).replace(" ", "").replace('"', "")
    return " ".join(letters[at : at + 2] for at in range(max(1, len(letters) - 1)))


async def rows() -> list[Row]:
    """Measure at 300 and 2,000 phrasings, and how often the first hit is right with the real content."""
    content = Content.of(files.read(CONTENT_DIR))
    asked = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    found = []
    for size in (300, 2000):
        found += _timed(_sized(list(content.entries), size), content, [row["q"] for row in asked], size)
    ours = Index(content.entries, Guard(content.guards))
    peer = FullText(list(content.entries))
    services = [row for row in asked if row["intent"] != "none" and not row["intent"].startswith("labour")]
    right = [row["intent"] == ours.search(row["q"]).ranked[0][0] for row in services]
    theirs = [row["intent"] == peer.search(row["q"]) for row in services]
    how = f"{len(services)} service questions of the tests"
    shares = sum(right) / len(right) * 100, sum(theirs) / len(theirs) * 100
    return [*found, versus("search, first hit right", *shares, "%", against="FTS5 pairs", how=how)]


def _sized(entries: list[Entry], size: int) -> list[Entry]:
    """Return entries with *size* phrasings in all; where the content has too few, reworded ones fill up."""
    endings = ("", "吗", "请问一下", "谢谢", "怎么办理")
    made = [
        entry.model_copy(update={"phrasings": (), "english_phrasings": ()})
        for entry in entries[: 30 if size < 1000 else None]
    ]
    texts = [
        (at, text + ending)
        for ending in endings
        for at, _ in enumerate(made)
        for text in entries[at].phrasings
    ]
    kept: dict[int, list[str]] = {}
    for at, text in texts[: size - len(made)]:
        kept.setdefault(at, []).append(text)
    return [entry.model_copy(update={"phrasings": tuple(kept.get(at, ()))}) for at, entry in enumerate(made)]


def _timed(entries: list[Entry], content: Content, questions: list[str], size: int) -> list[Row]:
    begun = time.perf_counter()
    index = Index(entries, Guard(content.guards))
    built = time.perf_counter() - begun
    peer = FullText(entries)
    ours, theirs = [], []
    for round_ in range(ROUNDS + 1):
        one = [_milliseconds(index, question) for question in questions]
        other = [_milliseconds(peer, question) for question in questions]
        if round_:
            ours += one
            theirs += other
    how = f"p99 {figure(p99(ours))} ms against {figure(p99(theirs))} ms; built in {figure(built)} s"
    row = versus(
        f"search at {size:,} phrasings, p50",
        median(ours),
        median(theirs),
        "ms",
        against="FTS5 pairs",
        how=how,
    )
    return [row]


def _milliseconds(index: Index | FullText, question: str) -> float:
    begun = time.perf_counter()
    index.search(question)
    return (time.perf_counter() - begun) * 1000
