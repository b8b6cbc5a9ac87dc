"""Where the camera stands: pure functions from a FrameSpec and the model's bounds to matrices."""
