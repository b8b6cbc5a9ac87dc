"""Events that accounts have sent to URLs of theirs: who is sent what, and how each delivery fares."""
