#!/usr/bin/env -S python3 -B
"""check-events.py ROOT: trunkline-events(7) names the events, fields and metrics of the library."""
import re
import sys
from pathlib import Path

ELSEWHERE = ('serve', 'cli')  # not of libtrunkline


def read_sources(root):
    folder = root / 'src'
    paths = [p for p in folder.rglob('*.c') if p.relative_to(folder).parts[0] not in ELSEWHERE]
    text = '\n'.join(path.read_text() for path in sorted(paths))
    names = set(re.findall(r'"((?:pool|engine)\.[a-z_]+)"', text))
    fields = set(re.findall(r'\bEVENT_[A-Z]+\("(\w+)"', text))
    metrics = set(re.findall(r'"((?:db_client_connection|trunkline)_[a-z_]+)"', text))
    return {'event': names, 'field': fields, 'metric': metrics}


def read_manual(path):
    text = path.read_text()
    return {'event': set(re.findall(r'^\.It Cm ((?:pool|engine)\.\w+)', text, re.M)),
            'field': set(re.findall(r'^\.It Va (\w+)', text, re.M)),
            'metric': set(re.findall(r'^\.It Cm (\w+_\w+) Pq', text, re.M)),
            'used': set(re.findall(r'^\.Va (\w+)', text.split('.Sh EVENTS')[1], re.M))}


def compare(source, manual, what):
    for name in sorted(source - manual):
        yield f'{what} {name} is reported and not in the manual'
    for name in sorted(manual - source):
        yield f'{what} {name} is in the manual and never reported'


def main():
    root = Path(sys.argv[1])
    page = root / 'man/trunkline-events.7'
    source, manual = read_sources(root), read_manual(page)
    wrong = [line for what in source for line in compare(source[what], manual[what], what)]
    wrong += [f'field {name} has no row' for name in sorted(manual['used'] - manual['field'])]
    for line in wrong:
        print(f'{page}: {line}')
    sys.exit(1 if wrong else 0)


main()
