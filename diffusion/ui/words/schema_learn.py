"""The words that every language needs for the Learn tab."""

from typing import NotRequired, TypedDict


class StepWords(TypedDict):
    """One step of the lesson."""

    name: str
    title: str
    text: str
    more: NotRequired[str]  # where the number of sprites is known
    moves: list[str]  # {play}: there stands the button


class KnobWords(TypedDict):
    """The controls of the lesson."""

    at: str
    t: str
    view: str
    view_x: str
    view_x0: str
    sprite: str
    roll: str
    epoch: str
    ask: str
    subtract: str
    n: str
    leave: str
    put: str
    wish_from: str
    wish_to: str
    blend: str
    pairs: str
    hero: str
    food: str
    mistake: str
    adamw: str


class PictureWords(TypedDict):
    """The captions of the pictures."""

    sheet: str
    clean: str
    noise: str
    mixture: str
    guess: str
    behind: str
    truth: str
    leap: str
    many: str
    with_z: str
    without_z: str
    epoch: str
    blend: str
    theirs: str
    ours: str


class ReadingWords(TypedDict):
    """The numbers that the lesson shows."""

    level: str
    finished: str
    noise_error: str
    not_asked: str
    distance: str
    leaps: str
    leaps_many: str
    fresh: str
    drawing: str
    seen: str


class MistakeWords(TypedDict):
    """One mistake. measured: the sentence with its numbers."""

    name: str
    text: str
    measured: str


class LearnWords(TypedDict):
    """The Learn tab. JavaScript reads the keys."""

    tab: str
    epoch_number: str
    bar: str
    back: str
    next: str
    play: str
    pause: str
    play_hint: str
    present: str
    present_end: str
    where: str
    extra: str
    done: str
    finished: str
    do: str
    source: str
    code_theirs: str
    code_ours: str
    watch: str
    compare: str
    one_step: str
    train_tab: str
    tutorial: str
    working: str
    offline: str
    no_run: str
    busy: str
    odd_question: str
    no_reel: str
    steps: dict[str, StepWords]
    questions: dict[str, list[str]]  # the question, the answer
    pairs: list[list[str]]  # of wishes
    knobs: KnobWords
    pictures: PictureWords
    readings: ReadingWords
    symbols: dict[str, str]
    cites: dict[str, str]
    sources: dict[str, str]
    mistakes: dict[str, MistakeWords]
