"""The newer form of files people write and keep."""
