"""``python -m negotiate``: the command line."""

from negotiate.cli import main

if __name__ == "__main__":
    main()
