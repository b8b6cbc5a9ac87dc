"""The processes that run for long, composed of the doors, and the supervisor of children."""
