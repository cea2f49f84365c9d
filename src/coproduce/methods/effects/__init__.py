"""Effects: what a design says that a treatment did, one module a design, each returning a `Contrast`."""
