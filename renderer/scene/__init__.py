"""The loaded model as plain data, and what follows from it at a moment in time: poses, deformed vertices, bounds."""
