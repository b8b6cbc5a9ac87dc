"""Tasks, segments and claims: what there is to do, for whom, and who does it."""
