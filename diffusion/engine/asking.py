"""What a request asks a network for: the words of every sprite, and the context that they make.

A prompt is read with the vocabulary of each run, so one prompt can be compared across runs. Nothing is dropped: what
a run does not know is refused, with the nearest words that it knows. A page that wants to go on without these words
takes them out first, with `without_unknown`.
"""

from dataclasses import replace

import torch
from torch import Tensor

from ..data import is_builtin, nearest_words, parse_prompt, surprise, write_prompt
from ..errors import UserError
from ..sprites import KINDS
from ..store import RunConfig
from .request import Request

MAX_NAMED = 8  # words in a message
NOT_UNDERSTOOD = "this run does not understand {words}; the nearest that it knows: {nearest}"
NOT_TRAINED = "this run was trained without {words}; the nearest that it knows: {nearest}"

Words = dict[str, float]


def context_of(config: RunConfig, request: Request) -> Tensor:
    """What a network of this run is asked for, float32 (count, V) over its vocabulary; zeros where nothing is asked.

    UserError for what it does not know.
    """
    words = words_asked(config, request)
    rows = [torch.from_numpy(config.vocabulary.encode(one)) for one in (words if request.surprise else words[:1])]
    return torch.stack(rows) if request.surprise else rows[0].expand(request.count, -1)


def words_asked(config: RunConfig, request: Request) -> list[Words]:
    """The words of each sprite with their weights, 0 to 1. UserError for what the run does not know.

    With `request.surprise` each sprite has words of its own beside those that are asked for; those of sprite i of a
    seed are the same for any count.
    """
    check_kinds(config, request)
    words = {kind: share for kind, share in zip(KINDS, request.kinds, strict=True) if share}
    if not request.guidance:  # it ignores them all
        return [{kind: share for kind, share in words.items() if kind in config.vocabulary}] * request.count
    words |= _words_of_prompt(config, request.prompt)
    if not request.surprise:
        return [words] * request.count
    return [_surprise_for(config, words, request.seed, number) for number in range(request.count)]


def _surprise_for(config: RunConfig, words: Words, seed: int, number: int) -> Words:
    """Random words for one sprite, beside those that are asked for. A run that knows no word gets none."""
    known = config.known_words()
    known = frozenset(config.vocabulary.names) if known is None else known
    if is_builtin(config.vocabulary):
        found = surprise(words, seed, number)
        return dict.fromkeys((word for word in found if word in known), 1.0) | words
    left = [name for name in config.vocabulary.names if name in known and name not in words]
    generator = torch.Generator().manual_seed(seed * 1_000_003 % 2**63 + number)
    return words or ({left[int(torch.randint(len(left), (), generator=generator))]: 1.0} if left else {})


def check_kinds(config: RunConfig, request: Request) -> None:
    """Raises a UserError where the request asks for a kind that the run was trained without."""
    asked = [kind for kind, share in zip(KINDS, request.kinds, strict=True) if share]
    if not asked or not request.guidance:  # guidance 0 ignores the kind
        return
    known = config.known_kinds()
    if not config.vocabulary.has_kinds():
        names = ", ".join(config.vocabulary.names[:MAX_NAMED])
        raise UserError("this run knows no kinds; ask it in words: {names}", names=names)
    if known is None or set(asked) <= set(known):
        return
    if not known:
        raise UserError("this run was trained without labels and knows no kind; ask it for anything, without a kind")
    unknown = ", ".join(kind for kind in asked if kind not in known)
    raise UserError(
        "this run was trained without {unknown}; it knows {known}", unknown=unknown, known=", ".join(known)
    )


def without_unknown(config: RunConfig, request: Request) -> Request:
    """The request with a prompt of only the words that this run knows."""
    if not request.prompt:
        return request
    return replace(request, prompt=write_prompt(known_prompt_words(config, request.prompt)))


def known_prompt_words(config: RunConfig, text: str) -> Words:
    """The words of a prompt that the run knows."""
    known, words = config.known_words(), parse_prompt(text, config.vocabulary).words
    return words if known is None else {word: weight for word, weight in words.items() if word in known}


def _words_of_prompt(config: RunConfig, text: str) -> Words:
    """UserError where the run does not know all of it."""
    if not text.strip():
        return {}
    prompt, known = parse_prompt(text, config.vocabulary), config.known_words()
    if known is not None and not known:
        raise UserError("this run was trained without words; leave the prompt out")
    unseen = [word for word in prompt.words if known is not None and word not in known]
    for template, words in ((NOT_UNDERSTOOD, prompt.unknown), (NOT_TRAINED, unseen)):
        if words:
            near = dict.fromkeys(name for word in words[:MAX_NAMED] for name in nearest_known(config, word))
            raise UserError(template, words=", ".join(words[:MAX_NAMED]), nearest=", ".join(near))
    return prompt.words


def nearest_known(config: RunConfig, word: str, limit: int = 3) -> list[str]:
    """Words that the run knows and that look like this one, the best first."""
    known = config.known_words()
    near = nearest_words(word, config.vocabulary, limit=MAX_NAMED)
    return [name for name in near if known is None or name not in config.vocabulary or name in known][:limit]
