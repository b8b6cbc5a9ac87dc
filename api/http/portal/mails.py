"""What the portal mails to people, where the operator has set up a mail server."""

import dataclasses
import logging

from api.domain.accounts.invitations import Link
from api.http.links import below
from api.http.state import Farm
from api.net.mail import Mailer, MailError

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Letter:
    """`text` has {farm}, the farm's address, {link}, and {until}, when that expires."""

    subject: str
    text: str


INVITATION = Letter(
    "You are invited to Pirouette",
    """A colleague has invited you to the render farm at {farm}.

Choose a password here, and you are in:
{link}

The link works once, until {until}. If you did not expect this mail, you may ignore it.
""",
)
RESET = Letter(
    "A new password for Pirouette",
    """Somebody, most likely you, asked for a new password for the render farm at {farm}.

Choose it here:
{link}

The link works once, until {until}. If it was not you who asked, you may ignore this mail: your password stays.
""",
)


def mailer(farm: Farm) -> Mailer | None:
    """None where the farm sends no mail."""
    url = farm.settings.mail_url.get_secret_value()
    return Mailer(url, farm.settings.mail_from) if url else None


def send(farm: Farm, letter: Letter, to: str, link: Link) -> bool:
    """Whether the mail was handed over to the mail server. Blocks; not to be called in a transaction."""
    server = mailer(farm)
    if server is None:
        return False
    base = farm.settings.public_url
    text = letter.text.format(
        farm=base, link=below(base, link.path), until=link.expires_at.strftime("%d %B %Y, %H:%M UTC")
    )
    try:
        server.send(to, letter.subject, text)
    except MailError as error:
        log.warning("a mail could not be sent by %s", error)
        return False
    return True
