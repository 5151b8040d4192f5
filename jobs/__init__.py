"""One module a job: `run(context) -> Outcome`. What it may touch is in its context."""
