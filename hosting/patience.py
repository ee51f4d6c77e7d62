"""To import this, first of all, is to let a process and those it forks yield to all others for good.

Where Linux has sched_autogroup on, each session gets an equal share of a machine, and a niceness counts only
among the processes of one. So the workers of each process that serves have one of their own, together: in the
server's they would count with it, and each in its own would have as much as the server.
"""

import os
from contextlib import suppress

os.nice(10)
with suppress(PermissionError):  # it leads one already
    os.setsid()
