"""The API for programs and agents."""
