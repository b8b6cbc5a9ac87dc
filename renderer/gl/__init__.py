"""The graphics card: its context, its programs, and a model's buffers and textures on it."""
