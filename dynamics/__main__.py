"""`python -m dynamics`: basins, outcomes, paths, eigenvalues, fields and revival times as files."""

from dynamics.command_line import main

if __name__ == "__main__":
    main()
