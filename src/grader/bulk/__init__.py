"""Very many inspections: graded in columns, in several processes, or drawn again and again."""
