"""Start the service or run one of its commands: python run_bot.py --help."""

import sys

from bot import commands

if __name__ == "__main__":
    sys.exit(commands.main(sys.argv[1:]))
