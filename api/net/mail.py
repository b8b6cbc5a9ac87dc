"""Mail, by the operator's own server: SMTP with TLS."""

import dataclasses
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

ANSWER_SECONDS = 10.0
PORTS = {"smtp": 587, "smtps": 465}
"""RFC 6409 and RFC 8314: for submission, with STARTTLS and with TLS from the start."""
LOCAL = ("127.0.0.1", "::1", "localhost")


class MailError(Exception):
    """The mail couldn't be handed over. The text is for the operator's log."""


@dataclasses.dataclass(frozen=True, slots=True)
class Mailer:
    """`url`: smtp:// (STARTTLS, except on this machine) or smtps://, with user and password, percent-encoded."""

    url: str = dataclasses.field(repr=False)
    sender: str

    def send(self, to: str, subject: str, text: str) -> None:
        """Blocks until the server has taken it. Raises MailError."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies
        message.set_content(text)
        address = urlsplit(self.url)
        host, port = address.hostname or "", address.port or PORTS[address.scheme]
        try:
            with _connected(address.scheme, host, port) as server:
                if address.username:
                    server.login(unquote(address.username), unquote(address.password or ""))
                server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise MailError(f"{host}:{port}: {error}") from error


def _connected(scheme: str, host: str, port: int) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=ANSWER_SECONDS, context=trusted)
    server = smtplib.SMTP(host, port, timeout=ANSWER_SECONDS)
    if host not in LOCAL:
        server.starttls(context=trusted)
    return server
