"""Spreadsheets in and out, with cells as places."""
