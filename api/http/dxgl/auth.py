"""Who is asking dx.gl's API, by what the route needs their key for."""

from typing import Annotated

from fastapi import Security

from api.domain.accounts.credentials import Principal
from api.http.auth import Authenticator

authenticate = Authenticator("dxgl", sessions=True)

Reader = Annotated[Principal, Security(authenticate, scopes=["read"])]
Writer = Annotated[Principal, Security(authenticate, scopes=["write"])]
Renderer = Annotated[Principal, Security(authenticate, scopes=["render"])]
KeyReader = Annotated[Principal, Security(authenticate, scopes=["read", "admin"])]
KeyManager = Annotated[Principal, Security(authenticate, scopes=["admin"])]
Uploader = Annotated[Principal, Security(authenticate, scopes=["write", "render"])]
