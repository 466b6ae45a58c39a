"""What an operator wrote and cannot be used: told in one line for each mistake, never as a traceback."""


class FileRefused(ValueError):
    """A file of settings cannot be used; the message names the file, the key, and what is allowed."""
