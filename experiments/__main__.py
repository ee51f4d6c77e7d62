"""`python -m experiments`: Fig. 1 and section 5 as summaries and files."""

from dynamics.command_line import main
from experiments.command_line import command_parser

if __name__ == "__main__":
    main(parser=command_parser())
