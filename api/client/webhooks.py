"""The client's part for /v1/webhooks: what notifications are signed with, and how they fared."""

from collections.abc import Iterator

from api.client.results import Delivery
from api.client.transport import Transport


class Webhooks:
    """All methods raise FarmUnreachable and RequestRefused."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def secret(self) -> str:
        """What Standard Webhooks' libraries verify the account's notifications with."""
        return str(self._transport.data("GET", "/webhooks/secret")["secret"])

    def replace_secret(self) -> str:
        """A new one. Nothing is signed with the old one any more."""
        return str(self._transport.data("POST", "/webhooks/secret", repeatable=False)["secret"])

    def deliveries(self) -> Iterator[Delivery]:
        """Newest first, for 30 days. Pages are asked for as the iterator gets to them."""
        return (Delivery.of(each) for each in self._transport.pages("/webhooks/deliveries", 100))

    def send_again(self, delivery_id: str) -> Delivery:
        path = f"/webhooks/deliveries/{delivery_id}/send-again"
        return Delivery.of(self._transport.data("POST", path, repeatable=False))
