"""What every service imports, for the process that services are forked from."""

import bot.commands  # noqa: F401 -- imported so that no service has to
from handlers import members

members.services()
