"""The command line: runs a notebook as a stage, fingerprints code, says what is stale, fetches, verifies, predicts."""
