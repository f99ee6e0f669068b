"""`make bench`: the chat path beside what others would build it with (benchmarks/README.md)."""
