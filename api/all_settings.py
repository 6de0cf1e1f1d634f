"""The one table of all settings of the service: what a file of settings may say, and what docs/operate.md lists."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from spinegraph.api import (
    audit_settings,
    hooks_settings,
    operation_settings,
    smart_settings,
    sparql_settings,
    validation_settings,
)
from spinegraph.api.hooks_settings import HooksSettings
from spinegraph.api.mcp_settings import McpSettings
from spinegraph.api.operation_settings import OperationSettings
from spinegraph.api.setting import CONFIG, Setting
from spinegraph.api.settings import LOG_LEVELS, PARTS, Settings
from spinegraph.engine import MAX_BYTES
from spinegraph.engine.exchange.fhir.reading.bundle import MAX_BYTES as MOST_OF_A_RECORD
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.validation.service.limits import ValidationLimits

Ranges = Mapping[str, tuple[str, range]]
SPARQL = {
    "timeout_seconds": "seconds by the clock, then the worker is killed; as long a query waits for one at most",
    "cpu_seconds": "seconds of processor time of a query",
    "memory_bytes": "address space of a worker beyond what the dataset takes",
    "max_rows": "rows of an answer, or triples of a graph",
    "max_bytes": "bytes of an answer",
    "workers": "queries at once in the fast lane, each in a process of its own; one more process stands ready",
    "slice_milliseconds": "milliseconds by the clock, after which a query goes on in the slow lane",
    "slow_workers": "queries at once in the slow lane, one at most for each client",
    "queue": "queries that may wait",
    "max_query_bytes": "bytes of a query",
    "max_depth": "brackets of a query open at once",
}
VALIDATION = {
    "max_bytes": "bytes of all files of a request",
    "max_files": "files of a request",
    "timeout_seconds": "seconds by the clock; as long a request waits for its turn at most",
    "cpu_seconds": "seconds of processor time of each process",
    "memory_bytes": "address space of each process, beyond what it starts with",
    "max_report_bytes": "bytes of a report",
    "workers": "validations at once; one more process stands ready",
    "queue": "requests that may wait",
}
OPERATION = {
    "rate": "requests a second that one client may send in the long run; 0 lets it send any number",
    "burst": "requests that it may send at once, where there is a rate",
    "concurrency": "requests that a process works on at a time, 0 for any number; those whose body is still to come do not count",
    "header_seconds": "seconds for the headers of a request to arrive",
    "idle_seconds": "seconds that a connection is kept without a request; longer than a balancer keeps its own",
    "drain_seconds": "seconds for what is under way to end after SIGTERM",
    "notice_seconds": "seconds between SIGTERM, when `/health/ready` turns 503, and the refusal of new connections",
}


def _limits(ranges: Ranges, meanings: Mapping[str, str], limits: object) -> Iterator[Setting]:
    for field, (variable, allowed) in ranges.items():
        yield Setting(variable, meanings[field], str(int(getattr(limits, field))), allowed)


def _number(variable: str, meaning: str, default: float, allowed: range) -> Setting:
    return Setting(variable, meaning, str(int(default)), allowed)


SECONDS = range(1, 3601)
SETTINGS: tuple[Setting, ...] = (
    Setting(CONFIG, "file with settings; `serve --config` says the same", "none", "a TOML file"),
    Setting("SPINEGRAPH_HOST", "address to listen on", Settings.host, "an address of this machine"),
    _number("SPINEGRAPH_PORT", "TCP port; 0 for any that is free", Settings.port, range(65536)),
    Setting("SPINEGRAPH_OFF", "parts that are switched off", "none", ", ".join(PARTS), ","),
    Setting("SPINEGRAPH_KNOWLEDGE", "what is served instead of the shipped content", "shipped",
            "folders, shipped packages or archives, in a variable separated as in PATH", os.pathsep),
    Setting("SPINEGRAPH_KNOWLEDGE_DIGEST", "the digest of the only knowledge to be served", "any",
            "as `spinegraph knowledge` prints it"),
    Setting("SPINEGRAPH_GUIDELINE", "packages of it that are offered", "all", "names of packages", ","),
    Setting("SPINEGRAPH_LOCAL", "where the article sends patients", "nowhere", "a YAML file"),
    Setting("SPINEGRAPH_SOURCES", "the documents, whose printed words are shown to everybody", "none", "a folder"),
    Setting("SPINEGRAPH_COMPARE", "what the knowledge is compared with", "none", "a git revision or a folder"),
    Setting("SPINEGRAPH_LOG_LEVEL", "what is logged: requests from `info` on", Settings.log_level, ", ".join(LOG_LEVELS)),
    Setting("SPINEGRAPH_PUBLIC_URL", "where all reach the service, with the prefix of a proxy", "unknown", "a URL"),
    Setting("SPINEGRAPH_ALLOW_ORIGINS", "web pages that may read answers", "[it depends](integrate.md#who-may-ask)",
            "origins, or `*`", ","),
    Setting("SPINEGRAPH_ALLOW_HOSTS", "names of the service besides those of this machine", "none", "names without ports", ","),
    Setting("SPINEGRAPH_TRUSTED_PROXIES", "proxies that say for whom they ask", "none", "addresses and networks", ","),
    Setting(operation_settings.TOKENS, "who may ask, each with a token", "everybody", "a TOML file"),
    Setting(audit_settings.STORE, "[where decisions are recorded](audit.md)", "nowhere",
            "an SQLite file, or a URL of PostgreSQL"),
    Setting(audit_settings.CASES, "whether cases and answers are recorded, too, or digests alone", "on", "on or off"),
    *_limits(operation_settings.RANGES, OPERATION, OperationSettings()),
    _number("SPINEGRAPH_MAX_BODY_BYTES", "bytes of the body of a case", MAX_BYTES, range(1, MAX_BYTES + 1)),
    _number("SPINEGRAPH_MAX_RECORD_BYTES", "bytes of a FHIR record", MOST_OF_A_RECORD, range(1, MOST_OF_A_RECORD + 1)),
    _number("SPINEGRAPH_BODY_SECONDS", "seconds for the body of a case to arrive", Settings.body_seconds, SECONDS),
    *_limits(sparql_settings.RANGES, SPARQL, QueryLimits()),
    _number("SPINEGRAPH_SPARQL_BODY_SECONDS", "seconds for the body of a query to arrive", 10, SECONDS),
    Setting("SPINEGRAPH_SPARQL_BACKEND", "another SPARQL service that answers instead", "none", "its query URL"),
    *_limits(validation_settings.RANGES, VALIDATION, ValidationLimits()),
    _number("SPINEGRAPH_VALIDATION_BODY_SECONDS", "seconds for the files to arrive", 20, SECONDS),
    Setting("SPINEGRAPH_VALIDATION_OWL", "whether requests may ask the OWL reasoner", "0", "0 or 1"),
    Setting(hooks_settings.AS_OF, "moment of a hook that names none", hooks_settings.NOW, "`now`, `none` or a date"),
    Setting("SPINEGRAPH_HOOKS_FEEDBACK", "where feedback about cards is kept", "none is taken", "an SQLite file"),
    Setting("SPINEGRAPH_HOOKS_CLIENTS", "who may call hooks: issuers and their keys", "everybody", "a JSON file"),
    Setting(hooks_settings.SERVERS, "FHIR servers that may be asked for what was not sent", "none", "origins", ","),
    Setting(hooks_settings.NETWORKS, "networks that are not public in which these may be", "none", "networks", ","),
    _number("SPINEGRAPH_HOOKS_FHIR_SECONDS", "seconds that they have together", HooksSettings.fhir_seconds, range(1, 61)),
    Setting("SPINEGRAPH_HOOKS_RATED", "interventions whose orders are rated (PAMA)", "none", "codes", ","),
    Setting("SPINEGRAPH_HOOKS_MECHANISM", "the identifier of this mechanism at CMS", "none", "its code"),
    Setting(smart_settings.CLIENT_ID, "as which client the SMART app is known; cards then link to it", "no app", "its id"),
    Setting(smart_settings.ISSUERS, "FHIR servers that may launch the SMART app", "none", "base URLs", ","),
    Setting(smart_settings.ORIGINS, "where they give tokens, and whose pages may show the app", "none", "origins", ","),
    _number("SPINEGRAPH_MCP_MAX_ANSWER_BYTES", "bytes of an answer to an assistant's query", McpSettings.max_answer_bytes,
            range(1024, 1 << 24)),
)  # fmt: skip
"""In the order in which they are listed."""
ELSEWHERE = ("SPINEGRAPH_DOT", "SPINEGRAPH_TRACEBACK")
"""Variables that other commands read."""


def table() -> str:
    """The settings as the table of docs/operate.md."""
    rows = [
        " | ".join((f"| {_in_file(one)}", f"`{one.variable}`", one.meaning, one.default, f"{one.bounds} |")) for one in SETTINGS
    ]
    return "\n".join(("| in the file | variable | meaning | default | may be |", "|---|---|---|---|---|", *rows))


def _in_file(setting: Setting) -> str:
    return "" if setting.variable == CONFIG else f"`{setting.key}`"
