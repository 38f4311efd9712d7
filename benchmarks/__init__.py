"""Named scenarios, measured beside their peers in the same run; one JSON line a run. See benchmarks/README.md."""
