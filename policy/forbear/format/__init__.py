"""One layout for the files of a pack: indentation, blanks, quotes and long lines, and nothing that has a meaning.

Written over the scanner's tokens, because the round trip of a YAML library loses comments inside braces, tables that an
author aligned, and a file that holds nothing but comments.
"""

from forbear.format.text import FormatError, format_source

__all__ = ["FormatError", "format_source"]
