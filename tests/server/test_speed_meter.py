"""How fast the machine trains: measured beside the requests, and one setting at a time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from diffusion.runs.estimate import BATCH_SIZES, measured_setting
from diffusion.server import speed_meter
from diffusion.server.speed_meter import SpeedMeter


class Measuring:
    """In place of the measurement: waits until it is set free, and counts."""

    def __init__(self):
        self.free, self.settings, self.at_once, self.most = threading.Event(), [], 0, 0

    def __call__(self, *setting):
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.settings.append(setting)
        assert self.free.wait(20)
        self.at_once -= 1
        return 100.0


@pytest.fixture
def measuring(monkeypatch):
    work = Measuring()
    monkeypatch.setattr(speed_meter, "measure_training_speed", work)
    yield work
    work.free.set()


def test_sixty_requests_wait_for_nothing_and_one_setting_is_measured_at_a_time(measuring):
    """Gradio's 40 threads all waited for one lock: no page, no health for half a minute."""
    meter = SpeedMeter(lambda: False)
    settings = [("sprite-unet", width, batch) for width in (32, 64) for batch in range(8, 248, 8)]
    started = time.monotonic()
    with ThreadPoolExecutor(40) as threads:
        assert set(threads.map(lambda setting: meter.speed(*setting), settings)) == {None}
    assert time.monotonic() - started < 10, "somebody waited"
    measuring.free.set()
    deadline = time.monotonic() + 60
    while None in [meter.speed(*setting) for setting in settings]:
        assert time.monotonic() < deadline
        meter.wait(20)
    assert measuring.most == 1
    assert len(measuring.settings) == len(set(measuring.settings)) <= 2 * len(BATCH_SIZES)


def test_nothing_is_measured_while_a_run_computes(measuring):
    busy = [True]
    meter = SpeedMeter(lambda: busy[0])
    measuring.free.set()
    assert meter.speed("sprite-unet", 32, 32) is None and meter.waits_for_training()
    meter.wait(20)
    assert not measuring.settings
    busy[0] = False
    assert meter.speed("sprite-unet", 32, 32) is None
    meter.wait(20)
    assert meter.speed("sprite-unet", 32, 32) == 100


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_cannot_be_measured_is_not_tried_again_and_again(monkeypatch):
    tried = []

    def fail(*setting):
        tried.append(setting)
        raise RuntimeError("no memory")

    monkeypatch.setattr(speed_meter, "measure_training_speed", fail)
    meter = SpeedMeter(lambda: False)
    for _ in range(3):
        meter.speed("sprite-unet", 32, 32)
        meter.wait(20)
    assert meter.speed("sprite-unet", 32, 32) == 0 and len(tried) == 1


@pytest.mark.parametrize(
    "asked,measured,share",
    [((32, 20), (32, 16), 1), ((64, 512), (64, 128), 1), ((8, 10**12), (8, 128), 1), ((256, 1), (128, 1), 0.25)],
)
def test_no_setting_takes_long_to_measure(asked, measured, share):
    assert measured_setting("sprite-unet", *asked) == (("sprite-unet", *measured), share)
