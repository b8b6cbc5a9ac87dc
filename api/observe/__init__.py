"""How the processes of a farm tell what they do."""
