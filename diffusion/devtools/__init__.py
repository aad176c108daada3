"""Makes what the repository ships (the reel, the lesson's pictures, the social picture) and measures its speed."""
