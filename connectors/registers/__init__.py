"""Registers that the district keeps elsewhere, uploaded as CSV or Excel: one file each, all read the same way.

A register's module holds `NAME`, `TITLE`, `COLUMNS` and `read(data, filename, known)`, which gives the rows that
were understood and an error for each cell that was not. `sheet.template(COLUMNS)` is the empty file to fill in.
A column that a register does not name is never read, so a list with people's names in it leaves none here.
"""
