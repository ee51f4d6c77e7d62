"""What workers need, loaded once in the process that they are forked from.

The built-in data sets too: to read their files takes pandas, which is half of all there is to load.
"""

from experiments import builtin
from jobs import workers

__all__ = ["workers"]

for name in builtin.NAMES:
    builtin.load(name)
