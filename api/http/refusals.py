"""Why a request is refused by the server itself, before the application sees it. What is refused is told as all errors
are, see api.http.protocol."""

from api.errors import InvalidRequest, Unavailable


class MalformedRequest(InvalidRequest):
    code = "malformed_request"
    default_message = "This is not HTTP/1.1"


class UriTooLong(InvalidRequest):
    code = "uri_too_long"
    default_message = "The URL is longer than 16 KB"


class HeadersTooLarge(InvalidRequest):
    code = "headers_too_large"
    default_message = "The request has more than 100 headers, or more than 64 KB of them"


class RequestTimeout(InvalidRequest):
    code = "request_timeout"
    default_message = "The request did not arrive in time"


class TooManyConnections(Unavailable):
    code = "too_many_connections"
    default_message = "Too many connections are open at the moment; try again soon"


class AnswerTimeout(Unavailable):
    code = "answer_timeout"
    default_message = "The farm is too busy to answer at the moment; try again soon"
