"""The words that every language needs for the Checkpoints tab."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PushNeeds:
    """What a visitor has to do before a push, by the kind of server."""

    token: str
    login: str
    owner: str


@dataclass(frozen=True, kw_only=True)
class HubWords:
    """The Checkpoints tab."""

    tab: str
    intro: str
    columns: tuple[str, ...]
    networks: dict[str, str]
    each: str
    one: str
    built_in: str
    pictures: str
    from_here: str
    sum: str
    none_here: str
    open_title: str
    address: str
    address_hint: str
    look: str
    asking: str
    found: str
    listing: tuple[str, ...]
    is_here: str
    epochs: str
    epochs_most: str
    pickles: str
    pickles_info: str
    no_pickles: str
    trust_first: str
    name_here: str
    open: str
    look_first: str
    choose_first: str
    progress: str
    waiting: str
    opened: str
    watch: str
    stopped: str
    opening: dict[str, str]
    use_title: str
    download_title: str
    download_info: str
    download: str
    push_title: str
    push_to: str
    push_hint: str
    private: str
    with_training: str
    push: str
    push_ask: str
    push_yes: str
    push_no: str
    push_public: str
    push_private: str
    push_first: str
    sign_in: str
    sign_out: str
    push_needs: PushNeeds
    choose_run: str
    drawing: str
    pushed: str
    pushed_already: str
    push_stopped: str
    measure_title: str
    measure_info: str
    measure_shared: str
    measure: str
    measure_begins: str
    measure_goes: str
    measured: str
    measure_stopped: str
