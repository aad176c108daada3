"""The words that every language needs for the Train tab."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TrainWords:
    """The Train tab."""

    tab: str
    intro: str
    off: str
    kept: str
    name: str
    source: str
    sources: dict[str, str]
    count: str
    count_info: str
    files: str
    files_info: str
    hub: str
    hub_hint: str
    hub_name: str
    look: str
    data: str
    data_all: str
    no_words: str
    no_label: str
    more_words: str
    data_picture: str
    tile: str
    tile_info: str
    gap: str
    gap_info: str
    start_from: str
    from_nothing: str
    more: str
    width: str
    widths: dict[int, str]
    context: str
    context_info: str
    settings: dict[str, tuple[str, str]]  # label and info, of those that say more than their name
    length: str
    about: str
    measuring: str
    measuring_later: str
    start: str
    acts: dict[str, str]
    watch: str
    compare: str
    measure: str
    yours: str
    drawn: str
    yours_one: str
    drawn_one: str
    nearest: str
    nearest_said: str
    no_originals: str
    unfinished: str
    resume: str
    idle: str
    film_hint: str
    example: str
    states: dict[str, str]
    epoch: str
    step: str
    rate: str
    speed: str
    left: str
    saved: str
    waiting: str
    out_of_time: str
    not_yours: str
    not_waiting: str
    run_taken: str
    nothing_to_resume: str
