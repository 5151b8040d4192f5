"""One module a page: its functions, its lists, and nothing of another page (docs/page.md)."""
