"""What holds for all tests."""

import signal

# A shell that starts a command in the background has it ignore Ctrl-C, and whatever that starts too; some
# tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)
