"""The words that every language of the page must have, each with its type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from .schema_hub import HubWords
from .schema_learn import LearnWords
from .schema_machine import MachineWords
from .schema_paint import EditorWords, OneStepWords, PaintWords
from .schema_save import SaveWords
from .schema_site import SiteWords
from .schema_train import TrainWords


@dataclass(frozen=True, kw_only=True)
class CompareWords:
    """The Compare tab."""

    tab: str
    intro: str
    nearest: str
    nearest_alt: str
    question: str
    measured: str
    epochs: str
    epochs_info: str
    runs: Mapping[str, str]  # those that come with the app, by name
    generate: str
    count: str


class ShellWords(TypedDict):
    """What stands around the tabs. JavaScript reads the keys."""

    begin: str
    links: str
    source: str
    built: str
    theme: str
    theme_light: str
    theme_dark: str
    theme_system: str
    lost: str
    lost_walk: str
    back: str
    back_walk: str
    busy: str


class AskingWords(TypedDict):
    """What was understood of a prompt. JavaScript reads the keys, Python the examples."""

    understood: str
    unknown: str
    unknown_by: str
    impossible: str
    choice: str
    instead: str
    examples: list[str]
    example: str
    kinds: str
    plurals: dict[str, str]
    surprise: str
    weight: str
    remove: str
    suggestions: str
    suggested: str


class FolderWords(TypedDict):
    """The button that uploads a folder. JavaScript reads the keys."""

    choose: str
    drop: str
    empty: str
    packing: str
    sent: str
    large: str
    failed: str


class PlayerWords(TypedDict):
    """The player of Watch, Compare and Train. JavaScript reads the keys."""

    mode: str
    mode_one: str
    mode_wipe: str
    mode_grid: str
    mode_learning: str
    trained: str
    trained_info: str
    wipe_from: str
    wipe: str
    epoch: str
    lens: str
    compared: str
    canvas_wipe: str
    canvas_grid: str
    canvas_learning: str
    label: str
    canvas: str
    hint: str
    not_drawn: str
    drawing: str
    made_before: str
    drawn_now: str
    reel: str
    anything: str
    surprises: str
    clean: str
    noise: str
    sprite: str
    asked: str
    all_asked: str
    use: str
    scrub: str
    play: str
    pause: str
    back: str
    forward: str
    loop: str
    speed: str
    share: str
    copied: str
    in_address: str
    failed: str
    view: str
    view_x: str
    view_eps: str
    view_x0: str
    epoch_number: str
    level: str
    left: str
    started: str
    fetching: str
    handed: str
    finished: str
    stopped: str


@dataclass(frozen=True, kw_only=True)
class ChartWords:
    """One chart. x: the name of its horizontal axis."""

    title: str
    description: str
    x: str


@dataclass(frozen=True, kw_only=True)
class QualityWords:
    """The measured numbers of a run: its charts and its table."""

    loss: ChartWords
    frechet: ChartWords
    shares: ChartWords
    errors: ChartWords
    knows: ChartWords
    known: dict[str, str]  # the names of store.KNOWN
    known_table: str
    known_caption: str
    ceiling: str
    real: dict[str, str]
    numbers: dict[str, str]
    loss_raw: str
    loss_smooth: str
    loss_held_out: str
    none: str
    unreadable: str
    epoch: str
    epochs: str
    table: str
    caption: str


class SettingWords(TypedDict):
    """One control of the form that generates sprites: its name, and a hint below it."""

    label: str
    info: NotRequired[str]
    placeholder: NotRequired[str]


@dataclass(frozen=True, kw_only=True)
class RefusalWords:
    """What a request is told that does not reach the app."""

    host: str
    origin: str
    site: str
    size: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Words:
    """All words of the page in one language. {placeholders} are filled with str.format."""

    code: str
    language: str
    messages: Mapping[str, str]  # of the engine: English template -> the same in this language
    title: str
    description: str
    shell: ShellWords
    watch_tab: str
    compare: CompareWords
    run: str
    epoch: str
    epoch_number: str
    settings: Mapping[str, SettingWords]  # by the fields of engine.Request
    asking: AskingWords
    left_out: str
    kind_names: dict[str, str]
    dice: str
    more: str
    new_ones: str
    more_settings: str
    keep_seed: str
    keep_seed_info: str
    stop: str
    no_runs: str
    cannot_open: str
    no_run: str
    no_epoch: str
    whole_number: str
    unreadable: str  # the value of a control, as it was sent
    no_such_event: str
    device: str
    one_step_tab: str
    one_step_intro: str
    level: str
    level_range: str
    no_drawing: str
    no_sprite: str
    editor: EditorWords
    paint: PaintWords
    one_step: OneStepWords
    train: TrainWords
    folder: FolderWords
    seconds: str
    minutes: str
    hours: str
    same_command: str
    nothing_to_pack: str
    player: PlayerWords
    place: dict[str, str]
    machine: MachineWords
    save: SaveWords
    quality: QualityWords
    learn: LearnWords
    hub: HubWords
    site: SiteWords
    refusals: RefusalWords
