"""What the engine says, in the words of a page."""

from ...errors import Message, path_for_visitors
from .schema import Words


def translate(words: Words, message: Message | str) -> str:
    """The message in the page's language; in English where it has no translation, and text as it is.

    Visitors are not told the folders of this machine: of a path they see its end.
    """
    if isinstance(message, str):
        return message
    template = words.messages.get(message.template, message.template)
    return message.fill(template, lambda part: translate(words, part), path_for_visitors)
