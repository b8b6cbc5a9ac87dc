"""Who is asking Generio's API, by what the route needs their key for."""

from typing import Annotated

from fastapi import Security

from api.domain.accounts.credentials import Principal
from api.http.auth import Authenticator

authenticate = Authenticator("generio")

Reader = Annotated[Principal, Security(authenticate, scopes=["read"])]
Writer = Annotated[Principal, Security(authenticate, scopes=["write"])]
Orderer = Annotated[Principal, Security(authenticate, scopes=["write", "render"])]
