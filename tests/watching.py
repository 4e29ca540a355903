"""Which tests are watched for coverage: on SQLite all, on PostgreSQL those of what only PostgreSQL does.

Watching doubles the time of a test. On PostgreSQL it would be trebled: statements wait there in greenlets that change
over, and the watch has to ask at each call which one is running.
"""

import atexit
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from coverage import Coverage

ON_POSTGRESQL = {"test_archive.py", "test_base.py", "test_expansion.py", "test_opinions.py", "test_works.py"}
"""The files whose tests reach lines that no test on SQLite reaches: what is special to PostgreSQL, and races."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    plain = Coverage.current()
    if plain is None or not ("postgresql" in item.name or "postgres" in item.fixturenames):
        return (yield)
    with _rest(plain):
        if item.path.name not in ON_POSTGRESQL:
            return (yield)
        with _of_greenlets().collect():
            return (yield)


@contextmanager
def _rest(watch: Coverage) -> Iterator[None]:
    """Let *watch* rest, in the processes that a test starts too."""
    watch.stop()
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
    yield
    watch.start()


@cache
def _of_greenlets() -> Coverage:
    found = Coverage(concurrency=["thread", "greenlet"], data_suffix=True)
    found.set_option("run:disable_warnings", ["already-imported", "module-not-measured"])
    atexit.register(found.save)
    return found
