"""Starts a worker: the same as `treadle worker`, with the same options."""

import sys

from treadle.cli.main import main

if __name__ == "__main__":
    main(["worker", *sys.argv[1:]])
