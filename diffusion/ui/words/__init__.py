"""All words of the page, one language a module."""
