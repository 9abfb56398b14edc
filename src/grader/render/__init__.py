"""The report: a proposal as one self-contained HTML file for those who read and decide."""
