"""The farm's way out to addresses that strangers name: which of them it may reach, and connections to nothing else."""
