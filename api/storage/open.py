"""Where a farm's files lie is chosen here, by its settings, and nowhere else."""

from api.settings import Settings
from api.storage.base import MEGABYTE, Room, Storage
from api.storage.local import LocalStorage


def open_storage(settings: Settings) -> Storage:
    """The bucket, where the settings name one, else a folder. Sends nothing yet: the bucket may be away for now.

    Raises ValueError for a malformed address or prefix.
    """
    data_dir, reserve_bytes = settings.data_dir.absolute(), settings.disk_reserve_mb * MEGABYTE
    if not settings.s3_bucket:
        return LocalStorage(settings.files_dir, Room((data_dir, settings.files_dir), reserve_bytes))
    from api.storage.s3 import S3Storage  # boto3 takes a third of a second to import, which embedded farms are spared
    from api.storage.s3_client import connect

    client, signing_client = (
        connect(
            endpoint=endpoint,
            region=settings.s3_region,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key.get_secret_value(),
        )
        for endpoint in (settings.s3_endpoint, settings.s3_public_endpoint or settings.s3_endpoint)
    )
    return S3Storage(
        settings.s3_bucket,
        settings.s3_prefix,
        client=client,
        signing_client=signing_client,
        scratch=data_dir / "cache" / "downloads",
        room=Room((data_dir,), reserve_bytes),
    )
