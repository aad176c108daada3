"""What the repository itself is made with: the reel, the lesson's pictures, the benchmarks."""
