"""words: what a run can be asked for; and what draw and sample say about a prompt."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UserError
from .common import Options, Verbs

if TYPE_CHECKING:
    from ..data import Prompt
    from ..engine import Request
    from ..store import RunConfig

MAX_HINTS = 8  # unknown words of a prompt for which near ones are looked up


def _words_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("text", nargs="?", default="", help="a prompt to explain, or a part of a word; all unless given")
    verb.add_argument("--run", type=Path, default=Path("checkpoints/sprites"), help="the run folder")


def words(options: Options) -> None:
    """Show the words that a run can be asked for, or how it understands a prompt."""
    from ..data import parse_prompt
    from ..engine import find_words, known_names, nearest_known
    from ..store import RunFolder

    config = RunFolder(options.run).config()
    known, found = known_names(config), find_words(config, options.text)
    if not known:
        raise UserError("{run} was trained without words", run=options.run)
    if options.text.strip():
        prompt = parse_prompt(options.text, config.vocabulary)
        hints = hints_for(prompt, lambda typed: nearest_known(config, typed))
        if not prompt.words and not any(found.values()):
            raise UserError("nothing is understood of {text}", text=" and ".join(hints) or repr(options.text))
        tell_understood({word: weight for word, weight in prompt.words.items() if word in known}, prompt)
        if unseen := {word: weight for word, weight in prompt.words.items() if word not in known}:
            print("trained without:", write_words(unseen))
        for hint in hints:
            print("not understood:", hint)
    for title, names in found.items():
        if names:
            print(f"{title} ({len(names)}): {', '.join(map(show, names))}")


def tell_asked(config: "RunConfig", request: "Request") -> None:
    """Prints what a run understands of a request, and with surprise the words of each sprite.

    UserError where it does not understand all of it.
    """
    from ..data import language_of
    from ..engine import understand, words_asked

    if not (request.prompt.strip() or request.surprise) or not request.guidance:
        return
    each, prompt = words_asked(config, request), understand(config, request.prompt)
    is_chinese = language_of(request.prompt) == "zh"
    tell_understood(prompt.words, prompt, is_chinese)
    for number, one in enumerate(each if request.surprise else [], start=1):
        print(f"{number}: {write_words(one, is_chinese) or 'anything'}")


def tell_understood(words: dict[str, float], prompt: "Prompt", is_chinese: bool = True) -> None:
    """Prints words with their weights, and what else could be meant. is_chinese: with their Chinese names."""
    if words:
        print("understood:", write_words(words, is_chinese))
    for typed, names in prompt.choices:
        others = ", ".join(show(name, is_chinese) for name in names[1:])
        print(f"{typed!r} is taken as {show(names[0], is_chinese)}; it could be {others}")


def write_words(words: dict[str, float], is_chinese: bool = True) -> str:
    """As in: cat, red cloth:0.5."""
    weights = {word: "" if weight == 1 else f":{weight:g}" for word, weight in words.items()}
    return ", ".join(f"{show(word, is_chinese)}{weight}" for word, weight in weights.items())


def show(word: str, is_chinese: bool = True) -> str:
    """A word of a vocabulary, with its Chinese name behind it where there is one."""
    from ..data import translate_word

    chinese = translate_word(word, "zh") if is_chinese else word
    return word if chinese == word else f"{word} ({chinese})"


def hints_for(prompt: "Prompt", find_near: Callable[[str], list[str]]) -> list[str]:
    """For everything that was not understood, what could be typed instead; that takes a while for each word."""
    can_be = {
        typed: f"a {shape} can be {', '.join(colours)}" for typed, shape, colours in prompt.impossible if colours
    }
    hints = []
    for typed in prompt.unknown[:MAX_HINTS]:
        near = can_be.get(typed) or f"the nearest: {', '.join(find_near(typed))}"
        hints.append(f"{typed!r}; {near}")
    return hints + [repr(typed) for typed in prompt.unknown[MAX_HINTS:]]


VERBS: Verbs = {"words": (_words_options, words)}
