"""Who is asking Glossi's API, by what the route needs their key for."""

from typing import Annotated

from fastapi import Security

from api.domain.accounts.credentials import Principal
from api.http.auth import Authenticator

authenticate = Authenticator("glossi", sessions=True)

Reader = Annotated[Principal, Security(authenticate, scopes=["read"])]
Writer = Annotated[Principal, Security(authenticate, scopes=["write"])]
Renderer = Annotated[Principal, Security(authenticate, scopes=["render"])]
Orderer = Annotated[Principal, Security(authenticate, scopes=["write", "render"])]
