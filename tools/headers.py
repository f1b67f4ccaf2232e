"""The public headers as a list of families: a comment, and the functions that it documents."""
import re
from dataclasses import dataclass, field

from house import line_of

PIECES = re.compile(r'(?P<doc>/\*\*.*?\*/)|(?P<plain>/\*.*?\*/)|^(?P<function>TL_EXPORT\b[^;]*;)'
                    r'|(?P<gap>\n[ \t]*\n)|(?P<space>\s+)|(?P<other>\S+)', re.S | re.M)


@dataclass
class Function:
    name: str
    returns: str
    params: list  # (type with a place for the name, name)
    must_check: bool
    line: int

    def fails(self):
        takes_error = any(re.search(r'\btl_error \*', kind) for kind, _ in self.params)
        return self.must_check or (self.returns == 'int' and takes_error)


@dataclass
class Comment:
    line: int
    paragraphs: list
    params: dict = field(default_factory=dict)
    returns: str = ''
    statuses: list = field(default_factory=list)  # (name, text)
    threads: str = ''
    since: str = ''


@dataclass
class Family:
    header: object  # a Path
    comment: Comment  # or None
    functions: list


def parse_param(text):
    """'const tl_value *args' gives ('const tl_value *', 'args')."""
    match = re.fullmatch(r'(.*?)(\w+)((?:\[\d*\])?)', text.strip(), re.S)
    kind = ' '.join(match.group(1).split()) + match.group(3)
    return kind, match.group(2)


def parse_function(text, line):
    text = ' '.join(text.rstrip(';').split())
    match = re.fullmatch(r'TL_EXPORT (TL_MUST_CHECK )?(.*?)(\w+)\((.*)\)', text)
    inside = match.group(4).strip()
    params = [] if inside == 'void' else [parse_param(p) for p in inside.split(',')]
    return Function(match.group(3), match.group(2).strip(), params, bool(match.group(1)), line)


def split_tags(lines):
    """The text before the first @tag, then each @tag with its lines."""
    parts = [['', []]]
    for raw in lines:
        match = re.match(r'@(\w+)\s*(.*)', raw)
        if match:
            parts.append([match.group(1), [match.group(2)]])
        else:
            parts[-1][1].append(raw)
    return parts


def join(lines):
    return ' '.join(' '.join(lines).split())


def split_statuses(lines):
    """'TL_OK, or', then a status and its text on each line, with lines that go on."""
    before, statuses = [], []
    for raw in lines:
        match = re.match(r'\s+(TL_ERR_\w+)\s+(.*)', raw)
        if match:
            statuses.append([match.group(1), [match.group(2)]])
        else:
            (statuses[-1][1] if statuses else before).append(raw)
    return join(before), [(name, join(text)) for name, text in statuses]


def parse_comment(text, line):
    lines = [re.sub(r'^ ?\* ?', '', raw) for raw in text[3:-2].strip('\n').split('\n')]
    (_, intro), *tags = split_tags(lines)
    paragraphs = [' '.join(p.split()) for p in '\n'.join(intro).split('\n\n') if p.strip()]
    comment = Comment(line, paragraphs)
    for tag, body in tags:
        if tag == 'param':
            name, _, rest = body[0].partition(' ')
            comment.params[name] = join([rest, *body[1:]])
        elif tag == 'return':
            comment.returns, comment.statuses = split_statuses(body)
        elif tag in ('threads', 'since'):
            setattr(comment, tag, join(body))
    return comment


def read_families(path):
    """A comment serves the declarations that follow it with no blank line between."""
    text = path.read_text()
    families, comment, current = [], None, None
    for piece in PIECES.finditer(text):
        line = line_of(text, piece.start())
        if piece.lastgroup == 'doc':
            comment, current = parse_comment(piece.group(), line), None
        elif piece.lastgroup == 'function':
            if current is None:
                current = Family(path, comment, [])
                families.append(current)
            current.functions.append(parse_function(piece.group(), line))
        elif piece.lastgroup in ('gap', 'other'):
            comment, current = None, None
    return families


def read_list(path, macro):
    """The rows of an X list: (name, number, text, what the row's comment says)."""
    text = path.read_text()
    body = re.search(rf'#define {macro}\(X\)((?:[^\n]*\\\n)*[^\n]*)', text).group(1)
    rows = re.findall(r'X\((\w+), (-?\d+), "([^"]*)"\)[ \t]*(?:/\*(.*?)\*/)?', body)
    return [(name, int(number), words, why.strip()) for name, number, words, why in rows]


def read_types(path):
    """Structs and enums by name, as they stand in the header."""
    found = re.findall(r'^(typedef (?:struct|enum) \w+ \{.*?^\} (\w+);)', path.read_text(),
                       re.S | re.M)
    return {name: text for text, name in found if '#define' not in text}
