"""Reads the environment into one frozen value; the only reader of it.

Precedence: an option on the command line, then a variable named here, then the default.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wavetank.core.errors import UsageError
from wavetank.core.installation import clone_folder, shipped_folder
from wavetank.core.private_files import STATE
from wavetank.core.project import Project, find_project

REGION: Literal["eu-west-1"] = "eu-west-1"
"""The assignment's region, and no other."""

SANDBOX_ACCOUNT = "000000000000"
"""The account of LocalStack's default credentials."""

SANDBOX_OTHER_ACCOUNT = "1" * len(SANDBOX_ACCOUNT)
"""Another account, for testing what other accounts can do; no AWS account has this number."""


@dataclass(frozen=True)
class Settings:
    """The settings that the environment of the command line selects.

    `shipped_folder` has Wavetank's own templates, handlers, scenarios and notebooks;
    `project_folder` is the user's project, and `state_folder` contains everything that Wavetank
    writes; `compose_project` is the user's name for the Compose project;
    `mail_server` (host:port) receives all e-mail of a sandbox too, if the user has one;
    `verify_signatures` is whether a sandbox verifies the signatures of requests; `isolation` is the
    strongest isolation of functions that a sandbox tries. `allowed_hosts` and `allowed_origins` are
    the lists of what a sandbox's HTTP guard admits. `compose_port` is the user's port of a sandbox
    in Docker.
    """

    shipped_folder: Path
    project_folder: Path
    state_folder: Path
    path: str
    compose_project: str | None
    mail_server: str | None
    verify_signatures: bool
    isolation: str
    allowed_hosts: str = ""
    allowed_origins: str = ""
    compose_port: str | None = None


def read_settings() -> Settings:
    """Read the environment, once, for the command that is about to run.

    `WAVETANK_STATE` moves the state folder (default: `.wavetank` in the project);
    `COMPOSE_PROJECT_NAME` is Compose's own, for several sandboxes in one Docker; `WAVETANK_SMTP` is
    the mail server; `WAVETANK_SIGNATURES=skip` leaves signatures unverified; `WAVETANK_ISOLATION`
    is namespaces (default), users or process. `WAVETANK_ALLOWED_HOSTS` and
    `WAVETANK_ALLOWED_ORIGINS` are passed to LocalStack unchanged; `WAVETANK_PORT` is the port that
    docker-compose.yml publishes.

    Raises:
        UsageError: WAVETANK_SIGNATURES has another value than verify or skip, or the working folder
            is gone.
        InfrastructureError: the installation lacks its files, so nothing can be deployed.
    """
    project = current_project()
    state = os.environ.get("WAVETANK_STATE")
    return Settings(
        shipped_folder=shipped_folder(),
        project_folder=project.folder,
        state_folder=Path(state).absolute() if state else project.state_folder,
        path=search_path(),
        compose_project=os.environ.get("COMPOSE_PROJECT_NAME") or None,
        mail_server=os.environ.get("WAVETANK_SMTP") or None,
        verify_signatures=_verifies_signatures(),
        isolation=os.environ.get("WAVETANK_ISOLATION") or "namespaces",
        allowed_hosts=os.environ.get("WAVETANK_ALLOWED_HOSTS", ""),
        allowed_origins=os.environ.get("WAVETANK_ALLOWED_ORIGINS", ""),
        compose_port=os.environ.get("WAVETANK_PORT") or None,
    )


@dataclass(frozen=True, kw_only=True)
class DockerVariables:
    """The environment variables by which the `docker` command finds its engine.

    `host` is `DOCKER_HOST`, `context` is `DOCKER_CONTEXT`; `config_folder` has the contexts, and
    `runtime_folder` the sockets of rootless engines.
    """

    host: str | None
    context: str | None
    config_folder: Path
    home: Path
    runtime_folder: Path | None


def docker_variables() -> DockerVariables:
    """Read the variables of the `docker` command, with its defaults."""
    home = Path.home()
    config, runtime = os.environ.get("DOCKER_CONFIG"), os.environ.get("XDG_RUNTIME_DIR")
    return DockerVariables(
        host=os.environ.get("DOCKER_HOST") or None,
        context=os.environ.get("DOCKER_CONTEXT") or None,
        config_folder=Path(config) if config else home / ".docker",
        home=home,
        runtime_folder=Path(runtime) if runtime else None,
    )


@dataclass(frozen=True)
class GithubJob:
    """A job of GitHub Actions in which this runs; `summary` is the file of its summary."""

    summary: Path | None


def github_job() -> GithubJob | None:
    """The job that this runs in; None outside of GitHub Actions.

    [GitHub Actions: Default environment variables]
    """
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return None
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    return GithubJob(Path(summary) if summary else None)


def current_project() -> Project:
    """The project of the working folder.

    Where nothing marks one, it is the clone if this is run from a clone, so that the launcher finds
    one sandbox from every folder; for an installed wheel it is the working folder.

    Raises:
        UsageError: the working folder is gone, or may not be read.
    """
    try:
        return find_project(Path.cwd(), clone_folder())
    except OSError as error:
        raise UsageError(
            "a working folder that can be read", error.strerror or str(error), "change to another"
        ) from error


def _verifies_signatures() -> bool:
    value = os.environ.get("WAVETANK_SIGNATURES") or "verify"
    if value not in {"verify", "skip"}:
        raise UsageError("verify or skip", repr(value), "correct WAVETANK_SIGNATURES")
    return value == "verify"


def endpoint_overrides() -> list[str]:
    """The variables that redirect calls of the AWS SDK to another endpoint."""
    return sorted(name for name, value in os.environ.items() if _redirects_calls(name) and value)


def _redirects_calls(name: str) -> bool:
    return name == "AWS_ENDPOINT_URL" or name.startswith("AWS_ENDPOINT_URL_")


def with_utf8_mode() -> dict[str, str]:
    """The environment with Python's UTF-8 mode on, also for child processes."""
    return {**os.environ, "PYTHONUTF8": "1"}


def with_bytecode_kept() -> dict[str, str]:
    """The environment without `PYTHONDONTWRITEBYTECODE`."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def pytest_options() -> str:
    """Pytest's options from the environment."""
    return os.environ.get("PYTEST_ADDOPTS", "")


def search_path() -> str:
    """The search path for programs; works without a project, too."""
    return os.environ.get("PATH", os.defpath)


def cache_folder() -> Path:
    """The cache folder: in the clone or, for an installed wheel, in the user's home.

    `XDG_CACHE_HOME` moves the latter.
    """
    clone = clone_folder()
    if clone is not None:
        return clone / STATE / "cache"
    return user_cache_folder() / "wavetank"


def user_cache_folder() -> Path:
    """The user's folder for caches: `XDG_CACHE_HOME`, else `.cache` in the home."""
    home = os.environ.get("XDG_CACHE_HOME")
    return Path(home) if home else Path.home() / ".cache"
