"""What a request asks a network for: the words of every sprite, and the context that they make.

A prompt is read with the vocabulary of each run, so one prompt can be compared across runs. Nothing is dropped: what
a run does not know is refused, with the nearest words that it knows. The page, which goes on without these words,
takes them out first (ui/parts/asking.py).
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from ..core import COLOUR, nearest
from ..data import TOO_LONG, Prompt, is_builtin, language_of, nearest_words, parse_prompt, surprise, translate_word
from ..errors import UserError
from ..sprites import KINDS
from ..store import Checkpoint, RunConfig
from .request import Request

MAX_NAMED = 8  # words in a message
REFUSALS = {  # why a run cannot be asked; the browser knows the reasons by their names (assets/js/prompt/)
    "too_long": TOO_LONG,
    "no_kinds": "this run knows no kinds; ask it in words: {names}",
    "no_labels": "this run was trained without labels and knows no kind; ask it for anything, without a kind",
    "unknown_kinds": "this run was trained without {unknown}; it knows {known}",
    "no_words": "this run was trained without words; leave the prompt out",
    "impossible": "{shape} cannot be {colour}; it can be {colours}",
    "unknown": "this run does not understand {words}; the nearest that it knows: {nearest}",
    "unseen": "this run was trained without {words}; the nearest that it knows: {nearest}",
}

Words = dict[str, float]


def contexts_of(checkpoints: Sequence[Checkpoint], request: Request) -> list[Tensor]:
    """`context_of` for each checkpoint. UserError also for a network of kinds whose names are not known."""
    is_asked = any(request.kinds) or request.prompt.strip() or request.surprise
    for checkpoint in checkpoints:
        if checkpoint.no_kinds and is_asked and request.guidance:
            raise UserError(checkpoint.no_kinds)
    return [context_of(checkpoint.config, request) for checkpoint in checkpoints]


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
    words |= understand(config, request.prompt).words
    if not request.surprise:
        return [words] * request.count
    return [_surprise_for(config, words, request.seed, number) for number in range(request.count)]


def describe_sprites(config: RunConfig, request: Request) -> list[str]:
    """What each sprite was asked to show, in English, for the name of its file; empty where it was nothing."""
    found = []
    for words in words_asked(config, request):
        named = [word for word in words if word not in KINDS] or list(words)
        found.append(" ".join(translate_word(word, "en").rpartition("/")[2] for word in named))
    return found


def _surprise_for(config: RunConfig, words: Words, seed: int, number: int) -> Words:
    """Random words for one sprite, beside those that are asked for. A run that knows no word gets none."""
    known = known_names(config)
    if is_builtin(config.vocabulary):
        found = surprise(words, seed, number)
        return dict.fromkeys((word for word in found if word in known), 1.0) | words
    left = [name for name in config.vocabulary.names if name in known and name not in words]
    generator = torch.Generator().manual_seed(seed * 1_000_003 % 2**63 + number)
    return words or ({left[int(torch.randint(len(left), (), generator=generator))]: 1.0} if left else {})


def refusal(reason: str, **values: str) -> UserError:
    """The error for one of REFUSALS."""
    return UserError(REFUSALS[reason], **values)


def check_kinds(config: RunConfig, request: Request) -> None:
    """Raises a UserError where the request asks for a kind that the run was trained without."""
    asked = [kind for kind, share in zip(KINDS, request.kinds, strict=True) if share]
    if not asked or not request.guidance:  # guidance 0 ignores the kind
        return
    known = config.known_kinds()
    if not config.vocabulary.has_kinds():
        names = ", ".join(config.vocabulary.names[:MAX_NAMED])
        raise refusal("no_kinds", names=names)
    if known is None or set(asked) <= set(known):
        return
    if not known:
        raise refusal("no_labels")
    unknown = ", ".join(kind for kind in asked if kind not in known)
    raise refusal("unknown_kinds", unknown=unknown, known=", ".join(known))


def understand(config: RunConfig, text: str) -> Prompt:
    """A prompt as the run understands it. UserError, in words of the prompt's language, where that is not all."""
    prompt, known, language = parse_prompt(text, config.vocabulary), known_names(config), language_of(text)
    if not text.strip():
        return prompt
    if not known:
        raise refusal("no_words")
    for colour, shape, others in prompt.impossible:
        if others:
            raise refusal(
                "impossible",
                shape=translate_word(shape, language),
                colour=colour,
                colours=", ".join(translate_word(f"{COLOUR}/{one}", language).rpartition("/")[2] for one in others),
            )
    unseen = [translate_word(word, language) for word in prompt.words if word not in known]
    if prompt.unknown:
        raise refusal("unknown", **_with_nearest(config, prompt.unknown))
    if unseen:
        raise refusal("unseen", **_with_nearest(config, unseen))
    return prompt


def _with_nearest(config: RunConfig, words: Sequence[str]) -> dict[str, str]:
    """The values of a message."""
    near = dict.fromkeys(name for word in words[:MAX_NAMED] for name in nearest_known(config, word))
    return {"words": ", ".join(words[:MAX_NAMED]), "nearest": ", ".join(near)}


def known_prompt_words(config: RunConfig, text: str) -> Words:
    """The words of a prompt that the run knows."""
    known = known_names(config)
    return {word: weight for word, weight in parse_prompt(text, config.vocabulary).words.items() if word in known}


def nearest_known(config: RunConfig, word: str, limit: int = 3) -> list[str]:
    """What this run would understand and looks like a word, in the word's language, the best first."""
    near = nearest_words(word, config.vocabulary, language_of(word), limit=MAX_NAMED)
    found = [text for text in near if known_prompt_words(config, text)]
    return found[:limit] or nearest(word, sorted(known_names(config)), limit)


def known_names(config: RunConfig) -> frozenset[str]:
    """The names of its vocabulary that the run was trained with; all where it does not say."""
    known = config.known_words()
    return frozenset(config.vocabulary.names) if known is None else known


def find_words(config: RunConfig, contains: str = "", group: str = "") -> dict[str, list[str]]:
    """The words that a run knows, by their groups; only those that contain a text, in English or Chinese.

    group: only this one; all unless given.
    """
    known, part = known_names(config), contains.strip().lower()
    return {
        title: [
            name
            for name in names
            if name in known and any(part in shown.lower() for shown in (name, translate_word(name, "zh")))
        ]
        for title, names in config.vocabulary.groups
        if group in ("", title)
    }
