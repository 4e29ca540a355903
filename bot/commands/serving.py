"""serve and migrate."""

import argparse

from bot import app
from bot.commands.base import Commands, command
from config.settings import Settings
from models import migrate


def add(commands: Commands) -> None:
    """Add the commands."""
    command(commands, "serve", serve, "run the service until it is interrupted")
    command(commands, "migrate", upgrade, "bring the tables of the database up to date")


async def serve(settings: Settings, _: argparse.Namespace) -> None:
    """Run the service."""
    await app.run(settings)


async def upgrade(settings: Settings, _: argparse.Namespace) -> None:
    """Bring the tables up to date."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    await migrate.upgrade(settings.database)
    print("the tables are up to date")
