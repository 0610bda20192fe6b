"""The files in deploy/, read by the programs they are for, or checked against what those publish."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
INSTALLED = "/opt/treadle/venv/bin/treadle"
MANIFESTS = ["settings.yaml", "migrate.yaml", "server.yaml", "worker.yaml", "autoscaling.yaml"]
GRACE, LEAVING = 20, 10
"""What a worker has to stop by default, and what its parent adds to it."""


def tool(name: str) -> str:
    """A program on PATH or beside this Python; the test is skipped where there is none."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed here: the file was not checked")
    return found


def said_by(*command: str | Path) -> str:
    done: subprocess.CompletedProcess[str] = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text()))


@pytest.mark.parametrize("unit", ["treadle-server.service", "treadle-worker.service"])
def test_systemd_finds_nothing_to_say_about_the_units(tmp_path: Path, unit: str) -> None:
    analyze = tool("systemd-analyze")
    # It also looks whether the program is there.
    (tmp_path / unit).write_text((DEPLOY / "systemd" / unit).read_text().replace(INSTALLED, sys.executable))

    assert said_by(analyze, "verify", tmp_path / unit) == ""


def test_supervisor_reads_its_programs(tmp_path: Path) -> None:
    if find_spec("supervisor") is None:
        pytest.skip("supervisor is not installed here: the file was not checked")
    config = (DEPLOY / "supervisor" / "treadle.conf").read_text()
    config = config.replace("user=treadle\n", "").replace("/var/log/treadle", str(tmp_path)).replace("/opt/treadle\n", f"{tmp_path}\n")
    (tmp_path / "supervisord.conf").write_text(f"[supervisord]\n{config}")
    read = (
        "import sys, json; from supervisor.options import ServerOptions; o = ServerOptions(); o.realize(sys.argv[1:]);"
        " print(json.dumps({p.name: [p.command, p.stopwaitsecs] for g in o.process_group_configs for p in g.process_configs}))"
    )

    programs = json.loads(said_by(sys.executable, "-W", "ignore", "-c", read, "-c", tmp_path / "supervisord.conf").splitlines()[-1])

    assert programs["treadle-server"] == [f"{INSTALLED} server", 15]
    assert programs["treadle-worker"] == [f"{INSTALLED} worker --processes 2", 45]


def test_pm2_starts_a_server_and_workers() -> None:
    node = tool("node")
    program = f"console.log(JSON.stringify(require({json.dumps(str(DEPLOY / 'pm2' / 'ecosystem.config.js'))})))"

    apps = json.loads(said_by(node, "-e", program))["apps"]

    assert [app["args"] for app in apps] == ["server", "worker --processes 2"]
    assert all(app["script"] == INSTALLED and app["interpreter"] == "none" and not app["treekill"] for app in apps)
    assert apps[1]["kill_timeout"] > (GRACE + LEAVING) * 1000


def test_the_dockerfile_has_no_findings() -> None:
    assert said_by(tool("hadolint"), DEPLOY / "docker" / "Dockerfile") == ""


def test_the_image_gets_all_that_the_build_reads() -> None:
    ignored = (DEPLOY / "docker" / "Dockerfile.dockerignore").read_text().splitlines()
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    sources = {source.strip("/") for source in build["targets"]["sdist"]["include"]}
    not_built = {"tests", "docs", "deploy", "scripts", "benchmarks", "mkdocs.yml", "Makefile", "CONTRIBUTING.md"}

    missing = [source for source in sorted(sources - not_built) if f"!{source}" not in ignored]

    assert {"src", "frontend", "hatch_build.py"} <= sources - not_built
    assert missing == []


def test_the_compose_file_fits_its_published_schema() -> None:
    said_by(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", DEPLOY / "docker" / "compose.yaml")
    [compose] = documents("docker/compose.yaml")

    assert compose["services"]["worker"]["deploy"]["replicas"] == 2
    assert compose["services"]["worker"]["stop_grace_period"] == "45s"


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_kubernetes_manifests_fit_the_published_schemas(manifest: str) -> None:
    said = said_by(tool("kubernetes-validate"), "--strict", DEPLOY / "kubernetes" / manifest)

    assert said.count("passed for resource") == len(documents(f"kubernetes/{manifest}"))


def test_kustomize_puts_all_manifests_together() -> None:
    together = list(yaml.safe_load_all(said_by(tool("kubectl"), "kustomize", DEPLOY / "kubernetes")))

    assert len(together) == sum(len(documents(f"kubernetes/{manifest}")) for manifest in MANIFESTS)


@pytest.mark.parametrize("manifest", ["migrate.yaml", "server.yaml", "worker.yaml"])
def test_pods_run_as_nobody_and_are_not_given_addresses_as_settings(manifest: str) -> None:
    pod = documents(f"kubernetes/{manifest}")[0]["spec"]["template"]["spec"]
    [container] = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    # Kubernetes would set TREADLE_PORT=tcp://… for the service called treadle.
    assert pod["enableServiceLinks"] is False


def test_a_worker_has_longer_to_stop_than_its_nodes() -> None:
    pod = documents("kubernetes/worker.yaml")[0]["spec"]["template"]["spec"]
    unit = (DEPLOY / "systemd" / "treadle-worker.service").read_text()
    supervisor = (DEPLOY / "supervisor" / "treadle.conf").read_text()

    assert pod["terminationGracePeriodSeconds"] > GRACE + LEAVING
    assert int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1]) > GRACE + LEAVING  # type: ignore[index]
    assert max(int(seconds) for seconds in re.findall(r"^stopwaitsecs=(\d+)$", supervisor, re.MULTILINE)) > GRACE + LEAVING


def test_the_autoscaler_looks_at_a_metric_that_there_is() -> None:
    [scaler] = documents("kubernetes/autoscaling.yaml")
    name = scaler["spec"]["metrics"][0]["external"]["metric"]["name"]

    assert f"`{name}`" in (ROOT / "docs" / "metrics.md").read_text()


def test_the_alerts_are_rules_about_metrics_that_there_are_and_stand_in_the_documentation() -> None:
    [groups] = documents("prometheus/alerts.yaml")
    rules = [rule for group in groups["groups"] for rule in group["rules"]]
    metrics, page = ((ROOT / "docs" / name).read_text() for name in ("metrics.md", "alerts.md"))

    assert {name for rule in rules for name in re.findall(r"treadle_\w+", rule["expr"]) if f"`{name}`" not in metrics} == set()
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [rule["alert"] for rule in rules]
    said_by(tool("promtool"), "check", "rules", DEPLOY / "prometheus" / "alerts.yaml")


def test_nginx_reads_its_file(tmp_path: Path) -> None:
    """It also binds what it is to listen on, and makes its folders."""
    nginx, openssl = tool("nginx"), tool("openssl")
    said_by(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key", "-out", tmp_path / "cert", "-subj", "/CN=x")
    site = (DEPLOY / "nginx" / "treadle.conf").read_text().replace("listen 443", f"listen unix:{tmp_path}/s")
    site = site.replace("listen 80", f"listen unix:{tmp_path}/p")
    site = re.sub(r"/etc/\S+/fullchain.pem", str(tmp_path / "cert"), re.sub(r"/etc/\S+/privkey.pem", str(tmp_path / "key"), site))
    folders = "".join(f"{name}_temp_path {tmp_path}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{ access_log off;\n{folders}{site}}}\n")

    assert "test is successful" in said_by(nginx, "-t", "-c", tmp_path / "nginx.conf")


def test_caddy_reads_its_file() -> None:
    said_by(tool("caddy"), "validate", "--adapter", "caddyfile", "--config", DEPLOY / "caddy" / "Caddyfile")


def test_each_file_is_named_in_the_documentation() -> None:
    page = (ROOT / "docs" / "deployment.md").read_text()
    files = [str(file.relative_to(ROOT)) for file in DEPLOY.rglob("*") if file.is_file()]

    assert [file for file in files if file not in page] == []
