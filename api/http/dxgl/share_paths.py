"""Where shared renders are: their files, and the page that shows them."""

PUBLIC_PREFIX = "/api/v"
PAGE_PREFIX = "/s"
