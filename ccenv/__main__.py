"""Command `python -m ccenv`: the same as the command `ccenv`."""

from ccenv.cli import main

if __name__ == "__main__":
    main()
