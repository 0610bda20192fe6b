"""All settings, each documented."""
