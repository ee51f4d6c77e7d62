"""What the figures in docs/measured.md come from."""
