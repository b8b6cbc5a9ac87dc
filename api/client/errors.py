"""What the client raises on purpose.

    ClientError              never raised itself
    |- FarmUnreachable       no answer: wrong address, or the server is down
    |- RequestRefused        the farm answered with an error; carries its code, message, status and field
    |- RenderFailed          the render ended in `error`; its credits are refunded
    `- WaitTimeout           the render isn't done within the time given to `wait`
"""


class ClientError(Exception):
    """Base of what this client raises on purpose."""


class FarmUnreachable(ClientError):
    """No answer from the server. `sent`: the request may have arrived there all the same."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class RequestRefused(ClientError):
    """The farm refused a request.

    `code` is one of the API's error codes ("unknown" if somebody else answered), `status` the HTTP status, `param` the
    field at fault, `retry_after` the seconds that the farm asked to wait before another try.
    """

    def __init__(
        self, code: str, message: str, status: int, *, param: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.param = param
        self.retry_after = retry_after


class RenderFailed(ClientError):
    """A render ended in `error`; the message says why."""


class WaitTimeout(ClientError):
    """A render took longer than the caller wanted to wait. It goes on."""
