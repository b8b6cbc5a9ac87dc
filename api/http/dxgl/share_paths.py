"""Where shared renders are: their files, and the page that shows them; and where pictures are by their links."""

PUBLIC_PREFIX = "/api/v"
PAGE_PREFIX = "/s"
PICTURE_PREFIX = "/i"
