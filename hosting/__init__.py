"""What a server is told by its environment, and what answers while it starts."""

VERSION = "1.0.0"
