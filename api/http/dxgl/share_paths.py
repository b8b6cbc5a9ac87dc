"""Where shared renders are: their files, the pages that show them, and those for other servers' pages; galleries; and
where pictures are by their links."""

PUBLIC_PREFIX = "/api/v"
PAGE_PREFIX = "/s"
PICTURE_PREFIX = "/i"
EMBED_PREFIX = "/embed"
GALLERY_PREFIX = "/g"
