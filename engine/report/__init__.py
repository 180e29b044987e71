"""What was found, for people and programs: a run, findings, verdicts of rules, the yearly table."""
