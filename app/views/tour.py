"""The tour: the main job end to end, unattended: real windows, real slips, a real district, two PCs, a conflict."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from app import text
from app.errors import EnvironmentFault, Refusal
from app.paths import resource
from app.services import reading, slips, syncing, writing
from app.services.findings import findings
from app.services.rooms import import_rooms
from app.services.settling import conflicts, settle
from app.text import _
from app.views import tour_data as made_up
from app.views.stage import Stage
from app.views.tour_windows import first_run, more_windows
from app.workspace import Workspace


@dataclass
class Tour:
    """One run: what was made, and the numbered pictures."""

    out: Path
    say: Callable[[str], None]
    today: date = field(default_factory=date.today)
    ids: dict[str, str] = field(default_factory=dict)
    rooms: list[str] = field(default_factory=list)
    pictures: int = 0
    pdfs: int = 0
    server: str = ""

    def run(self) -> None:
        """All of it; raises where anything does not hold."""
        started = time.monotonic()
        first = Workspace.create(
            self.out / "pc1/data", self.out / "pc1/config", made_up.STREET, made_up.CENTER, user=made_up.USER
        )
        office = first.office.acting(made_up.USER)
        self.rooms = import_rooms(office, resource("sample", "rooms_yangpu.csv"))
        self.say(_("设立 {center}，导入 {n} 个真实活动室为场地", center=made_up.CENTER, n=len(self.rooms)))
        self._register(office)
        self._book(office)
        self._events(office)
        self._print(office)
        first.index()
        with Stage(first, made_up.USER) as stage:
            self._before(stage, first)
            self._windows(stage)
        first.close()
        server = self._district()
        try:
            self._exchange()
        finally:
            server.terminate()
            server.wait(20)
        took = time.monotonic() - started
        self.say(_("完成：{p} 张截图、{n} 份单据，用时 {s:.0f} 秒", p=self.pictures, n=self.pdfs, s=took))

    # records

    def _register(self, office: Any) -> None:
        for kind, lines in (("organization", made_up.ORGANIZATIONS), ("team", made_up.TEAMS)):
            for line in lines:
                values = dict(line)
                if "cert_to" in values:
                    values["cert_to"] = made_up.from_today(self.today, values["cert_to"])
                self.ids[values["name"]] = writing.save(office, kind, values).id
        self.say(_("登记 {n} 家社会组织、{m} 支团队", n=len(made_up.ORGANIZATIONS), m=len(made_up.TEAMS)))

    def _book(self, office: Any) -> None:
        lines = made_up.bookings(self.today)
        for room, start, end, purpose, client, status in lines:
            values = {"venue": self.rooms[room], "start": start, "end": end, "purpose": purpose, "status": status,
                      "client": self.ids[str(client)], "headcount": 20, "contact_name": "欧阳娜娜",
                      "contact_phone": "13800005555"}  # fmt: skip
            self.ids[f"booking:{start}:{room}"] = writing.save(office, "booking", values).id
        room, start, end, *_rest = lines[0]
        try:
            writing.save(office, "booking", {"venue": self.rooms[room], "start": start, "end": end})
        except Refusal as refusal:
            fault = refusal.faults[0]
            self.say(
                _("预约 {n} 场；再约同一时段被拒绝：{error}。{mend}", n=len(lines), error=fault.error, mend=fault.mend)
            )
        else:
            raise AssertionError("a taken room was booked twice")

    def _events(self, office: Any) -> None:
        tomorrow = made_up.from_today(self.today, "+1")
        training = writing.save(
            office, "training",
            {"title": "社会组织财务规范培训", "training_kind": "finance", "start": f"{tomorrow}T13:30", "capacity": 10,
             "end": f"{tomorrow}T16:30", "place": "时代花园社区老年活动室", "teacher": "区㭕英", "hours": 3},
        ).id  # fmt: skip
        notices: list[str] = []
        for number, name in enumerate(made_up.PUPILS):
            values = {"training": training, "name": name, "unit": made_up.ORGANIZATIONS[number % 4]["name"],
                      "phone": f"138000066{number:02d}"}  # fmt: skip
            notices += writing.save(office, "enrolment", values).notices
        activity = writing.save(
            office, "activity",
            {"title": "殷行社区邻里节", "category": "culture_sports", "start": f"{tomorrow}T09:00",
             "end": f"{tomorrow}T11:30", "host": "殷行晨曦合唱队", "place": "开鲁公园广场", "planned_participants": 200,
             "content": "合唱、太极拳展示、编织义卖。", "funding_source": "社区公益基金会资助",
             "safety_plan": "设安全员四名，医疗点一处，雨天改在室内。", "leader_name": "单𬯀", "leader_phone": "13800003333"},
        ).id  # fmt: skip
        for name in made_up.PUPILS[:5]:
            writing.save(office, "participant", {"activity": activity, "name": name, "role": "volunteer"})
        case = writing.save(
            office, "service_case",
            {"service_type": "reg_guidance", "channel": "visit", "client_kind": "preparing_group",
             "client_name": "市光助老服务队(筹)", "contact_name": "逄𬀩", "contact_phone": "13800007777",
             "request_text": "咨询成立社会服务机构的条件、开办资金和需要准备的材料。",
             "response_text": "已发放登记指导一次性告知单，约定下周核对材料。", "due_on": made_up.from_today(self.today, "+5")},
        ).id  # fmt: skip
        self.ids |= {"training": training, "activity": activity, "case": case}
        self.say(_("培训报名 {n} 人：{notice}", n=len(made_up.PUPILS), notice=notices[-1]))

    def _print(self, office: Any) -> None:
        booking = next(record for name, record in self.ids.items() if name.startswith("booking:"))
        wanted = (("booking", booking), ("activity", self.ids["activity"]), ("training", self.ids["training"]),
                  ("service_case", self.ids["case"]))  # fmt: skip
        names = []
        for kind, record in wanted:
            form, label = slips.forms_of(kind)[0]
            self.pdfs += 1
            (self.out / f"slip-{self.pdfs}-{kind}.pdf").write_bytes(slips.render(office, kind, record))
            slips.printed(office, kind, record, form)
            names.append(label)
        self.say(_("打印 {names}", names="、".join(names)))

    # windows

    def picture(self, stage: Stage, name: str, window: Any = None) -> None:
        """The next numbered screenshot."""
        self.pictures += 1
        stage.save(self.out / f"{self.pictures:02d}-{name}.png", window)

    def _before(self, stage: Stage, workspace: Workspace) -> None:
        """What a person meets before the main window: the set-up of a PC, and the sign-in."""
        from app.views.sign_in import SignIn

        first_run(self, stage)
        window = SignIn(workspace, stage.tasks, stage.context.theme)
        window.show()
        stage.settle(300)
        self.picture(stage, "sign-in", window)
        window.hide()
        window.deleteLater()

    def _windows(self, stage: Stage) -> None:
        stage.shell.start()
        stage.settle(1900)
        self.picture(stage, "today")
        stage.go("calendar", venue=None, day=self.today.isoformat())
        self.picture(stage, "calendar-day")
        stage.go("calendar", venue=self.rooms[0], day=self.today.isoformat())
        self.picture(stage, "calendar-week")
        for kind in ("booking", "venue", "organization", "team"):
            stage.go("list", kind=kind)
            self.picture(stage, f"list-{kind}")
        booking = next(record for name, record in self.ids.items() if name.startswith("booking:"))
        stage.context.open_record("booking", booking)
        stage.settle(450)
        self.picture(stage, "form-booking")
        page: Any = stage.shell.page
        page.show_history()
        stage.settle(450)
        self.picture(stage, "history")
        stage.context.back()
        stage.context.new_record(
            "booking", {"venue": self.rooms[0], "start": f"{self.today}T10:00", "end": f"{self.today}T12:00"}
        )
        stage.settle(450)
        form: Any = stage.shell.page
        form.save_button.click()
        stage.settle(450)
        self.picture(stage, "form-refused")
        stage.go("list", kind="training")
        stage.shell.search()
        stage.settle(300)
        stage.type(stage.shell.palette_.line, "yinhang")  # type: ignore[union-attr]
        stage.settle(600)
        self.picture(stage, "search")
        stage.shell.palette_.dismiss()  # type: ignore[union-attr]
        more_windows(self, stage)
        self._phone(stage)
        self.say(_("窗口：今日、日历、列表、表单、历史、拒绝、查找，共 {n} 张截图", n=self.pictures))

    def _phone(self, stage: Stage) -> None:
        """A booking by telephone, without the mouse."""
        from app.views.keyboard import Call, Hands, phone_booking
        from app.views.records.slip_preview import SlipSheet

        stage.go("today")
        stage.shell.activateWindow()
        stage.until(stage.shell.isActiveWindow)
        stage.context.paper, stage.expected = self.out / "phone.pdf", SlipSheet
        hands = Hands(stage.shell, stage.until)
        tomorrow = made_up.from_today(self.today, "+1")
        call = Call("sdhy", f"{tomorrow[5:7]}{tomorrow[8:]}", "2", "2h", "20", "cxhc", "hcd")
        booked = reading.get(stage.context.office, "booking", phone_booking(hands, call))
        stage.context.paper, stage.expected = None, None
        assert (self.out / "phone.pdf").read_bytes().startswith(b"%PDF"), (
            "the slip of the phone booking was not printed"
        )
        self.picture(stage, "phone-booking")
        made = f"{booked.display('venue')} {booked.display('start')} {booked.title}"
        self.say(_("只用键盘完成一次电话预约并打印：{made}，从 Ctrl+K 到打印共按键 {n} 次", made=made, n=hands.count))

    # the district and the second PC

    def _program(self, *arguments: str) -> list[str]:
        """The program's own command line, over the district's folder."""
        program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]
        folder = self.out / "district"
        return [*program, "--data", str(folder / "data"), "--config", str(folder / "config"), "district", *arguments]

    def _district(self) -> subprocess.Popen[bytes]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.server = f"http://127.0.0.1:{port}"
        street = made_up.STREET
        init = ("init", "--district", street[:6], "--name", "杨浦区社会组织服务中心")
        cards = [("card", "--street", street, "--server", self.server, "--out", str(self.out / f"{pc}.card"))
                 for pc in ("pc1", "pc2")]  # fmt: skip
        for command in (init, *cards):
            subprocess.run(self._program(*command), check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen(self._program("serve", "--port", str(port)))
        for _try in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return server
            except OSError:
                time.sleep(0.05)
        server.kill()
        raise EnvironmentFault(_("区服务器没有启动。"), _("请检查本机网络。"))

    def _exchange(self) -> None:
        first = Workspace.join(self.out / "pc1/data", self.out / "pc1/config", self.out / "pc1.card")
        second = Workspace.join(self.out / "pc2/data", self.out / "pc2/config", self.out / "pc2.card")
        try:
            result = syncing.sync(first)
            assert result.complete, "the first exchange did not come to its end"
            self.say(_("与区里联网同步：送出 {n} 条，收到 {m} 条", n=result.sent, m=result.received))
            self._by_usb(first, second)
            with Stage(first, made_up.USER) as stage:
                self._conflict(stage, first, second)
            self._otherwise(first)
        finally:
            first.close()
            second.close()

    def _otherwise(self, workspace: Workspace) -> None:
        """The same in English, and with the largest text."""
        chosen = text.language()
        text.use("en")
        try:
            for name, size in (("english", "standard"), ("english-huge", "huge")):
                with Stage(workspace, made_up.USER, size) as stage:
                    stage.shell.start()
                    stage.settle(1900)
                    self.picture(stage, name)
        finally:
            text.use(chosen)

    def _by_usb(self, first: Workspace, second: Workspace) -> None:
        certificate, stick = self.out / "pc2.cert", self.out / "usb.shuniu"
        syncing.write_certificate(second, certificate)
        done = syncing.export(first, stick, certificate)
        received = syncing.import_(second, stick)
        assert reading.count(second.office, "venue") == len(self.rooms)
        self.say(_("第二台电脑用U盘导入 {n} 条修改（{kb} KB）", n=received.applied, kb=done.size // 1024))

    def _conflict(self, stage: Stage, first: Workspace, second: Workspace) -> None:
        name = made_up.ORGANIZATIONS[0]["name"]
        record = self.ids[name]
        writing.save(first.office.acting(made_up.USER), "organization", {"phone": "65430001"}, record)
        writing.save(second.office.acting("陈立"), "organization", {"phone": "65430002"}, record)
        slot = {"venue": self.rooms[6], "start": f"{self.today}T09:00", "end": f"{self.today}T10:00"}
        for pc, client in ((first, "市光编织社"), (second, "开鲁太极拳队")):
            writing.save(pc.office, "booking", slot | {"client": self.ids[client], "purpose": "排练"})
        for pc in (first, second, first):
            syncing.sync(pc)
        shown = [conflicts(pc.office) for pc in (first, second)]
        clashes = [f for f in findings(first.office) if f.code == "clash"]
        assert len(shown[0]) == 1, "one conflict is expected"
        assert shown[0] == shown[1], "both PCs show the same conflict"
        assert len(clashes) == 1, "one clash is expected"
        stage.context.wrote({"organization", "booking"})
        stage.go("todo")
        stage.settle(2200)
        self.picture(stage, "todo")
        settle(second.office.acting("陈立"), "organization", record, "phone", value="65430002")
        loser = reading.rows(first.office, "booking", list(clashes[0].ids))[0].id
        winner = next(one for one in clashes[0].ids if one != loser)
        writing.save(first.office.acting(made_up.USER), "booking", {"yields_to": winner}, loser)
        for pc in (second, first, second):
            assert syncing.sync(pc).complete, "an exchange did not come to its end"
        for kind in ("organization", "booking", "venue"):
            assert _everything(first, kind) == _everything(second, kind), f"{kind} differs"
        assert conflicts(first.office) == conflicts(second.office) == []
        assert first.check() == second.check() == []
        self.say(_("两台电脑离线改同一电话、订同一场地：冲突和撞场都列出；处理后两台电脑与区里一致"))
        stage.context.wrote({"organization", "booking"})
        stage.go("sync")
        stage.settle(1900)
        self.picture(stage, "sync")
        for page in ("bin", "settings"):
            stage.go(page)
            self.picture(stage, page)


def _everything(workspace: Workspace, kind: str) -> list[Any]:
    ids = sorted(reading.ids(workspace.office, kind))
    return [row.values for row in reading.rows(workspace.office, kind, ids)]


MARK = "tour.txt"
"""What the tour said; its presence says that the folder is a tour's and may be made anew."""


def run(out: Path, say: Callable[[str], None]) -> None:
    """Run the tour into ``out``; an earlier tour there is made anew, anything else is left alone."""
    if (out / "pc1").exists() and not (out / MARK).exists():
        raise Refusal.of("out", _("{folder} 里有别的数据", folder=out), _("请另选文件夹"))
    for folder in ("pc1", "pc2", "pc3", "district"):
        shutil.rmtree(out / folder, ignore_errors=True)
    for pattern in ("[0-9][0-9]-*.png", "slip-*.pdf", "phone.pdf", "pc?.card", "pc?.cert", "usb.shuniu"):
        for file in out.glob(pattern):
            file.unlink()
    out.mkdir(parents=True, exist_ok=True)
    with (out / MARK).open("w", encoding="utf-8") as told:

        def both(line: str) -> None:
            told.write(line + "\n")
            say(line)

        Tour(out, both).run()
