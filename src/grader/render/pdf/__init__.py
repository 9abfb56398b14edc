"""The report as PDF/UA, by Typst."""
