"""What the nouns share: files, texts, pages, units of work."""
