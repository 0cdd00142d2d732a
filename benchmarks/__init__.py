"""Measurements, each with a quick form: `python -m benchmarks.NAME [--quick]` from the repository's root."""
