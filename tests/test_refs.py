"""Names for runs on the Hub: one word of text, and nothing that could point elsewhere."""

import pytest

from diffusion.refs import HubRef
from diffusion.store.run_folder import RunFolder

GOOD = [
    ("hf://me/run", HubRef("me/run"), "me--run"),
    ("hf://me/run@v1", HubRef("me/run", "v1"), "me--run--v1"),
    ("hf://me/run/model_0", HubRef("me/run", None, 0), "me--run"),
    ("hf://me/run@v1.2/model_31", HubRef("me/run", "v1.2", 31), "me--run--v1.2"),
    ("hf://me/run@refs/pr/1", HubRef("me/run", "refs/pr/1"), "me--run--refs-pr-1"),
    ("hf://me/run@refs/pr/1/model_3", HubRef("me/run", "refs/pr/1", 3), "me--run--refs-pr-1"),
    ("hf://A-1/b.c-d_e@feature_x", HubRef("A-1/b.c-d_e", "feature_x"), "A-1--b.c-d_e--feature_x"),
    (f"hf://me/{'a' * 96}", HubRef(f"me/{'a' * 96}"), f"me--{'a' * 96}"),
]
BAD = [
    *(
        "",
        "hf://",
        "hf://me",
        "me/run",
        "hf:/me/run",
        "https://huggingface.co/me/run",
        "hf://me/run/",
        "hf://me/run/x",
    ),
    *("hf://../run", "hf://me/..", "hf://me/.run", "hf://me//run", "hf://me/a..b", "hf://me/a--b", "hf://-me/run"),
    *("hf://me/run-", "hf://me/run.", "hf://mé/run", "hf://me/r un", "hf://me/run\n", f"hf://me/{'a' * 97}"),
    *(
        "hf://me/run@",
        "hf://me/run@-v",
        "hf://me/run@../v",
        "hf://me/run@a/../b",
        "hf://me/run@a/.b",
        "hf://me/run@a b",
    ),
    *("hf://me/run/model_", "hf://me/run/model_-1", "hf://me/run/model_1234567", "hf://me/run/model_1.pth"),
    *("hf://datasets/me/run", "hf://datasets/run", "hf://spaces/me"),
]


@pytest.mark.parametrize(("text", "ref", "folder"), GOOD, ids=[text[:40] for text, _, _ in GOOD])
def test_names_on_the_hub_are_read_and_written(tmp_path, text, ref, folder):
    assert HubRef.parse(text) == ref
    assert str(ref) == text
    assert ref.folder() == folder
    assert RunFolder(tmp_path / folder).path.parent == tmp_path


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_name_on_the_hub_is_refused(text):
    with pytest.raises(ValueError, match=r"is no run on the Hub; write it like hf://user/repo"):
        HubRef.parse(text)


@pytest.mark.parametrize("parts", [("me/run", "a/model_3"), ("me/run", ""), ("me/run", None, -1), ("me",), ("a/b/c",)])
def test_a_name_that_would_not_come_back_cannot_be_made(parts):
    with pytest.raises(ValueError, match="is no run on the Hub"):
        HubRef(*parts)
