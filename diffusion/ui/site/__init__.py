"""The page without a server: the app's own parts as files that any web host serves (`python -m diffusion site`)."""
