"""Reads a prompt, English or Chinese or both, into words of a vocabulary: "blue slime with a crown".

It is a table look-up, not a network: the longest known phrase counts, from left to right, and what is not known is
returned, never dropped. The same text always gives the same words.

    a colour          belongs to the next noun, or to the first noun of all where none follows
    is, 是            the colour after it belongs to the noun before it
    cat:0.5           a weight from 0 to 1; likewise "half cat" and "50% cat"
    with, holding, 拿, 戴    what follows is had by someone: "wizard with a staff" has the staff in hand
    without, no, 没有        what follows is not understood, since no word says that something is absent
    , . ;             an end: what stands alone between commas is taken as it is
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core import Vocabulary
from ..errors import UserError
from .lexicon import HAN, Lexicon, Meaning, lexicon_of, stem
from .prompt_words import Noun, Prompt, resolve

MAX_PROMPT = 300  # characters
TOO_LONG = "a prompt has at most {max_prompt} characters, not {count:,}"
TOKEN = re.compile(
    rf"(?P<weight>:\s*(?:\d+(?:\.\d*)?|\.\d+))|(?P<percent>\d+(?:\.\d+)?\s*%)|(?P<number>\d+(?:\.\d+)?)"
    rf"|(?P<word>[^\W\d_{HAN}]+(?:['’`][^\W\d_{HAN}]+)*['’`]?)|(?P<han>[{HAN}])"
    r"|(?P<end>[,.;!?、。，；！？\n|+&])|(?P<space>[\s()\[\]{}\-_/\"'’`*:“”「」《》]+)|(?P<other>.)",
    re.DOTALL,
)
MAX_DIGITS = 12  # of a number that is read


def parse_prompt(text: str, vocabulary: Vocabulary) -> Prompt:
    """The words that a text asks for. ValueError for more than MAX_PROMPT characters."""
    if len(text) > MAX_PROMPT:
        raise UserError(TOO_LONG, max_prompt=MAX_PROMPT, count=len(text))
    reader = _Reader(lexicon_of(vocabulary))
    reader.read(clean(text))
    return resolve(reader.nouns, reader.unknown, vocabulary)


def write_prompt(words: Mapping[str, float]) -> str:
    """A text that `parse_prompt` reads as these words: "wizard hat, red hair:0.5"."""
    return ", ".join(word if weight == 1 else f"{word}:{weight:g}" for word, weight in words.items())


def clean(text: str) -> str:
    """Lower case, full-width forms as plain ones, and no character that cannot be seen."""
    normal = unicodedata.normalize("NFKC", text).lower()
    return "".join(
        c if c.isprintable() or c == "\n" else "" if unicodedata.category(c) == "Cf" else " " for c in normal
    )


@dataclass
class _Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass
class _Reader:
    """Goes through the tokens once; `nouns` and `unknown` are what it has found."""

    lexicon: Lexicon
    nouns: list[Noun] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    colours: list[tuple[str, Meaning]] = field(default_factory=list)  # those that wait for their noun
    weight: float | None = None  # of the next noun
    is_statement: bool = False  # the noun before "is"; its colour follows
    group: int = 0  # nouns between two commas
    is_attached: bool = False
    denied: str = ""  # a "without", as it was typed, until its noun comes
    denied_before: str = ""  # the same after its noun: "without hat and beard" denies both

    def read(self, text: str) -> None:
        tokens = [_Token(str(m.lastgroup), m.group(), m.start(), m.end()) for m in TOKEN.finditer(text)]
        tokens = [token for token in tokens if token.kind != "space"]
        place = 0
        last_unknown_end = -1
        while place < len(tokens):
            meaning, length = self._longest(tokens, place)
            token = tokens[place]
            if meaning:
                typed = text[token.start : tokens[place + length - 1].end]
                self._understand(meaning, typed)
            elif token.kind == "han" and token.start == last_unknown_end:
                self.unknown[-1] += token.text  # a run of unknown characters is one word
                last_unknown_end = token.end
            elif not self._read_sign(token):
                self._end_denial()
                self.unknown.append(token.text)
                last_unknown_end = token.end if token.kind == "han" else -1
            place += length
        self._end(is_last=True)

    def _longest(self, tokens: list[_Token], place: int) -> tuple[Meaning | None, int]:
        """The meaning of the longest phrase that begins here, and its number of tokens."""
        words, characters = self.lexicon.longest
        run = tokens[place : place + 1]
        for token in tokens[place + 1 : place + characters]:
            if token.start != run[-1].end:
                break
            run.append(token)
        if any(token.kind == "han" for token in run):
            for length in range(len(run), 0, -1):
                joined = "".join(token.text for token in run[:length])
                if joined in self.lexicon.chinese:
                    return self.lexicon.chinese[joined], length
        stems = []
        for token in tokens[place : place + words]:
            if token.kind not in ("word", "number"):
                break
            stems.append(stem(re.sub("['’`]", "", token.text)))
        for length in range(len(stems), 0, -1):
            if tuple(stems[:length]) in self.lexicon.english:
                return self.lexicon.english[tuple(stems[:length])], length
        if len(stems) > 2:  # "long red hair" is long hair
            colour = self.lexicon.english.get((stems[1],), Meaning())
            split = self.lexicon.english.get((stems[0], stems[2]))
            if colour.colour and split:
                self.colours.append((tokens[place + 1].text, colour))
                return split, 3
        return None, 1

    def _read_sign(self, token: _Token) -> bool:
        """Weights and commas; whether it was one."""
        match token.kind:
            case "end":
                self._end()
                return True
            case "weight" if self.nouns or self.colours:
                weight = float(token.text[1:].strip()[:MAX_DIGITS])
                if self.colours:
                    self.weight = min(weight, 1.0)
                else:
                    self.nouns[-1].weight = min(weight, 1.0)
                return weight <= 1
            case "percent" if float(token.text.rstrip("% ")[:MAX_DIGITS]) <= 100:
                self.weight = float(token.text.rstrip("% ")[:MAX_DIGITS]) / 100
                return True
            case "number" if "." in token.text and float(token.text[:MAX_DIGITS]) <= 1:
                self.weight = float(token.text[:MAX_DIGITS])
                return True
        return False

    def _understand(self, meaning: Meaning, typed: str) -> None:
        match meaning.role:
            case "without":
                self._end_denial()
                self.denied = typed
            case "attached":
                self._end_denial()
                self._flush_colours()
                self.is_attached = True
            case "half":
                self.weight = 0.5
            case "is":
                self.is_statement = bool(self.nouns) and not self.colours
            case "and":
                self.denied = self.denied or self.denied_before
            case "ignored":
                if typed == "的":
                    self._end_denial()
                    self.is_attached = False
            case _ if meaning.colour and self.is_statement:
                self.nouns[-1].colours.append((typed, meaning.colour))
            case _ if meaning.colour:
                self.colours.append((typed, meaning))
            case _:
                self._add(meaning, typed)

    def _add(self, meaning: Meaning, typed: str) -> None:
        weight = 1.0 if self.weight is None else self.weight
        if self.denied:
            self.unknown.append(" ".join((self.denied, *(text for text, _ in self.colours), typed)))
            self.denied, self.denied_before = "", self.denied
        else:
            colours = [(text, colour.colour) for text, colour in self.colours]
            self.nouns.append(Noun(meaning, typed, colours, weight, self.group, self.is_attached))
            self.denied_before = ""
        self.colours, self.weight, self.is_statement = [], None, False

    def _flush_colours(self) -> None:
        """Gives colours that no noun follows to the noun before that is a material without one, or to the first."""
        waiting, self.colours = self.colours, []
        if not waiting:
            return
        if self.denied:
            self.unknown.append(" ".join((self.denied, *(text for text, _ in waiting))))
            self.denied = ""
            return
        named = [(text, meaning) for text, meaning in waiting if meaning.names]
        if not self.nouns and named:  # "an orange" is a fruit where nothing can have the colour
            for text, meaning in named:
                self._add(Meaning(meaning.names), text)
            waiting = [(text, meaning) for text, meaning in waiting if not meaning.names]
        colours = [(text, meaning.colour) for text, meaning in waiting]
        if self.nouns:
            last = self.nouns[-1]
            target = last if last.meaning.material and not last.colours else self.nouns[0]
            target.colours.extend(colours)
        elif colours:
            weight = 1.0 if self.weight is None else self.weight
            self.nouns.append(Noun(Meaning(), "", colours, weight, self.group, False))

    def _end_denial(self) -> None:
        if self.denied and not self.denied_before:  # nothing followed it
            self.unknown.append(self.denied)
        self.denied = self.denied_before = ""

    def _end(self, is_last: bool = False) -> None:
        """The end of a group: a comma or the end of the text."""
        if is_last or self.nouns:
            self._flush_colours()
        self._end_denial()
        self.group += 1
        self.is_attached = self.is_statement = False
        if is_last and self.weight is not None:
            self.unknown.append(f"{self.weight:g}")
