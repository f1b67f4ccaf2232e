"""Plain words as mdoc(7)."""
import re
import textwrap

# tl_query(), snprintf() and TL_OK, with the brackets and punctuation that touch them.
NAMES = re.compile(r'(?<!\S)([(\["]*)(?:([a-z]\w+)\(\)|(TL_[A-Z0-9_]+))([.,;:)\]"]*)(?!\S)')


def escape(text):
    return text.replace('\\', '\\e')


def argument(text):
    """One argument of a macro."""
    text = escape(text).replace('"', '\\(dq')
    return f'"{text}"' if ' ' in text or not text else text


def sentences(text):
    """Lines of words: a new sentence begins on a new line, and no line is too long."""
    for sentence in re.split(r'(?<=[A-Za-z0-9)"][.?!])\s+(?=[A-Z"])', text.strip()):
        for line in textwrap.wrap(sentence, 78, break_long_words=False, break_on_hyphens=False):
            yield re.sub(r"^(?=[.'])", r'\\&', escape(line))


def mark(function, constant):
    if constant:
        return f'Dv {constant}'
    return f'Fn {function}' if function.startswith('tl_') else f'Xr {function} 3'


def prose(text):
    """A paragraph, with functions and constants marked as such."""
    lines, end = [], 0
    for match in NAMES.finditer(text):
        before, function, constant, after = match.groups()
        lines += sentences(text[end:match.start()])
        macro = mark(function, constant)
        for bracket in reversed(before):
            macro = f'Pf {argument(bracket)} {macro}'
        lines.append('.' + ' '.join([macro, *map(argument, after)]))
        end = match.end()
    return lines + list(sentences(text[end:]))


def tagged(items, width):
    """A list of (what stands in front, as a macro; the text)."""
    lines = [f'.Bl -tag -width "{width}"']
    for tag, text in items:
        lines += [f'.It {tag}', *prose(text)]
    return [*lines, '.El']


def literal(text):
    lines = [re.sub(r"^(?=[.'])", r'\\&', escape(line)) for line in text.split('\n')]
    return ['.Bd -literal', *lines, '.Ed']


def paragraphs(texts):
    lines = []
    for i, text in enumerate(texts):
        lines += (['.Pp'] if i else []) + prose(text)
    return lines


def see_also(names):
    """(name, section) sorted as manuals are."""
    rows = sorted(set(names), key=lambda row: (row[1], row[0]))
    return [f'.Xr {name} {section}' + (' ,' if i + 1 < len(rows) else '')
            for i, (name, section) in enumerate(rows)]


def begin(title, section, date):
    return [f'.Dd {date}', f'.Dt {title.upper()} {section}', '.Os', '.Sh NAME']
