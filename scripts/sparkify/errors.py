"""What a user can mend."""


class UserError(Exception):
    """One sentence that says what is wrong and what to do; shown without a traceback, exit code 2."""
