"""Start the service or run one of its commands: python run_bot.py --help."""

import gc
import sys

gc.disable()  # what is loaded stays: to look through it again and again costs a sixth of the start

from bot import commands  # noqa: E402 -- it loads all there is

gc.freeze()
gc.enable()

if __name__ == "__main__":
    sys.exit(commands.main(sys.argv[1:]))
