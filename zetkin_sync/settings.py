"""What the environment says: addresses and secrets. The only module that reads environment variables.

A secret comes from the variable, from the file that `NAME_FILE` points at, or from systemd's credentials
directory (`LoadCredential=`). A file that others may read is refused. Secrets are `SecretStr`: they do not
show in `repr`, logs or dumps.
"""

from __future__ import annotations

import os
import stat
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from zetkin_sync.errors import ConfigError, Problem
from zetkin_sync.language import LANGUAGES, say

PREFIX = "ZETKIN_SYNC_"


class Settings(BaseSettings):
    """The environment of one process."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, populate_by_name=True)

    config: Path = Path("config")
    database_url: str = Field("sqlite:///zetkin_sync.db", validation_alias="DATABASE_URL")
    engine: Literal["ledger", "procrastinate"] = "ledger"
    instance_file: Path | None = None
    backups: Path | None = None
    backup_key: SecretStr | None = None
    metrics_token: SecretStr | None = None
    hash_key: SecretStr | None = None
    hash_key_old: SecretStr | None = None
    database_key: SecretStr | None = None

    zetkin_url: str = "https://api.zetk.in"
    zetkin_app_url: str = "https://app.zetkin.org"
    zetkin_app: str | None = "https://app.zetkin.org"
    zetkin_client_id: str | None = None
    zetkin_client_secret: SecretStr | None = None
    zetkin_grant: SecretStr | None = None
    zetkin_login_client_id: str | None = None
    zetkin_login_client_secret: SecretStr | None = None
    zetkin_concurrency: int = Field(4, ge=1, le=16)
    zetkin_page_size: int = Field(100, ge=1, le=1000)
    zetkin_requests_per_run: int = Field(50_000, ge=1)
    zetkin_tries: int = Field(6, ge=1, le=20)
    zetkin_timeout: float = Field(60.0, gt=0)

    smtp_url: SecretStr | None = None
    imap_url: SecretStr | None = None
    shared_imap_url: SecretStr | None = None
    webhook_postmark: SecretStr | None = None
    webhook_mailgun: SecretStr | None = None
    webhook_sendgrid: SecretStr | None = None
    webhook_brevo: SecretStr | None = None
    mail_from: str | None = None
    page_url: str = "http://127.0.0.1:8000"
    local_login: bool = False
    heartbeat_url: SecretStr | None = None

    language: str = "sv"
    log_format: str = Field("console", pattern="^(console|json)$")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$")
    port: int = Field(8000, validation_alias="PORT")
    notify_socket: str | None = Field(None, validation_alias="NOTIFY_SOCKET")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _Files(settings_cls)

    @property
    def instance_path(self) -> Path | None:
        """Where this host remembers which database it works with; none for a database in memory."""
        if self.instance_file is not None:
            return self.instance_file
        if not self.database_url.startswith("sqlite"):
            return Path("zetkin_sync.instance")
        file = self.database_file
        return None if file is None else file.with_suffix(".instance")

    @property
    def database_file(self) -> Path | None:
        """The file of an SQLite database; none for one in memory or on a server."""
        if not self.database_url.startswith("sqlite"):
            return None
        database = self.database_url.partition("///")[2].partition("?")[0]
        return Path(database) if database and database != ":memory:" else None

    @property
    def cipher(self) -> str | None:
        """What encrypts a SQLite file, if anything does."""
        return None if self.database_key is None else self.database_key.get_secret_value()

    @property
    def erasure_path(self) -> Path | None:
        """Where this host keeps the erasure ledger, outside the database and its backups."""
        beside = self.instance_path
        return None if beside is None else beside.with_suffix(".erasures")

    @cached_property
    def key(self) -> bytes:
        """The key of every keyed hash. Raises ConfigError when it is not set."""
        if self.hash_key is None or len(self.hash_key.get_secret_value()) < 32:
            raise ConfigError(
                say("{name} is not set, or shorter than 32 characters.", name=f"{PREFIX}HASH_KEY"),
                say(
                    "Make one with `{command}` and keep it outside the database and its backups.",
                    command='python3 -c "import secrets; print(secrets.token_hex(32))"',
                ),
            )
        return self.hash_key.get_secret_value().encode()

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The present key and, while a rotation is under way, the former one."""
        old = self.hash_key_old
        return (self.key,) if old is None else (self.key, old.get_secret_value().encode())


class _Files(PydanticBaseSettingsSource):
    """Secrets from files: NAME_FILE, or the service manager's credentials directory."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        name = f"{PREFIX}{field_name}".upper()
        named = os.environ.get(f"{name}_FILE")
        directory = os.environ.get("CREDENTIALS_DIRECTORY")
        path = Path(named) if named else Path(directory) / name if directory else None
        if path is None or (not named and not path.exists()):
            return None, field_name, False
        return read_secret(path, managed=not named), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found


def read_secret(path: Path, *, managed: bool = False) -> str:
    """A secret's file. Raises ConfigError when it cannot be read or when others can.

    `managed` files are the service manager's: it lets the service's user in by an ACL, which looks like a right
    of the group.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(
            say("The secret's file {path} cannot be read.", path=path.name),
            say("Check that it exists and belongs to the service's user."),
        ) from error
    if mode & (stat.S_IROTH if managed else stat.S_IROTH | stat.S_IRGRP):
        raise ConfigError(
            say("The secret's file {path} can be read by others.", path=path.name),
            say("Run `chmod 600` on it."),
        )
    return text


def read_settings(**overrides: Any) -> Settings:
    """The settings of this process; every mistake at once as a ConfigError."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        problems = tuple(
            Problem(
                file="environment",
                key=_variable(str(fault["loc"][0])),
                wrong=say("{what}", what=fault["msg"]),
                allowed=say("see docs/reference.md, Environment"),
            )
            for fault in error.errors(include_input=False)
        )
        raise ConfigError(say("The environment has mistakes."), problems=problems) from None


def _variable(name: str) -> str:
    return name if name.isupper() else f"{PREFIX}{name}".upper()


def is_loopback(host: str) -> bool:
    """Is this host the machine itself?"""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:  # a name: 127.0.0.1.example.org is somebody else's
        return False


def preferred_language() -> str:
    """The language of the command line: ZETKIN_SYNC_LANGUAGE, else Swedish."""
    chosen = os.environ.get(f"{PREFIX}LANGUAGE", "sv")[:2]
    return chosen if chosen in LANGUAGES else "sv"
