"""The two languages say the same things, the engine's mistakes among them, and nothing else on the page has words."""

import ast
import pickle
import re
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from string import Formatter

import gradio as gr
import pytest

from diffusion.core import Setting, TrainConfig, name_of, settings_of
from diffusion.engine import REFUSALS, Request
from diffusion.errors import MAX_VALUE, Message, UserError
from diffusion.hub.errors import SENTENCES, STATUS
from diffusion.runs import Plan
from diffusion.store import RunConfig
from diffusion.store.comparison import SENTENCES as QUALITY_SENTENCES
from diffusion.ui.parts.limits import ConcurrencyLimit, limit_calls
from diffusion.ui.tabs.train_plan import OFFERED
from diffusion.ui.words import CHINESE, ENGLISH, ChartWords, translate

PACKAGE = Path(__file__).parent.parent.parent / "diffusion"
ASSETS = PACKAGE.parent / "assets"
NO_VISITOR = {  # packages and modules whose mistakes nobody on the page can make
    "__main__": "the command line",
    "cli": "the command line",
    "devtools": "the command line; the page only shows what is shipped",
    "evaluation.drawings": "the page measures in one way, which is checked",
    "evaluation.features": "the network that is shipped, and sprites of one size",
    "evaluation.metrics": "groups of one size, which the others have made",
    "evaluation.sampler_sweep": "the command line",
    "evaluation.sweep_chart": "the command line",
    "data.pixelart": "its numbers come from dataset, which has checked them",
    "data.asked": "the command line",
    "data.endless": "its numbers come from dataset, which has checked them",
    "store.comparison": "the page compares two epochs that late_pair has found",
    "runs.hub_jobs": "the command line: no page can spend money",
    "server.settings": "read before the server starts",
    "server.machine": "looked at before the server starts",
    "ui": "has words of its own",
}
NEVER_SHOWN = {
    "the file is shorter than its header says": "caught by the function that raises it",
    "limits must be at least 1, not {limits}": "the server sets them",
    "no secret, only a name": "the key that Gradio asks for to lock what a browser keeps",
}
FOR_PROGRAMS = {  # modules of the page that speak to programs and agents, in English only
    "endpoints.py": "its endpoints and what an agent reads about them",
    "pictures.py": "its pictures",
    "schemas.py": "its checks",
    "lookup.py": "its checks",
    "one_look.py": "the panels of an answer",
    "limits.py": "its refusal of one too many",
    "places.py": "Gradio's own word for a full queue, which its clients know",
}
PASSED_ON = {  # what a message is made of where it is no text: its texts are found elsewhere
    "name": "engine.request: the name of a setting, whose translation is its label on the page",
    "message": "a message that was made before",
    "self._taken[name]": "server.run_names: what `take` was given",
    "problems[0]": "data.pictures: a message that was made before",
    "content.template": "data.pictures: of a message that was made in data.readers",
    "problem.template": "data.array_files: of a message that was made in data.readers",
    "NO_PICTURE": "data.pictures: a text of its own",
    "event.message": "engine.zero_gpu: of an error in the process that has the GPU",
    "explain(problem, name, api.endpoint)": "hub.errors: one of SENTENCES or STATUS",
    "next(by_kind, STATUS.get(status, STATUS[500 if status >= 500 else 0]))": "hub.errors: SENTENCES and STATUS",
    "SENTENCES[name]": "store.comparison",
    "checkpoint.no_kinds": "store.weights and store.run_folder: a message of a checkpoint",
    "SENTENCES['specialises']": "store.comparison",
    "LOG_IN": "hub.errors: a text of its own",
    "shapes": "data.array_files: a text of the line above",
    "template": "errors: the class itself",
    "TOO_LONG": "engine.asking: one of REFUSALS",
    "REFUSALS[reason]": "engine.asking",
    "setting.name or field_name.replace('_', ' ')": "core.settings: the name of a setting",
}


def engine():
    """The syntax trees of the engine's modules that a visitor's action can reach."""
    return [
        ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py") if not names(path) & NO_VISITOR.keys()
    ]


def names(path):
    """Of a module: its package's and its own, dotted."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return {parts[0], ".".join(parts)}


def template(node):
    """'steps must be at least 1, not {}' of a text or an f-string; None of anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def nodes(kind, trees):
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, kind)]


MESSAGES = {"UserError", "RefusedError", "UnusableError", "Message", "SheetNote"}


def templates(trees):
    """The English template of every message that is made in these modules."""
    found = set()
    for call in nodes(ast.Call, trees):
        if ast.unparse(call.func) in MESSAGES and call.args and ast.unparse(call.args[0]) not in PASSED_ON:
            said = call.args[0]
            assert isinstance(said, ast.Constant), f"not a template: {ast.unparse(call)}"
            found.add(said.value)
    return found


def given_elsewhere():
    """Templates that stand in tables, or in a name."""
    shapes = "uint8 (N, {size}, {size}, 3), and the other labels (N, {kinds})"
    log_in = "log in with `hf auth login`, or set HF_TOKEN"
    settings = [item for config in (Request, TrainConfig, Plan, RunConfig) for item in settings_of(config).items()]
    settings += [(name, setting) for name, (setting, _) in OFFERED.items()]
    names = {str(name_of(*item)) for item in settings if type(item[1]) is not Setting}
    no_picture = "{what} is no picture of a kind that is read here ({suffixes})"
    return {
        no_picture,
        *names,
        *REFUSALS.values(),
        *SENTENCES.values(),
        *STATUS.values(),
        *QUALITY_SENTENCES.values(),
        shapes,
        log_in,
    }


def placeholders(text):
    """The placeholders of a template with how each is written: [('count', ',')]."""
    return sorted((name, how, change) for _, name, how, change in Formatter().parse(text) if name is not None)


# The same names in both


def texts_of(words):
    """All of a language but its sentences of the engine, which only the other language has."""
    return {name: value for name, value in asdict(words).items() if name != "messages"}


def differences(ours, theirs, place):
    """Where two values are not alike: in type, in keys, in length or in placeholders."""
    if type(ours) is not type(theirs):
        yield f"{place}: {type(ours).__name__} and {type(theirs).__name__}"
    elif isinstance(ours, dict):
        if list(ours) != list(theirs):
            yield f"{place}: {set(ours) ^ set(theirs) or 'in another order'}"
        for key in ours.keys() & theirs.keys():
            yield from differences(ours[key], theirs[key], f"{place}[{key!r}]")
    elif isinstance(ours, (list, tuple)):
        if len(ours) != len(theirs):
            yield f"{place}: {len(ours)} and {len(theirs)}"
        for i, (one, other) in enumerate(zip(ours, theirs, strict=False)):
            yield from differences(one, other, f"{place}[{i}]")
    elif {name for name, *_ in placeholders(ours)} != {name for name, *_ in placeholders(theirs)}:
        yield f"{place}: {placeholders(ours)} and {placeholders(theirs)}"


def test_both_languages_have_the_same_names_keys_types_and_placeholders():
    assert list(differences(texts_of(ENGLISH), texts_of(CHINESE), "words")) == []


def leaves(value):
    """Every text in a nest of dicts and lists."""
    if isinstance(value, str):
        yield value
    else:
        for part in value.values() if isinstance(value, dict) else value:
            yield from leaves(part)


SAME_IN_BOTH = {ENGLISH.title, ENGLISH.train.hub_hint, ENGLISH.learn["knobs"]["adamw"], "PNG", "GIF", "JSON"}


def test_nothing_was_left_in_english():
    plain = [text for text in leaves(texts_of(CHINESE)) if not re.search(r"[\u4e00-\u9fff]", text)]
    assert set(plain) - SAME_IN_BOTH == {CHINESE.code}


def test_chinese_is_punctuated_as_chinese():
    """No comma, semicolon, question mark or bracket of the Latin script beside a Chinese character."""
    half = re.compile(r"[\u4e00-\u9fff][,;:?!(]|[,;:?!)][\u4e00-\u9fff]")
    assert [text for text in [*leaves(texts_of(CHINESE)), *CHINESE.messages.values()] if half.search(text)] == []


# What the engine says


def test_every_message_that_a_visitor_can_meet_has_its_chinese_and_no_other():
    made = templates(engine()) | given_elsewhere()
    assert made - CHINESE.messages.keys() - NEVER_SHOWN.keys() == set(), "without Chinese"
    assert CHINESE.messages.keys() - made == set(), "the engine says this no longer"


def test_no_visitor_meets_an_error_that_is_no_template():
    raised = [node.exc for node in nodes(ast.Raise, engine()) if isinstance(node.exc, ast.Call)]
    assert [ast.unparse(call) for call in raised if ast.unparse(call.func) == "ValueError"] == []


@pytest.mark.parametrize("code", ["UserError(made(a))", "UserError(unknown)", 'Message("a" + b)', 'UserError(f"{a}")'])
def test_a_template_that_cannot_be_read_off_the_code_is_noticed(code):
    with pytest.raises(AssertionError, match="not a template"):
        templates([ast.parse(code)])


def test_what_is_left_out_is_there():
    """A module or a sentence that is gone must not excuse another one of its name."""
    assert NO_VISITOR.keys() <= set().union(*map(names, PACKAGE.rglob("*.py")))
    assert FOR_PROGRAMS.keys() <= {path.name for path in (PACKAGE / "ui").rglob("*.py")}
    trees = [ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")]
    assert NEVER_SHOWN.keys() <= {template(node) for node in nodes(ast.expr, trees)}
    assert PASSED_ON.keys() <= {ast.unparse(call.args[0]) for call in nodes(ast.Call, trees) if call.args}


@pytest.mark.parametrize("english_one,chinese_one", CHINESE.messages.items(), ids=list(CHINESE.messages))
def test_a_translation_has_the_placeholders_of_its_template(english_one, chinese_one):
    assert {name for name, *_ in placeholders(english_one)} >= {name for name, *_ in placeholders(chinese_one)}
    missing = {name for name, *_ in placeholders(english_one)} - {name for name, *_ in placeholders(chinese_one)}
    assert not missing, "the Chinese leaves something out"


def test_a_message_in_a_message_is_translated_too_and_what_is_unknown_stays():
    full = UserError("could not write {path}: {problem}", path="a/b.json", problem=Message("the disk is full"))
    assert str(full) == "could not write a/b.json: the disk is full"
    assert translate(CHINESE, full.message) == "无法写入 a/b.json：磁盘已满"
    what = Message("{picture} in {name}", picture="b.png", name=Message("the upload"))
    unreadable = Message("{what} is not a picture that can be read", what=what)
    assert translate(CHINESE, unreadable) == "上传的文件里的 b.png 不是能读取的图片"
    assert translate(CHINESE, "KeyError: 'x'") == "KeyError: 'x'"
    assert translate(CHINESE, Message("{a} is new", a=1)) == "1 is new"


def test_a_value_is_data_and_is_shortened():
    hostile = Message("{path} does not exist", path="{path.__class__} {0} " + "x" * 100_000)
    for words in (ENGLISH, CHINESE):
        said = translate(words, hostile)
        assert "{path.__class__} {0}" in said and len(said) < MAX_VALUE + 100


# No other words


def ui_sources():
    paths = [path for path in sorted((PACKAGE / "ui").rglob("*.py")) if path.name not in FOR_PROGRAMS]
    return [path for path in paths if path.parent.name != "words"]


TOLD = {
    "ValueError",
    "gr.Error",
    "gr.Info",
    "gr.Warning",
    "gr.Markdown",
    "gr.Button",
    "gr.Tab",
    "gr.Accordion",
    "gr.HTML",
}
SHOWN = {"label", "info", "placeholder", "title", "message", "description", "caption"}
LETTERS = re.compile(r"[^\W\d_]{2,}")


def visible(node):
    """Texts that an expression may show."""
    if isinstance(node, ast.JoinedStr):
        # what it puts in is words' or a number's
        yield "".join(part.value for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, (ast.BinOp, ast.IfExp, ast.BoolOp)):
        for part in ast.iter_child_nodes(node):
            yield from visible(part)


def arguments_shown(tree):
    """What is handed to a component or to a mistake as words: gr.X(first, label=…) and ValueError(first)."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        named = ast.unparse(call.func)
        if named in TOLD:
            values = [*call.args[:1], *(key.value for key in call.keywords if key.arg == "value")]
            yield from (text for node in values for text in visible(node))
        if named.startswith("gr."):
            yield from (text for key in call.keywords if key.arg in SHOWN for text in visible(key.value))


def documentation(tree):
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}


SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
SHOWN_ATTRIBUTES = r"""(?:aria-label|aria-valuetext|title|alt|placeholder)="([^"]*)\""""


def markup_shown(html):
    """Text between tags and in the attributes that are read out, without {placeholders} and ${expressions}."""
    bare = re.sub(r"\$?\{[^{}]*\}", "", html)
    yield from re.findall(SHOWN_ATTRIBUTES, bare)
    yield from re.findall(r">([^<>]+)<", bare)


@pytest.mark.parametrize("path", ui_sources(), ids=lambda path: path.name)
def test_the_code_of_the_page_has_no_words_of_its_own(path):
    tree = ast.parse(path.read_text("utf-8"))
    texts = [text for node in ast.walk(tree) if (text := template(node))]
    sentences = [
        text for text in texts if SENTENCE.search(text) and "<" not in text and text not in documentation(tree)
    ]
    markup = [text for html in texts if re.search(r"<\w", html) for text in markup_shown(html)]
    found = {
        text for text in [*arguments_shown(tree), *markup, *sentences] if LETTERS.search(re.sub("<[^>]*>", "", text))
    }
    assert found - NEVER_SHOWN.keys() == set()


STRING = r"""(?:"[^"\n]*"|'[^'\n]*'|`[^`]*`)"""
JS_SHOWN = [
    rf"(?:textContent|innerText|title|label|alt|placeholder)\s*[=:]\s*({STRING})",
    rf"setAttribute\(\"(?:aria-label|aria-valuetext|title|alt)\",\s*({STRING})",
    rf"fillText\(\s*({STRING})",
    rf"new (?:Error|Option)\(\s*({STRING})",
]
SYMBOLS = {"t", "xₜ", "PNG  ×"}  # letters of formulas, forms of files: the same in every language


@pytest.mark.parametrize("path", sorted((ASSETS / "js").glob("*.js")), ids=lambda path: path.name)
def test_scripts_have_no_words_of_their_own(path):
    code = re.sub(r"^\s*//.*$|\s//\s.*$", "", path.read_text("utf-8"), flags=re.M)
    found = [text[1:-1] for shape in JS_SHOWN for text in re.findall(shape, code)]
    bare = [re.sub(r"\$\{[^}]*\}", "", text) for text in found]
    assert [text for text in bare if LETTERS.search(text) and text.strip() not in SYMBOLS] == []


@pytest.mark.parametrize("path", sorted((ASSETS / "html").glob("*.html")), ids=lambda path: path.name)
def test_pages_have_no_words_of_their_own(path):
    shown = markup_shown(path.read_text("utf-8"))
    assert [text for text in shown if LETTERS.search(text) and text.strip() not in SYMBOLS] == []


def unread(words, group, code):
    """The fields of a group of words that code never reads, such as hub.push: it must name the group, too."""
    for field in fields(words):
        inner = getattr(words, field.name)
        if not re.search(rf"\b{group}\.{field.name}\b", code):
            yield f"{group}.{field.name}"
        elif is_dataclass(inner):
            yield from unread(inner, "chart" if isinstance(inner, ChartWords) else field.name, code)


def test_every_word_is_used():
    """A field that no code reads is a word nobody sees; nor is a key that neither script nor page reads."""
    code = "\n".join(path.read_text("utf-8") for path in [*ui_sources(), PACKAGE / "ui" / "words" / "language.py"])
    assert list(unread(ENGLISH, "words", code)) == []
    assert list(unread(ENGLISH, "words", code.replace("hub.push_first", ""))) == ["hub.push_first"]
    shown = code + "".join(path.read_text("utf-8") for kind in ("js", "html") for path in (ASSETS / kind).glob("*.*"))
    keys = {*ENGLISH.player, *ENGLISH.editor, *ENGLISH.paint, *ENGLISH.one_step, *ENGLISH.folder, *ENGLISH.learn}
    assert {key for key in keys if not re.search(rf"\b{key}\b", shown)} == set()


# What visitors are not told


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/home/me/checkpoints/sprites/model_0.safetensors", "sprites/model_0.safetensors"),
        ("checkpoints/sprites/config.json", "sprites/config.json"),
        ("/home/me/checkpoints/sprites", "sprites"),
        ("model_0.safetensors", "model_0.safetensors"),
    ],
)
def test_visitors_see_the_end_of_a_path_and_the_command_line_all_of_it(path, seen):
    inner = Message("{path} is damaged or cut short; copy or train it again", path=Path(path))
    error = UserError("could not read {path}: {problem}", path=Path(path), problem=inner)
    assert str(error).startswith(f"could not read {path}: {path} is damaged")
    for said in (error.message, pickle.loads(pickle.dumps(error)).message):
        assert translate(ENGLISH, said).startswith(f"could not read {seen}: {seen} is damaged")
        assert "/home/me" not in translate(CHINESE, said) and seen in translate(CHINESE, said)
    with pytest.raises(gr.Error) as caught:
        limit_calls(lambda request: raise_it(error), ConcurrencyLimit())(None)
    assert "/home/me" not in str(caught.value) and seen in str(caught.value)


def raise_it(error):
    raise error
