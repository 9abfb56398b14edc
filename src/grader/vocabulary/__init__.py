"""The words of judgment and their roles; PEEL's by default."""
