"""Spreadsheets in and out: read within limits, led back to their cells, and written with drop-downs."""
