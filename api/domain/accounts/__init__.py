"""Who is asking, what they may do, and their credits."""
