"""Who is asking, where it matters: administrators delete jobs. All else needs no key."""

from typing import Annotated

from fastapi import Security

from api.domain.accounts.credentials import Principal
from api.http.auth import Authenticator

authenticate = Authenticator("grok")

Writer = Annotated[Principal, Security(authenticate, scopes=["write"])]
