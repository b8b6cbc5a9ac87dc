"""A program for the sandbox that says where its `renderer` is."""

import sys

import renderer

sys.stdout.write(str(renderer.__file__))
