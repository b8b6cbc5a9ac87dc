"""Errors that only dx.gl's API has a code for."""

from api.errors import FarmError


class ModelIdRequired(FarmError):
    code = "model_id_required"
    default_message = "Missing modelId field"


class RendersRequired(FarmError):
    code = "renders_required"
    default_message = "Missing or empty renders array"


class TooMany(FarmError):
    code = "too_many"
    default_message = "Batch exceeds 100 renders"


class Sha256Required(FarmError):
    code = "sha256_required"
    default_message = "Missing sha256 field"


class UrlRequired(FarmError):
    code = "url_required"
    default_message = "Missing url field"
