"""The words judgments are made in, with their roles: what a framework declares, PEEL's by default."""
