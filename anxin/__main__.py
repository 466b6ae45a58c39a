"""`python -m anxin` is the same as `anxin`."""

from anxin.cli import main

if __name__ == "__main__":  # not in a process that it starts
    main()
