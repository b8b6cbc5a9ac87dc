"""Every PIROUETTE_* environment variable, grouped; or a file of that name in small letters, among a service's secrets.

The README's table is tested against these fields.

Embedded and distributed operation differ in these values alone: a bare `Settings()` is an embedded farm in ./data.
"""

import os
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict
from sqlalchemy import URL

from api import setting_rules
from renderer.spec import H264Encoder

HTTP = r"^$|^https?://."
"""What URLs of servers look like that are talked to by HTTP."""


def secret_folders() -> tuple[Path, ...]:
    """Where a service manager puts secrets as files, such as pirouette_database_password: systemd, and Docker."""
    of_systemd = os.environ.get("CREDENTIALS_DIRECTORY")
    return (*((Path(of_systemd),) if of_systemd else ()), Path("/run/secrets"))


class Settings(BaseSettings):
    """Read from the environment once per process, handed on as an argument, never imported as a global."""

    model_config = SettingsConfigDict(
        env_prefix="PIROUETTE_", frozen=True, extra="ignore", hide_input_in_errors=True  # some of it is secret
    )

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """Variables go before files."""
        folders = [folder for folder in secret_folders() if folder.is_dir()]
        return init_settings, env_settings, *(SecretsSettingsSource(settings_cls, folder) for folder in folders)

    # where things are kept
    data_dir: Path = Field(
        Path("data"), description="Folder for the database, files, broker and caches of an embedded farm"
    )
    database_url: SecretStr = Field(
        SecretStr(""), description="SQLAlchemy URL; empty means SQLite in the data folder, or the host below"
    )
    database_host: str = Field(
        "", description="Host of a PostgreSQL server, in place of a URL: then nothing needs to be escaped"
    )
    database_port: int = Field(5432, ge=1, le=65535, description="Its port")
    database_user: str = Field("pirouette", description="Who the farm is for it")
    database_password: SecretStr = Field(SecretStr(""), description="The user's password")
    database_name: str = Field("pirouette", description="Name of the database there")
    broker_url: SecretStr = Field(
        SecretStr(""), description="Celery broker URL; empty means Celery's filesystem transport in the data folder"
    )
    storage_dir: Path | None = Field(
        None, description="Folder for models and results, shared by servers and workers; empty means the data folder"
    )
    disk_reserve_mb: int = Field(
        1024,
        ge=0,
        description="MB that stay free on the disks of these folders: with less, uploads are refused and workers wait",
    )

    # files in S3
    s3_bucket: str = Field("", description="S3 bucket for models and results; empty means a folder")
    s3_prefix: str = Field("", description="Folder in the bucket, where it has other files too")
    s3_endpoint: str = Field("", pattern=HTTP, description="URL of the S3 server; empty means AWS")
    s3_public_endpoint: str = Field(
        "",
        pattern=HTTP,
        description="URL of the S3 server for clients, which signed links lead to; empty means the same",
    )
    s3_region: str = Field("us-east-1", description="Region of the bucket")
    s3_access_key: str = Field("", description="Access key; empty means what AWS's own tools would use")
    s3_secret_key: SecretStr = Field(SecretStr(""), description="Secret key that belongs to the access key")
    redirect_downloads: bool = Field(
        False, description="Whether downloads of large results are redirected to signed links of the storage"
    )
    signed_link_seconds: int = Field(
        3600, ge=1, le=7 * 24 * 3600, description="How long a signed link is good for; a week at most"
    )

    # the server
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 picks a free one")
    public_url: str = Field(
        "",
        pattern=HTTP,
        description="URL that clients reach the farm by, for links in what it sends them, such as "
        "https://farm.example.com; empty means what they asked, and in webhooks the address to listen on",
    )
    cors_origins: str = Field(
        "",
        description="Origins, with commas between, whose pages may call the API from a browser, such as "
        "https://shop.example.com; * means any",
    )
    oidc_issuer: str = Field(
        "",
        pattern=HTTP,
        description="URL of an OpenID Connect provider by which people may sign in to the portal; empty means by "
        "password",
    )
    oidc_client_id: str = Field("", description="What the provider knows the farm by")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="The secret that belongs to it")
    oidc_name: str = Field("single sign-on", description="What people call the provider: Sign in with ...")
    mail_url: SecretStr = Field(
        SecretStr(""),
        description="Mail server for invitations and forgotten passwords: smtps://user:password@mail.example.com, or "
        "smtp:// for STARTTLS; empty means that links are handed over by whoever made them",
    )
    mail_from: str = Field("", description="Sender of these mails, such as Pirouette <farm@example.com>")
    log_level: str = Field(
        "INFO", pattern="(?i)^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="text for people, or json for programs: an object a line, with the ids of what it is about"
    )
    otlp_endpoint: str = Field(
        "",
        pattern=HTTP,
        description="URL of an OpenTelemetry collector, without /v1/traces, that is told what each request and the "
        "work it orders take; needs the extra otel; empty means nobody is told",
    )
    trusted_proxies: str = Field(
        "", description="Addresses and CIDR networks, with commas between, of proxies that say who their clients are"
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="What /metrics is told for, as a Bearer token; empty means to this machine alone, without a proxy",
    )
    hsts_seconds: int = Field(
        0, ge=0, description="How long browsers shall ask by https only, told where they do; 0 tells them nothing"
    )

    # limits, for each server process
    max_connections: int = Field(2000, ge=1, description="Most connections that a server has open at the same time")
    max_connections_per_client: int = Field(
        200, ge=1, description="Most of one address; behind a proxy, requests of one address at the same time"
    )
    account_requests: int = Field(
        0, ge=0, description="Most requests a minute that a server answers to one account; 0 means no limit"
    )
    client_requests: int = Field(
        1200, ge=0, description="Most requests a minute of one address where no key is needed; 0 means no limit"
    )
    account_streams: int = Field(50, ge=1, description="Most event streams of one account at the same time")
    account_uploads: int = Field(10, ge=1, description="Most uploads of one account at the same time")

    # limits
    max_upload_mb: int = Field(100, ge=1, description="Largest model file in MB (1024 x 1024 bytes)")
    max_signed_upload_mb: int = Field(
        1024, ge=1, le=5 * 1024,
        description="Largest model file in MB that comes in parts or by a signed link; 5 GB at most",
    )  # fmt: skip
    signup_credits: int = Field(10, ge=0, description="Free credits of a new account")
    upload_limit: int = Field(
        0, ge=0, description="Most models of an account that never bought credits; 0 means no limit"
    )

    # what an account may take, unless an administrator says otherwise: see domain.accounts.quotas
    quota_storage_mb: int = Field(
        100 * 1024, ge=0, description="Most MB of an account's models, overlays and results; 0 means no limit"
    )
    quota_uploads_per_hour: int = Field(
        3600, ge=0, description="Most models that an account uploads in an hour; 0 means no limit"
    )
    quota_waiting_previews: int = Field(
        1000, ge=0, description="Most free previews of an account that wait to be drawn; 0 means no limit"
    )
    quota_unfinished_orders: int = Field(
        10_000,
        ge=0,
        description="Most ordered renders and flows of an account that aren't finished yet; 0 means no limit",
    )
    quota_running: int = Field(
        0, ge=0, description="Most pieces of an account's work that workers do at the same time; 0 means no limit"
    )
    quota_kept_mb: int = Field(
        0,
        ge=0,
        description="MB of an account's files above which its oldest previews, and then its oldest results, are "
        "deleted; 0 means none are",
    )

    # what is generated, and what it costs
    price_model_from_prompt: int = Field(1, ge=0, description="Credits for a model generated from a text")
    price_model_from_image: int = Field(1, ge=0, description="Credits for a model generated from a picture")
    price_model_optimize: int = Field(1, ge=0, description="Credits for a model that is optimised")
    flow_input_urls: bool = Field(
        False, description="Whether inputs of Generio's flows may be URLs, which are fetched as models are"
    )
    price_grok_job: int = Field(
        0, ge=0, description="Credits for a job of the Grok 3D pipeline, of the account grok@farm.invalid"
    )
    grok: bool = Field(True, description="Whether the Grok 3D pipeline's API answers, which needs no key")
    grok_origins: str = Field(
        "*", description="Origins, as above, whose pages may call that API from a browser"
    )
    grok_job_requests: int = Field(
        30, ge=0, description="Most jobs a minute that one address may order there; 0 means no limit"
    )
    grok_unfinished_jobs: int = Field(20, ge=1, description="Most of those jobs that wait or are made at the same time")

    # how long things are kept: see domain.removal.retention
    keep_previews_days: int = Field(0, ge=0, description="Days until free previews are deleted; 0 means they stay")
    keep_results_days: int = Field(
        0, ge=0, description="Days until ordered videos and images are deleted that no link shares; 0 means they stay"
    )
    keep_datasets_days: int = Field(0, ge=0, description="Days until training sets are deleted; 0 means they stay")
    keep_generations_days: int = Field(
        0, ge=0, description="Days until flows and what they generated are deleted; 0 means they stay"
    )
    keep_models_days: int = Field(
        0, ge=0, description="Days until models are deleted of which nothing was made, or is left; 0 means they stay"
    )
    keep_pictures_days: int = Field(
        1, ge=0, description="Days until the portal's free pictures of previews are deleted; 0 means they stay"
    )
    keep_deleted_days: int = Field(
        7, ge=0, description="Days for which models and renders that were deleted can be had back; 0 means not at all"
    )
    keep_deliveries_days: int = Field(30, ge=1, description="Days until the log of a webhook's deliveries is deleted")

    # downloads from URLs
    ingest_seconds: float = Field(120.0, gt=0, description="How long a download from a URL may take in all")
    ingest_allow: str = Field(
        "", description="Hosts and CIDR networks, with commas between, that models may come from although not public"
    )

    ingest_ports: str = Field(
        "80,443", description="Ports of public addresses, with commas between, that models may come from"
    )

    # webhooks
    webhook_allow: str = Field(
        "",
        description="Hosts and CIDR networks, with commas between, that events may be sent to although not public, "
        "by plain http too",
    )

    # engines that make pictures and models: see README, "Engines"
    image_engine: Literal["auto", "procedural", "diffusers", "xai", "openai"] = Field(
        "auto",
        description="What makes pictures of words: auto means the service below if it has a key or a URL, else local "
        "weights, else shapes of our own (procedural); openai means any service with that API",
    )
    image_url: str = Field(
        "", pattern=HTTP, description="URL of the service that makes pictures, without /v1; empty means its usual one"
    )
    image_key: SecretStr = Field(SecretStr(""), description="Key for it; one of xAI begins with xai-")
    image_model: str = Field("", description="Name of its model; empty means its usual one")
    image_seconds: float = Field(120.0, gt=0, description="How long a picture may take")
    mesh_engine: Literal["auto", "procedural", "triposr", "hosted"] = Field(
        "auto",
        description="What makes models of pictures: auto means the service below if it has a URL, else local weights, "
        "else their outlines (procedural)",
    )
    mesh_url: str = Field("", pattern=HTTP, description="URL that a service for models takes pictures at")
    mesh_key: SecretStr = Field(SecretStr(""), description="Key for it")
    mesh_protocol: str = Field(
        "bytes", description="How it is spoken with: bytes, meshy, tripo, or a description in JSON"
    )
    mesh_seconds: float = Field(600.0, gt=0, description="How long a model may take")
    engine_allow: str = Field(
        "", description="Hosts and CIDR networks, with commas between, that services' results may lie on although not "
        "public"
    )  # fmt: skip
    triposr_dir: Path | None = Field(
        None, description="Folder with TripoSR's weights; empty means engines/triposr in the data folder"
    )
    diffusers_dir: Path | None = Field(
        None, description="Folder with a diffusers text-to-image pipeline; empty means engines/diffusers in the data "
        "folder"
    )  # fmt: skip

    # workers
    workers: int = Field(
        2, ge=0, description="Worker processes that `pirouette serve` starts; 0 leaves work to `pirouette worker`"
    )
    queues: str = Field("", description="Queues that a worker takes work from, with commas between; empty means all")
    gl_device: str = Field("auto", description='GL device: "auto", "software", or the number of an EGL device')
    h264_encoder: H264Encoder = Field(
        "x264", description="Encoder of H.264, alike on all workers: x264 on the CPU, or nvenc on an NVIDIA GPU"
    )
    allow_software: bool = Field(True, description="Whether a worker may render on the CPU when it finds no GPU")
    sandbox: Literal["auto", "require", "off"] = Field(
        "auto",
        description="Keeping processes that read strangers' files from the network and other files: as far as the "
        "system can (auto), or it doesn't start (require); off spares those that draw, if a driver needs more",
    )
    child_memory_mb: int = Field(
        0, ge=0, description="MB of memory that a worker's drawing process may use; 0 means as much as the machine has"
    )
    render_output_mb: int = Field(
        16 * 1024, ge=0, description="Most MB of files of a render, which then fails and is paid back; 0 means no limit"
    )
    render_disk_mb: int = Field(
        32 * 1024, ge=0, description="Most MB of a worker's disk that a render takes while it is made, likewise"
    )
    render_cpu_seconds: int = Field(
        12 * 3600, ge=0, description="Most seconds of processor time for a render, or for a part of one, likewise"
    )
    render_gpu_memory_mb: int = Field(
        0, ge=0, description="Most MB of a graphics card's memory for a render, likewise, where its driver tells Linux"
    )
    stall_seconds: float = Field(
        60.0, gt=0,
        description="How long a worker's drawing process may go without a step done before it is killed; up to ten "
        "times as long where others keep the machine busy",
    )  # fmt: skip
    lease_seconds: float = Field(30.0, gt=0, description="How long a claim on work lasts without a heartbeat")
    heartbeat_seconds: float = Field(5.0, gt=0, description="How often a worker renews its claim")
    sweep_seconds: float = Field(5.0, gt=0, description="How often lost work and lost messages are looked for")
    max_attempts: int = Field(3, ge=1, description="Tries of a piece of work before its renders end in error")

    @model_validator(mode="after")
    def _rules_are_kept(self) -> Self:
        setting_rules.check(dict(self))
        _ = self.cors_allowed, self.grok_allowed, self.ingest_public_ports  # what can't be read is refused at the start
        return self

    @cached_property
    def cors_allowed(self) -> tuple[str, ...]:
        """`cors_origins`, one by one. Raises ValueError for what no browser would send as an origin."""
        return setting_rules.origins(self.cors_origins, "PIROUETTE_CORS_ORIGINS")

    @cached_property
    def grok_allowed(self) -> tuple[str, ...]:
        """The same of `grok_origins`."""
        return setting_rules.origins(self.grok_origins, "PIROUETTE_GROK_ORIGINS")

    @cached_property
    def ingest_public_ports(self) -> tuple[int, ...]:
        """`ingest_ports`, one by one. Raises ValueError for what is no port."""
        return setting_rules.ports(self.ingest_ports, "PIROUETTE_INGEST_PORTS")

    @cached_property
    def sqlalchemy_url(self) -> str:
        """With the password in it."""
        if self.database_host:
            return URL.create(
                "postgresql+psycopg", self.database_user, self.database_password.get_secret_value() or None,
                self.database_host, self.database_port, self.database_name,
            ).render_as_string(hide_password=False)  # fmt: skip
        return self.database_url.get_secret_value() or f"sqlite:///{self.data_dir.absolute()}/pirouette.sqlite3"

    @property
    def reached_at(self) -> str:
        """URL of the farm for those who haven't asked it anything: `public_url`, or where the server listens."""
        if self.public_url:
            return self.public_url
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 (compares, does not bind)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def triposr_weights(self) -> Path:
        return (self.triposr_dir or self.data_dir / "engines" / "triposr").absolute()

    @property
    def diffusers_weights(self) -> Path:
        return (self.diffusers_dir or self.data_dir / "engines" / "diffusers").absolute()

    @cached_property
    def files_dir(self) -> Path:
        return (self.storage_dir or self.data_dir / "files").absolute()

    @property
    def embedded_broker(self) -> bool:
        return not self.broker_url.get_secret_value()


LIMITS = (
    "max_connections", "max_connections_per_client", "account_requests", "client_requests", "account_streams",
    "account_uploads", "max_upload_mb", "max_signed_upload_mb", "upload_limit", "quota_storage_mb",
    "quota_uploads_per_hour", "quota_waiting_previews", "quota_unfinished_orders", "quota_running", "quota_kept_mb",
    "disk_reserve_mb", "child_memory_mb", "render_output_mb", "render_disk_mb", "render_cpu_seconds",
    "render_gpu_memory_mb", "stall_seconds", "lease_seconds", "ingest_seconds", "max_attempts",
)  # fmt: skip
"""The settings that bound what somebody or something may take. /metrics tells them beside what is taken."""
