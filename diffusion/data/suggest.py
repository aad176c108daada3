"""Completes a prompt while it is typed, and offers known words for unknown ones, in English and Chinese."""

import re
from dataclasses import dataclass

from ..core import COLOUR, Vocabulary, nearest
from .lexicon import HAN, IS_HAN, Language, Lexicon, Meaning, lexicon_of, translate_word
from .prompt import MAX_PROMPT, clean

LONGEST = 5  # words of a phrase that is completed
WORD = re.compile(r"[^\s,.;:!?()]+")
HAN_RUN = re.compile(f"[{HAN}]+$")


@dataclass(frozen=True)
class Suggestion:
    text: str  # the whole prompt with its last phrase completed
    label: str  # the word that it means, in the page's language


def suggest_completions(
    text: str, vocabulary: Vocabulary, language: Language = "en", limit: int = 8
) -> list[Suggestion]:
    """Completions of the last phrase of a text, the best first; none where nothing begins like it.

    Phrases are completed in the script that is typed; `language` is that of the labels.
    """
    if not text.strip() or len(text) > MAX_PROMPT or text[-1] in ",.;:":
        return []
    lexicon = lexicon_of(vocabulary)
    found: dict[str, Suggestion] = {}
    for begin in _begins(text):
        typed = clean(text[begin:]).replace("’", "'")
        for phrase in _completions(typed, lexicon):
            label = _label(lexicon.typed[phrase], language)
            full = text[:begin] + phrase
            if len(full) <= MAX_PROMPT and label not in {s.label for s in found.values()}:
                found.setdefault(full, Suggestion(full, label))
            if len(found) == limit:
                return list(found.values())
    return list(found.values())


def nearest_words(unknown: str, vocabulary: Vocabulary, language: Language = "en", limit: int = 3) -> list[str]:
    """What the vocabulary has instead of a word that was not understood, as a page of this language shows it."""
    lexicon = lexicon_of(vocabulary)
    is_chinese = bool(IS_HAN.search(unknown))
    phrases = [phrase for phrase in lexicon.typed if bool(IS_HAN.search(phrase)) == is_chinese]
    if is_chinese:  # a character in common says more than the share of equal ones
        common = {phrase: len(set(phrase) & set(unknown)) / len(phrase) for phrase in phrases}
        phrases = [phrase for phrase in sorted(phrases, key=lambda p: -common[p]) if common[phrase]] or phrases
        near = phrases[: limit * 3]
    else:
        near = nearest(clean(unknown), phrases or vocabulary.names, limit * 3)
    labels = (_label(lexicon.typed[phrase], language) if phrase in lexicon.typed else phrase for phrase in near)
    return list(dict.fromkeys(labels))[:limit]


def _begins(text: str) -> list[int]:
    """Where the last phrase of a text may begin, the longest first."""
    run = HAN_RUN.search(text)
    if run:
        return list(range(max(run.start(), run.end() - 2 * LONGEST), run.end()))
    return [match.start() for match in WORD.finditer(text)][-LONGEST:] if not text[-1].isspace() else []


def _completions(typed: str, lexicon: Lexicon) -> list[str]:
    """Phrases that begin like this, then those in which a later word does; names before other words for them."""

    def rank(phrase: str) -> tuple[bool, int, str]:
        names = lexicon.typed[phrase].names
        is_name = not names or phrase in (names[0], translate_word(names[0], "zh"))
        return not is_name, len(phrase), phrase

    begin = sorted((p for p in lexicon.typed if p.startswith(typed) and p != typed), key=rank)
    is_chinese = bool(IS_HAN.search(typed))
    if len(typed) < 2 and not is_chinese:
        return begin
    inside = (p for p in lexicon.typed if (typed in p[1:] if is_chinese else f" {typed}" in p))
    return begin + sorted((p for p in inside if not p.startswith(typed)), key=rank)


def _label(meaning: Meaning, language: Language) -> str:
    if meaning.names:
        return translate_word(meaning.names[0], language)
    group = COLOUR if meaning.colour else "material"
    return translate_word(f"{group}/{meaning.colour or meaning.material}", language).rpartition("/")[2]
