"""Files announced beforehand, templates, projects, their renders, and workflows of all of it."""
