"""Addresses of cells of a spreadsheet: columns as letters and as numbers counted from 1."""


def column_letters(column: int) -> str:
    """Return the letters of a column.

    Examples
    --------
    >>> column_letters(1), column_letters(27), column_letters(702), column_letters(703)
    ('A', 'AA', 'ZZ', 'AAA')
    """
    letters, left = "", column
    while left:
        left, at = divmod(left - 1, 26)
        letters = chr(65 + at) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the number of a column.

    Examples
    --------
    >>> column_number("A"), column_number("zz")
    (1, 702)
    """
    found = 0
    for letter in letters.upper():
        found = found * 26 + ord(letter) - 64
    return found
