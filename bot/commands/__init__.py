"""The command line: one module a group of commands; exit codes 0 (done), 1 (failed), 2 (usage)."""

import argparse
import asyncio
import sqlite3
import sys
from collections.abc import Sequence

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from bot.commands import (
    asking,
    calculating,
    colleagues,
    content,
    doctor,
    keeping,
    keys,
    lists,
    notices,
    persons,
    retention,
    roster,
    serving,
    signups,
)
from bot.commands.base import Failed
from config.content import ContentError
from config.settings import Settings

MODULES = (
    serving,
    content,
    asking,
    calculating,
    colleagues,
    roster,
    signups,
    lists,
    notices,
    keeping,
    keys,
    persons,
    retention,
    doctor,
)


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    parsed = parser().parse_args(arguments)
    try:
        return asyncio.run(parsed.run(Settings(), parsed)) or 0
    except KeyboardInterrupt:
        return 130
    except ValidationError as error:
        return _fail(_setting(error))
    except (Failed, ContentError, OSError) as error:
        return _fail(str(error))
    except (SQLAlchemyError, sqlite3.Error) as error:
        return _fail(
            f"the database does not answer as it should ({type(error).__name__}); try: run_bot.py doctor"
        )


def parser() -> argparse.ArgumentParser:
    """Return the parser with every command."""
    top = argparse.ArgumentParser(
        prog="run_bot.py", description="工会小助手, the members' assistant of a union federation"
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for module in MODULES:
        module.add(commands)
    return top


def _fail(message: str) -> int:
    print(message.splitlines()[0] if message else "failed", file=sys.stderr)
    return 1


def _setting(error: ValidationError) -> str:
    problem = error.errors()[0]
    name = ".".join(str(part) for part in problem["loc"]).upper()
    return f"setting {name}: {problem['msg']}" if name else f"settings: {problem['msg']}"
