"""The command line: python -m diffusion <verb>. Wrong input is one line and exit status 2."""

import argparse
import sys

from .cli import hub
from .cli import job as jobs
from .cli import measure as numbers
from .cli import sample as pictures
from .cli import train as runs

VERB_ORDER = (
    *("draw", "train", "sample", "evaluate", "pull", "push", "job", "convert"),  # for everybody
    *("samplers", "features", "reel", "poster", "lesson", "bench"),  # what the repository is made with
)
VERBS = {verb: (pictures.VERBS | runs.VERBS | numbers.VERBS | hub.VERBS | jobs.VERBS)[verb] for verb in VERB_ORDER}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m diffusion", description="Draw sprites, train on them, and sample new ones."
    )
    verbs = parser.add_subparsers(metavar="verb", required=True, dest="verb")
    for name, (describe, run) in VERBS.items():
        verb = verbs.add_parser(
            name, help=run.__doc__, description=run.__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
        )
        describe(verb)
    options = parser.parse_args(arguments)
    try:
        VERBS[options.verb][1](options)
    except (ValueError, OSError) as mistake:
        print(f"{parser.prog} {options.verb}: {mistake}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\n{parser.prog} {options.verb}: stopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
