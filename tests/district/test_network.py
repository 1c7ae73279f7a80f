"""Offices reach their district through proxies and by certificates of an own authority (design.md §7)."""

from __future__ import annotations

import json
import logging
import socket
import stat
from collections.abc import Callable
from typing import Any

import pytest

from app.errors import EnvironmentFault, Refusal
from app.services import networking, syncing
from app.sync.network import Network, Settings
from tests.district.fronts import AUTHORITY, TLS, proxying, tls_front
from tests.district.serving import free_port
from tests.sync.world import Pc, World

SECRET = "sésame-密码"


def port_of(world: World) -> int:
    return int(world.server.rsplit(":", 1)[1])


def at(world: World, server: str) -> Pc:
    """A PC whose card says that the district is at ``server``."""
    plain, world.server = world.server, server
    pc = world.carded("a")
    world.server = plain
    return pc


def set_to(pc: Pc, settings: Settings) -> None:
    networking.change(pc.workspace.machine, settings)


def test_the_exchange_goes_through_tls_with_an_authority_of_the_office(served: World) -> None:
    with tls_front(port_of(served), "good.pem") as front:
        pc = at(served, f"https://127.0.0.1:{front}")
        with pytest.raises(EnvironmentFault, match="网络证书不可信") as refused:
            syncing.sync(pc.workspace)
        assert "选择区里给的证书文件" in refused.value.mend
        set_to(pc, Settings().trusting(AUTHORITY.read_bytes()))
        pc.put(name="大厅")
        assert syncing.sync(pc.workspace).complete
        assert "有答复" in networking.try_out(pc.workspace.machine, networking.settings(pc.workspace.machine))


@pytest.mark.parametrize(
    ("certificate", "said"), [("expired.pem", "过期了，或者还没有生效"), ("elsewhere.pem", "是别的网站的")]
)
def test_what_is_wrong_with_a_certificate_is_told(served: World, certificate: str, said: str) -> None:
    with tls_front(port_of(served), certificate) as front:
        pc = at(served, f"https://127.0.0.1:{front}")
        with pytest.raises(EnvironmentFault, match=said):
            networking.try_out(pc.workspace.machine, Settings().trusting(AUTHORITY.read_bytes()))


def test_a_server_without_tls_where_tls_was_expected_is_told(served: World) -> None:
    pc = at(served, served.server.replace("http:", "https:"))
    with pytest.raises(EnvironmentFault, match="建立不了加密连接"):
        networking.try_out(pc.workspace.machine, Settings())


def test_the_exchange_goes_through_a_proxy_that_knows_who_we_are(served: World, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    with proxying(port_of(served), f"王小明:{SECRET}") as (proxy, address):
        pc = at(served, "http://district.example")
        set_to(pc, Settings().through(address))
        with pytest.raises(EnvironmentFault, match="代理服务器要用户名和密码"):
            syncing.sync(pc.workspace)
        set_to(pc, Settings().through(address, "王小明", SECRET))
        pc.put(name="大厅")
        assert syncing.sync(pc.workspace).complete
        assert proxy.asked
        assert all(line.startswith("POST http://district.example/exchange ") for line in proxy.asked)
    assert SECRET not in caplog.text


def test_tls_goes_through_a_proxy_as_a_tunnel(served: World) -> None:
    with tls_front(port_of(served), "good.pem") as front, proxying(front, f"a:{SECRET}") as (proxy, address):
        pc = at(served, f"https://localhost:{front}")
        settings = Settings().trusting(AUTHORITY.read_bytes())
        with pytest.raises(EnvironmentFault, match="代理服务器要用户名和密码"):
            networking.try_out(pc.workspace.machine, settings.through(address))
        set_to(pc, settings.through(address, "a", SECRET))
        assert syncing.sync(pc.workspace).complete
        assert proxy.asked[0].startswith(f"CONNECT localhost:{front} ")


def test_a_proxy_that_is_not_there_or_does_not_let_us_through_is_told(served: World) -> None:
    pc = at(served, "https://district.example")
    with pytest.raises(EnvironmentFault, match="连不上代理服务器"):
        networking.try_out(pc.workspace.machine, Settings().through(f"http://127.0.0.1:{free_port()}"))
    refusing = proxying(port_of(served), refuses=True)
    with refusing as (_proxy, address), pytest.raises(EnvironmentFault, match="代理服务器没有接通"):
        networking.try_out(pc.workspace.machine, Settings().through(address))


def test_the_proxy_of_the_system_is_used_and_what_runs_here_is_reached_without(
    served: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with proxying(port_of(served), f"a:{SECRET}") as (proxy, address):
        monkeypatch.setenv("http_proxy", address.replace("//", "//a:s%C3%A9same-%E5%AF%86%E7%A0%81@"))
        pc = at(served, "http://district.example")
        assert syncing.sync(pc.workspace).complete
        assert proxy.asked
    assert Settings().network(served.server).proxy is None
    set_to(pc, Settings(proxy="none"))
    assert networking.network(pc.workspace.machine) == Network()


def test_what_does_not_answer_as_a_server_of_ours_is_told(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pc = at(served, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(EnvironmentFault, match="连不上区服务器 http"):
        networking.try_out(pc.workspace.machine, Settings(proxy="none"))

    def unknown(*_asked: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    elsewhere = World(served.folder / "elsewhere", server="http://district.example")
    stray = elsewhere.carded("b")
    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(EnvironmentFault, match=r"查不到“district\.example”这个名字"):
            networking.try_out(stray.workspace.machine, Settings(proxy="none"))
    elsewhere.close()
    from tests.district.fronts import listening

    def portal(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n<html>login!")

    with listening(portal) as port:
        elsewhere = World(served.folder / "portal", server=f"http://127.0.0.1:{port}")
        with pytest.raises(EnvironmentFault, match="答复不是枢纽服务器的"):
            networking.try_out(elsewhere.carded("c").workspace.machine, Settings())
        elsewhere.close()


def test_without_a_card_there_is_nothing_to_try(workspace: Any) -> None:
    with pytest.raises(Refusal, match="还没有区里的入网卡"):
        networking.try_out(workspace.machine, Settings())


@pytest.mark.parametrize(
    ("proxy", "said"),
    [
        ("socks5://proxy.example:1080", "只能用 http 或 https 的代理"),
        ("proxy.example:3128", "只能用 http 或 https 的代理"),
        ("http://:3128", "代理地址不对"),
        ("http://proxy.example:port", "代理地址不对"),
        ("http://proxy.example:3128/there", "代理地址不对"),
    ],
)
def test_an_address_that_is_none_is_refused(proxy: str, said: str) -> None:
    with pytest.raises(Refusal, match=said) as refused:
        Settings().through(proxy)
    assert "http://proxy.example:3128" in refused.value.faults[0].mend


def test_a_file_that_is_no_certificate_is_refused_and_both_spellings_of_one_are_read() -> None:
    import ssl

    pem = AUTHORITY.read_bytes()
    der = ssl.PEM_cert_to_DER_cert(pem.decode())
    assert Settings().trusting(der).authority == "Shuniu Test Authority（有效至 2120-01-01）"
    assert Settings().trusting(pem).authority == Settings().trusting(der).authority
    assert Settings().trusting(pem).trusting(b"").ca == ""
    for data in (b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", (TLS / "good.pem").read_bytes()):  # fmt: skip
        with pytest.raises(Refusal, match="不是证书颁发机构的证书"):
            Settings().trusting(data)


def test_settings_are_kept_for_their_owner_only_and_a_broken_file_is_told(workspace: Any) -> None:
    settings = Settings().through(f"http://u:{SECRET}@proxy.example:3128")
    assert (settings.proxy, settings.user, settings.password) == ("http://proxy.example:3128", "u", SECRET)
    assert SECRET not in repr(settings) + repr(settings.network("http://district.example"))
    networking.change(workspace.machine, settings)
    (file,) = workspace.machine.folder.glob("network.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert networking.settings(workspace.machine) == settings
    file.write_text("{")
    with pytest.raises(EnvironmentFault, match="网络设置读不出来"):
        networking.settings(workspace.machine)


def test_the_command_sets_and_shows_them_and_never_the_password(center: Callable[..., Any], tmp_path: Any) -> None:
    shown = center("network")
    assert shown.line == {"proxy": "system", "user": "", "password": False, "ca": "", "server": ""}
    done = center("network", "--proxy", "http://proxy.example:3128", "--user", "u", "--password-stdin",
                  "--ca", AUTHORITY, stdin=f"{SECRET}\n")  # fmt: skip
    assert done.code == 0, done.err
    assert done.line["password"] is True
    again = center("network", "--show")
    assert SECRET not in done.out + done.err + again.out
    assert (again.line["proxy"], again.line["user"]) == ("http://proxy.example:3128", "u")
    assert "Shuniu Test Authority" in again.line["ca"]
    (file,) = tmp_path.rglob("network.json")
    assert json.loads(file.read_text())["password"] == SECRET
    in_argv = center("network", "--proxy", "http://u:geheim@proxy.example:3128")
    assert (in_argv.code, "--password-stdin" in in_argv.err, "geheim" in in_argv.err) == (1, True, False)
    assert center("network", "--user", "u").code == 2
    assert center("network", "--ca", tmp_path / "no.pem").code == 1
    assert center("network", "--try").code == 1
    assert center("network", "--proxy", "none", "--no-ca").line["ca"] == ""
