"""Tells the sentences of the engine, which speaks English, in the language of a page."""

import re
from functools import cache

from .schema import Words

INNER_SPACE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")  # Chinese has one beside other scripts only


def told(words: Words, message: str) -> str:
    """A sentence of the engine, which speaks English, in the page's words; unchanged where they have none for it."""
    fitting = [(template, match) for template, shape in _shapes(words) if (match := shape.fullmatch(message))]
    if not fitting:
        return message
    template, match = max(fitting, key=lambda found: len(found[0]))  # the one that says most itself
    said = words.engine[template].format(*(told(words, value) for value in match.groups()))
    return INNER_SPACE.sub("", said)


@cache
def _shapes(words: Words) -> list[tuple[str, re.Pattern]]:
    """Every template of `words.engine`, and the pattern of the sentences made from it: each {} is any text."""
    return [
        (template, re.compile("(.+?)".join(map(re.escape, template.split("{}"))), re.DOTALL))
        for template in words.engine
    ]
