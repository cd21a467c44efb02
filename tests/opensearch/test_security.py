"""Does the engine reach a cluster behind TLS, a password, an API key or AWS's signatures, and keep its secrets?

The proxies of the tests stand in for the security plugin, which Maven does not have.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import proxies
import pytest
import trustme
from proxies import AwsKey, Gate, Proxy, Received

from postdex_index.engine.opensearch.cluster import credentials
from postdex_index.engine.opensearch.cluster.connection import Cluster
from postdex_index.errors import EngineUnavailableError

#: No message, log or repr may hold a piece of these.
PASSWORD, API_KEY, SECRET_KEY = "hunter2-är:geheim北", "aHVudGVyMjprZXk=", "wJalrXUtnFEMI/K7MDENG+bPxRfiCY"
AWS = AwsKey("AKIDEXAMPLE", SECRET_KEY, "eu-central-1")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Whom the proxies have their certificates from."""
    return trustme.CA()


@pytest.fixture
def ca(authority: trustme.CA, tmp_path: Path) -> str:
    """The file of the authority's own certificate."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


@contextmanager
def guarded(hosts: list[str], authority: trustme.CA, gate: Gate, name: str = "127.0.0.1") -> Iterator[Proxy]:
    """The first node behind TLS and a gate."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(tls)
    with proxies.proxy(hosts[0], tls=tls, gate=gate) as server:
        yield server


def asked(host: str, **access: str) -> object:
    """What a cluster of this host and access answers to its first question."""
    environment = {f"POSTDEX_OPENSEARCH_{name.upper()}": value for name, value in access.items()}
    return Cluster(credentials.read({"POSTDEX_OPENSEARCH_HOSTS": host, **environment})).read(
        "GET", "/_cat/health", params={"format": "json"}
    )


@pytest.mark.parametrize(
    ("gate", "access"),
    [
        (proxies.open_gate, {}),
        (proxies.needs_password("reader", PASSWORD), {"user": "reader", "password": PASSWORD}),
        (proxies.needs_api_key(API_KEY), {"api_key": API_KEY}),
    ],
    ids=["tls", "password", "api key"],
)
def test_who_has_what_is_asked_for_is_let_in(
    hosts: list[str], authority: trustme.CA, ca: str, gate: Gate, access: Mapping[str, str]
) -> None:
    with guarded(hosts, authority, gate) as server:
        assert asked(server.host, ca=ca, **access)


@pytest.mark.parametrize(
    ("gate", "access", "message"),
    [
        (proxies.needs_password("reader", "another"), {"user": "reader", "password": PASSWORD}, "the user reader"),
        (proxies.needs_password("reader", PASSWORD), {}, "no credentials"),
        (proxies.needs_api_key("another"), {"api_key": API_KEY}, "the API key"),
    ],
    ids=["password", "nothing", "api key"],
)
def test_who_has_it_not_is_told_so(
    hosts: list[str],
    authority: trustme.CA,
    ca: str,
    gate: Gate,
    access: Mapping[str, str],
    message: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with guarded(hosts, authority, gate) as server:
        with pytest.raises(EngineUnavailableError) as error:
            asked(server.host, ca=ca, **access)
        said = f"{error.value} {error.value.hint} {error.value!r} {error.value.to_dict()} {caplog.text}"
        assert f"{server.host}: it does not let us in with {message}" in said
        holds_no_secret(said)


def holds_no_secret(text: str) -> None:
    """Fail if a text holds a secret, or half of one."""
    for secret in (PASSWORD, API_KEY, SECRET_KEY):
        assert secret[: len(secret) // 2] not in text and secret[len(secret) // 2 :] not in text, text


def test_a_stranger_s_certificate_is_refused(hosts: list[str], authority: trustme.CA, ca: str) -> None:
    """The system trusts no authority of a test; and a certificate is good for the name on it alone."""
    with guarded(hosts, authority, proxies.open_gate) as server:
        with pytest.raises(EngineUnavailableError, match="its certificate is not trusted"):
            asked(server.host)
        assert not server.requests
    with guarded(hosts, authority, proxies.open_gate, "elsewhere.example") as server:
        with pytest.raises(EngineUnavailableError, match="its certificate is not trusted"):
            asked(server.host, ca=ca)
        assert not server.requests


def test_a_host_without_tls_gets_no_credentials(hosts: list[str], authority: trustme.CA, ca: str) -> None:
    """What speaks plain HTTP where HTTPS was named is not asked anything."""
    with proxies.proxy(hosts[0]) as server:
        with pytest.raises(EngineUnavailableError, match="TLS failed") as error:
            asked(server.host.replace("http:", "https:"), ca=ca, user="reader", password=PASSWORD)
        assert not server.requests
        holds_no_secret(str(error.value))


def test_what_a_role_may_not_do_is_named(hosts: list[str], authority: trustme.CA, ca: str, prefix: str) -> None:
    with guarded(hosts, authority, proxies.reads_only("reader")) as server:
        assert asked(server.host, ca=ca)
        cluster = Cluster(credentials.read({"POSTDEX_OPENSEARCH_HOSTS": server.host, "POSTDEX_OPENSEARCH_CA": ca}))
        with pytest.raises(EngineUnavailableError, match=r"it forbids this to .* \(indices:data/write/bulk\)"):
            cluster.write("PUT", f"/{prefix}-index", {})


@pytest.mark.parametrize("service", ["es", "aoss"])
def test_requests_are_signed_for_aws(
    hosts: list[str], authority: trustme.CA, ca: str, prefix: str, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    """Each request of a session is signed as AWS's description says, whatever its path, query and body hold."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", AWS.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", AWS.secret_key)
    with guarded(hosts, authority, proxies.needs_signature(AWS._replace(service=service))) as server:
        environment = {
            "POSTDEX_OPENSEARCH_HOSTS": server.host, "POSTDEX_OPENSEARCH_CA": ca,
            "POSTDEX_OPENSEARCH_AWS_REGION": AWS.region, "POSTDEX_OPENSEARCH_AWS_SERVICE": service,
        }  # fmt: skip
        cluster = Cluster(credentials.read(environment))
        index = f"{prefix}-signed"
        cluster.write("PUT", f"/{index}", {"settings": {"number_of_replicas": 0}})
        document = {"title": "Zürich 北京", "n": 1}
        cluster.write("PUT", f"/{index}/_doc/a%2Bb", document, params={"refresh": "true", "routing": "a b+c/d"})
        answer = cluster.read("GET", f"/{index}/_doc/a%2Bb", params={"routing": "a b+c/d"})
        assert answer["_source"] == document
        assert len(server.requests) >= 3


def test_another_key_s_signature_is_refused(
    hosts: list[str], authority: trustme.CA, ca: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", AWS.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", AWS.secret_key)
    for other in (AWS._replace(secret_key="another"), AWS._replace(region="us-east-1"), AWS._replace(access_key="AB")):
        with guarded(hosts, authority, proxies.needs_signature(other)) as server:
            with pytest.raises(EngineUnavailableError) as error:
                asked(server.host, ca=ca, aws_region=AWS.region)
            holds_no_secret(f"{error.value} {error.value.hint} {error.value!r} {caplog.text}")


#: Two requests of AWS's own suite of tests for signatures, `get-vanilla` and `get-vanilla-query-order-key-case`.
SUITE_KEY = AwsKey("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service")
SUITE = (
    ("/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
)


@pytest.mark.parametrize(("path", "signature"), SUITE)
def test_the_check_of_signatures_checks(path: str, signature: str) -> None:
    """AWS's own examples pass, and nothing that differs from them."""
    scope = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"
    headers = {
        "host": "example.amazonaws.com",
        "x-amz-date": "20150830T123600Z",
        "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={signature}",
    }
    right = Received("GET", path, headers, b"")
    assert not proxies.wrong_signature(right, SUITE_KEY)
    for wrong in (
        right._replace(method="POST"), right._replace(path=path + "x"), right._replace(body=b"x"),
        right._replace(headers=headers | {"host": "elsewhere"}), right._replace(headers=headers | {"x-amz-a": "b"}),
    ):  # fmt: skip
        assert proxies.wrong_signature(wrong, SUITE_KEY)
    assert proxies.wrong_signature(right, SUITE_KEY._replace(secret_key="another"))
