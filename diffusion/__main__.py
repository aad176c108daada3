"""The command line: python -m diffusion <verb>. Wrong input prints one line and exits with status 2."""

import argparse
import sys

from .cli import devtools, hub, job, measure, sample, site, train, words
from .errors import reason_of

ALL_VERBS = (
    sample.VERBS | words.VERBS | train.VERBS | measure.VERBS | hub.VERBS | job.VERBS | site.VERBS | devtools.VERBS
)
FIRST_IN_HELP = ("draw", "train", "sample", "words", "evaluate", "pull", "push", "job", "convert", "site")
VERBS = {verb: ALL_VERBS[verb] for verb in FIRST_IN_HELP} | ALL_VERBS


class Help(argparse.ArgumentDefaultsHelpFormatter):
    """Says the defaults that say something: not of what must be given, nor of what is off or empty unless given."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        is_off = action.default is None or action.default is False or action.default in ("", ())
        is_said = "(default:" in (action.help or "")
        return action.help if is_off or is_said or action.required else super()._get_help_string(action)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m diffusion", description="Draw sprites, train on them, and sample new ones."
    )
    verbs = parser.add_subparsers(metavar="verb", required=True, dest="verb")
    for name, (describe, run) in VERBS.items():
        verb = verbs.add_parser(name, help=run.__doc__, description=run.__doc__, formatter_class=Help)
        describe(verb)
    options = parser.parse_args(arguments)
    try:
        VERBS[options.verb][1](options)
    except ValueError as error:
        print(f"{parser.prog} {options.verb}: {error}", file=sys.stderr)
        return 2
    except (OSError, MemoryError) as problem:
        file = getattr(problem, "filename", None)
        where = f"{file}: " if file else ""
        print(f"{parser.prog} {options.verb}: {where}{reason_of(problem)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\n{parser.prog} {options.verb}: stopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
