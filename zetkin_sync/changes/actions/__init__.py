"""One file an action: `READS` names what it concludes from, `propose(facts, parameters)` says what it wants."""
