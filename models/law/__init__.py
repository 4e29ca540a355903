"""The law's calculators: pure functions from inputs and figures to a result with its working."""
