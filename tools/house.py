"""What the tools that keep the house in order share."""
import re
import sys
from pathlib import Path


def source_root(argv):
    """The source tree: the first argument, or where this file stands. Gives the rest, too."""
    here = Path(__file__).resolve().parent.parent
    return (Path(argv[1]).resolve(), argv[2:]) if len(argv) > 1 else (here, [])


class Findings:
    """Collects `file:line: what is wrong`, with file names as seen from the source tree."""

    def __init__(self, root):
        self.root = root
        self.lines = []

    def add(self, path, line, text):
        path = Path(path)
        if path.is_absolute() and path.is_relative_to(self.root):
            path = path.relative_to(self.root)
        where = f'{path}:{line}' if line else f'{path}'
        self.lines.append(f'{where}: {text}')

    def finish(self, checked):
        """Print everything; gives the exit code."""
        for line in self.lines:
            print(line)
        if not self.lines:
            print(f'{checked}: in order')
        return 1 if self.lines else 0


def blank_out(match):
    """The same number of lines, with nothing on them."""
    return '\n' * match.group().count('\n') or ' '


def strip_comments(text):
    """C without comments, with every line where it was."""
    return re.sub(r'/\*.*?\*/|//[^\n]*', blank_out, text, flags=re.S)


def strip_strings(text):
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)


def line_of(text, offset):
    return text.count('\n', 0, offset) + 1


def main(run):
    try:
        sys.exit(run(sys.argv))
    except FileNotFoundError as missing:
        print(f'{missing.filename}: not found', file=sys.stderr)
        sys.exit(2)
