"""The workbench, `grader serve`: inspections gathered, moderated and decided by a team in a browser."""
