"""`python -m anxin` is the same as `anxin`."""

from anxin.cli import main

main()
