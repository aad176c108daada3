"""The words of the drawn sampling step (assets/js/machine.js), each with its type."""

from typing import TypedDict


class MachineWords(TypedDict):
    """The loop and the network in it. JavaScript reads the keys, assets/html/machine.html some of them."""

    title: str
    hint: str
    level: str
    once: str
    rounds: str
    x: str
    network: str
    eps: str
    x0: str
    s: str
    finished: str
    alt: str
    asked: str
    nothing: str
    surprise: str
    open: str
    close: str
    legend: str
    noise: str
    guess: str
    sprite: str
    shares: str
    equations: str
    multistep: str
    computed: str
    network_title: str
    network_hint: str
    networks: dict[str, str]
    kinds: dict[str, str]
    joins: str
    takes_time: str
    takes_context: str
    takes_both: str
    time: str
    time_value: str
    context: str
    skip: str
    stages: str
    scroll: str
