"""What an operator sees of the farm: its state at the moment, what its processes have counted, who uses what."""
