"""Rules at work: silent in shadow, flagging while live, ended by time or by verdicts."""
