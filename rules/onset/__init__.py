"""When an attack begins: early signs by segment against a seasonal baseline, false alarms bounded."""
