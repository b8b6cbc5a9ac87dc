"""The web portal: its pages, and what they ask of the server beside dx.gl's API."""
