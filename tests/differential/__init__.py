"""Generated policies put to every evaluator at once, by the million: see `python -m differential --help`."""
