"""To import this, first of all, is to let a process yield to all others for good."""

import os

os.nice(10)
