"""Tests of the figures: structure, colours and geometry, without a browser."""
