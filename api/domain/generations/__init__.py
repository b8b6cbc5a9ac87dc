"""What is made of words and pictures: prompts, pictures, meshes, and the flows that order them."""
