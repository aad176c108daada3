"""A setting is declared once: its check, its flag and the way back are made from the declaration."""

import argparse
from dataclasses import dataclass, field

import pytest

from diffusion.core.settings import (
    Choice,
    Number,
    Setting,
    Size,
    add_flags,
    check_settings,
    declare,
    from_flags,
    settings_of,
    to_flags,
)


@dataclass(frozen=True, kw_only=True)
class Inner:
    rate: float = declare(0.5, Number(low=0, high=1, without=0, help="how fast"))
    mode: str = declare("slow", Choice(options=("slow", "quick"), flags=("--mode", "--way"), help="which"))

    def __post_init__(self) -> None:
        check_settings(self)


@dataclass(frozen=True, kw_only=True)
class Outer:
    title: str | None = declare(None, Setting(help="a name"))
    inner: Inner = field(default_factory=Inner)
    batch_size: int = declare(4, Number(low=1, whole=True, help="how many"))
    loud: bool = declare(False, Setting(help="with sound"))
    width: int = declare(8, Size(high=64, multiple_of=8, help="how wide"))

    def __post_init__(self) -> None:
        check_settings(self)


def parse(words: list[str]) -> Outer:
    parser = argparse.ArgumentParser()
    add_flags(parser, Outer)
    return from_flags(Outer, parser.parse_args(words))


@pytest.mark.parametrize(
    "changes,words",
    [
        ({}, []),
        ({"title": "a b", "loud": True}, ["--title", "a b", "--loud"]),
        ({"inner": Inner(rate=1e-5, mode="quick")}, ["--rate", "1e-05", "--mode", "quick"]),
        ({"batch_size": 7, "width": 16}, ["--batch-size", "7", "--width", "16"]),
    ],
)
def test_a_config_and_its_command_line_are_inverses(changes, words):
    assert to_flags(Outer(**changes)) == words and parse(words) == Outer(**changes)


def test_an_earlier_flag_is_read_and_not_written():
    assert parse(["--way", "quick"]) == Outer(inner=Inner(mode="quick"))
    assert parse(["--way", "quick", "--mode", "slow"]) == Outer()


@pytest.mark.parametrize(
    "config,wrong,answer",
    [
        (Inner, {"rate": 0}, "rate must be above 0 and at most 1, not 0"),
        (Inner, {"rate": float("nan")}, "rate must be above 0 and at most 1, not nan"),
        (Inner, {"rate": "1"}, "rate must be a number, not '1'"),
        (Inner, {"mode": ["slow"]}, r"mode must be one of slow, quick, not \['slow'\]"),
        (Outer, {"batch_size": 0}, "batch size must be at least 1, not 0"),
        (Outer, {"batch_size": 1.5}, "batch size must be a whole number, not 1.5"),
        (Outer, {"width": 12}, "width must be a multiple of 8, not 12"),
        (Outer, {"width": 72}, "width must be a whole number from 1 to 64, not 72"),
    ],
)
def test_a_value_out_of_range_is_answered_with_the_range(config, wrong, answer):
    with pytest.raises(ValueError, match=answer):
        config(**wrong)


def test_settings_are_listed_in_the_order_of_their_fields():
    assert list(settings_of(Outer)) == ["title", "batch_size", "loud", "width"]
