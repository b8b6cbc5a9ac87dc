"""Where shared renders are: their files, the pages that show them, and those for other servers' pages; galleries; and
pictures by their links."""

PUBLIC_PREFIX = "/api/v"
PAGE_PREFIX = "/s"
EMBED_PREFIX = "/embed"
GALLERY_PREFIX = "/g"
PICTURE_PREFIX = "/i"
