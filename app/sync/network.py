"""How one PC reaches the server: proxy and certificate authority, kept in its own configuration (design.md §7)."""

from __future__ import annotations

import base64
import contextlib
import json
import ssl
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from app.errors import EnvironmentFault, Refusal
from app.sync.machine import write_safely
from app.text import _

STALL = 30.0
"""Seconds without a byte after which the connection counts as cut; the whole may take as long as it needs."""
NONE, SYSTEM = "none", "system"
_FILE = "network.json"
_HERE = ("localhost", "127.0.0.1", "::1")
_TUNNEL = "Tunnel connection failed"


@dataclass(frozen=True)
class Network:
    """How to reach the server: a proxy and who we are to it, an own certificate authority (PEM), the stall limit."""

    proxy: str | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str = field(default="", repr=False)
    stall: float = STALL

    @contextlib.contextmanager
    def pool(self, server: str) -> Iterator[urllib3.PoolManager]:
        """One connection to ``server``, kept open over the rounds of a sync, and closed with it whatever happened."""
        manager = self._manager(server)
        try:
            yield manager
        finally:
            keys = manager.pools.keys()  # this container is no mapping to walk through
            for key in keys:
                manager.pools[key].close()

    def _manager(self, server: str) -> urllib3.PoolManager:
        secure = any((address or "").startswith("https:") for address in (server, self.proxy))
        context = self._trust() if secure else None  # reading the system's authorities takes its time
        options: dict[str, Any] = {
            "num_pools": 1, "maxsize": 1, "retries": False, "ssl_context": context,
            "timeout": urllib3.Timeout(connect=min(10.0, self.stall), read=self.stall),
        }  # fmt: skip
        if not self.proxy:
            return urllib3.PoolManager(**options)
        headers = {}
        if self.user:
            said = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            headers["Proxy-Authorization"] = f"Basic {said}"
        return urllib3.ProxyManager(self.proxy, proxy_headers=headers, proxy_ssl_context=context, **options)

    def _trust(self) -> ssl.SSLContext:
        """The authorities that the system trusts, and the own one."""
        context = ssl.create_default_context()
        if self.ca:
            context.load_verify_locations(cadata=self.ca)
        return context


@dataclass(frozen=True)
class Settings:
    """What a person set for this PC. Never synced, never in logs."""

    proxy: str = SYSTEM
    """``system``, ``none``, or the address of a proxy."""
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str = field(default="", repr=False)
    """An own certificate authority, PEM; beside those that the system trusts."""

    @classmethod
    def load(cls, folder: Path) -> Settings:
        """The settings of this PC; as the system has it where nothing was set."""
        try:
            raw = json.loads((folder / _FILE).read_text("utf-8"))
            return cls(*(str(raw[name]) for name in ("proxy", "user", "password", "ca")))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EnvironmentFault(_("本机的网络设置读不出来。"), _("请重新设置代理和证书。")) from error

    def save(self, folder: Path) -> None:
        """Keep them in the machine's folder, readable by its owner only."""
        try:
            write_safely(folder / _FILE, json.dumps(asdict(self), ensure_ascii=False, indent=1).encode())
        except OSError as error:
            raise EnvironmentFault(_("本机的网络设置写不进去。"), _("请检查文件夹权限和磁盘空间。")) from error

    def through(self, proxy: str, user: str = "", password: str = "") -> Settings:
        """These settings with another proxy; raises :class:`Refusal` where its address cannot be read."""
        if proxy in (NONE, SYSTEM):
            return replace(self, proxy=proxy, user="", password="")
        address, named, secret = _split(proxy)
        return replace(self, proxy=address, user=user or named, password=password or secret)

    def trusting(self, data: bytes) -> Settings:
        """These settings with another own authority, PEM or DER; empty for none. Raises :class:`Refusal` where it is no
        certificate."""
        return replace(self, ca=_pem(data) if data else "")

    def network(self, server: str, stall: float = STALL) -> Network:
        """How to reach ``server`` by these settings. What runs on this PC itself is not asked of the system's proxy."""
        if self.proxy == NONE:
            return Network(ca=self.ca, stall=stall)
        if self.proxy != SYSTEM:
            return Network(self.proxy, self.user, self.password, self.ca, stall)
        parts = urlsplit(server)
        host = parts.hostname or ""
        proxies = getproxies()
        found = proxies.get(parts.scheme) or proxies.get("all") or ""
        if not found or host in _HERE or proxy_bypass(host):
            return Network(ca=self.ca, stall=stall)
        try:
            address, user, password = _split(found if "://" in found else f"http://{found}")
        except Refusal as refusal:
            raise EnvironmentFault(
                _("系统里设置的代理用不了：{why}。", why=refusal.faults[0].error), _("请改为不用代理，或填写代理地址。")
            ) from None
        return Network(address, user, password, self.ca, stall)

    @property
    def authority(self) -> str:
        """Whom the own certificate names, and until when it is good; nothing where there is none."""
        if not self.ca:
            return ""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=self.ca)
        names = []
        for found in context.get_ca_certs():
            subject = {key: value for part in found.get("subject", ()) for key, value in part}  # type: ignore[misc]
            name = subject.get("commonName") or subject.get("organizationName") or "?"
            until = str(found.get("notAfter", ""))
            names.append(_("{name}（有效至 {until}）", name=name, until=_day(until)) if until else str(name))
        return "、".join(names)


def _day(text: str) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC).strftime("%Y-%m-%d")


def _split(text: str) -> tuple[str, str, str]:
    """The address of a proxy without, and its user name and password."""
    mend = _("请按 http://proxy.example:3128 的样子填写")
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Refusal.of("proxy", _("代理地址不对"), mend) from None
    if parts.scheme not in ("http", "https"):
        raise Refusal.of("proxy", _("只能用 http 或 https 的代理"), mend)
    if not host or any(letter.isspace() for letter in host) or parts.path.strip("/") or parts.query:
        raise Refusal.of("proxy", _("代理地址不对"), mend)
    name = f"[{host}]" if ":" in host else host
    address = urlunsplit((parts.scheme, f"{name}:{port}" if port else name, "", "", ""))
    return address, unquote(parts.username or ""), unquote(parts.password or "")


def _pem(data: bytes) -> str:
    """A certificate as PEM; checked."""
    try:
        text = data.decode("ascii") if b"-----BEGIN CERTIFICATE" in data else ssl.DER_cert_to_PEM_cert(data)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=text)
        found = bool(context.get_ca_certs())
    except (ValueError, ssl.SSLError):
        found, text = False, ""
    if not found:
        raise Refusal.of("ca", _("这个文件不是证书颁发机构的证书"), _("请向区里要 .pem 或 .crt 文件"))
    return text


def fault(error: Exception, server: str) -> EnvironmentFault | None:
    """What stands in the way, in words; None where the connection broke in the middle and is worth another try."""
    if isinstance(error, ProxyError) or _TUNNEL in str(error):
        return _proxy_fault(error)
    if isinstance(error, SSLError):
        return _certificate_fault(error, server)
    if isinstance(error, LocationParseError):
        return EnvironmentFault(_("区服务器的地址不对：{server}。", server=server), _("请向区里要一张新的入网卡。"))
    if isinstance(error, NameResolutionError):
        host = urlsplit(server).hostname or server
        return EnvironmentFault(_("连不上区服务器：查不到“{host}”这个名字。", host=host), _("请检查网线和网络，或改用U盘交换。"))  # fmt: skip
    if isinstance(error, (ConnectTimeoutError, NewConnectionError, MaxRetryError)):
        return EnvironmentFault(_("连不上区服务器 {server}。", server=server), _("请检查网络，或改用U盘交换。"))
    if isinstance(error, (HTTPError, OSError)):
        return None
    raise error


def proxy_login() -> EnvironmentFault:
    """The proxy asks who we are."""
    return EnvironmentFault(
        _("代理服务器要用户名和密码，或者不认现在的。"), _("请在网络设置里填写代理的用户名和密码。")
    )


def _proxy_fault(error: Exception) -> EnvironmentFault:
    said = f"{error} {getattr(error, 'original_error', '')}"
    if "407" in said:
        return proxy_login()
    if _TUNNEL in said:
        return EnvironmentFault(_("代理服务器没有接通区服务器。"), _("请问单位的网络管理员，是否允许访问区服务器。"))
    return EnvironmentFault(_("连不上代理服务器。"), _("请检查代理设置；不用代理时请选“不用代理”。"))


def _certificate_fault(error: SSLError, server: str) -> EnvironmentFault:
    """An office sees three: out of date (or this PC's clock is), for another name, of an authority it does not know."""
    said = str(error)
    if "expired" in said or "not yet valid" in said:
        return EnvironmentFault(_("区服务器 {server} 的网络证书过期了，或者还没有生效。", server=server), _("请先核对本机的日期；日期没错就联系区里的管理员。"))  # fmt: skip
    if "Hostname mismatch" in said or "doesn't match" in said or "IP address mismatch" in said:
        return EnvironmentFault(_("区服务器 {server} 的网络证书是别的网站的。", server=server), _("请核对服务器地址；如需登录网络，请先登录。"))  # fmt: skip
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return EnvironmentFault(_("区服务器 {server} 的网络证书不可信。", server=server), _("如果区里用自己的证书，请在网络设置里选择区里给的证书文件。"))  # fmt: skip
    return EnvironmentFault(_("和区服务器 {server} 建立不了加密连接。", server=server), _("请核对服务器地址是 http 还是 https，或联系区里的管理员。"))  # fmt: skip
