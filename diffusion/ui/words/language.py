"""What the engine says, in the words of a page."""

from ...errors import Message
from .schema import Words


def translate(words: Words, message: Message | str) -> str:
    """The message in the page's language; in English where it has no translation, and text as it is."""
    if isinstance(message, str):
        return message
    return message.fill(words.messages.get(message.template, message.template), lambda part: translate(words, part))
