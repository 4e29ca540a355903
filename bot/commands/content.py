"""check-content, load-content and services."""

import argparse

from rich.console import Console
from rich.table import Table

from bot import clock, edition
from bot.commands.base import Commands, command, opened
from config import files
from config.content import Content
from config.settings import Settings
from handlers.members import services
from handlers.router import Router


def add(commands: Commands) -> None:
    """Add the commands."""
    command(
        commands,
        "check-content",
        check,
        "check the content files; the first mistake is named by file and key",
    )
    command(
        commands,
        "load-content",
        load,
        "publish what is new in the files; what staff have edited is left alone",
    )
    command(commands, "services", listed, "list the services and the words that lead to them")


async def check(settings: Settings, _: argparse.Namespace) -> None:
    """Check the content files."""
    content = Content.of(files.read(settings.content_dir, demo=clock.now().date()))
    Router(services()).check(content)
    phrasings = sum(len(e.phrasings) + len(e.english_phrasings) for e in content.entries)
    print(
        f"content is in order: {len(content.entries)} entries, {phrasings} phrasings, {len(content.texts)} texts"
    )


async def load(settings: Settings, _: argparse.Namespace) -> None:
    """Publish what is new in the files."""
    async with opened(settings) as database:
        changed, left = await edition.load_files(database, settings, now=clock.now())
    for name in changed:
        print(f"published   {name}")
    for name in left:
        print(f"left alone  {name} (staff have edited it, the file differs)")
    print(f"{len(changed)} published, {len(left)} left alone")


async def listed(settings: Settings, _: argparse.Namespace) -> None:
    """List the services."""
    del settings
    table = Table("name", "title", "words", "buttons")
    for service in services():
        table.add_row(service.name, service.title, " ".join(service.words), " ".join(service.actions))
    Console().print(table)
