"""同步: how the exchange stands in words, now or by USB stick, and the cards by which PCs join."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from app.services import syncing
from app.services.rights import MACHINE
from app.services.standing import Standing, stand
from app.text import _
from app.views import dialogs
from app.views.context import Context, Said
from app.views.network_card import NetworkCard
from app.views.page import Page
from app.views.sync_preview import PreviewSheet, say_kinds
from app.views.tasks import Step
from app.views.watch import say_status, say_when

if TYPE_CHECKING:
    from app.services.syncing import Brought, SyncStatus
    from app.sync.usb import Exported, Preview

WIDEST = 860
TROUBLES = ("lacking", "waiting", "held", "forked", "skew")
"""Facts that are shown only where there is something to say."""


class SyncPage(Page):
    """Everything about the exchange; the figures are facts, asked for anew when shown."""

    help_topic = "sync"
    name = "sync"
    title = "同步"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.now_button = self.button(_("立即同步"), context.syncer.sync, icon="refresh-cw")
        self.export_button = self.button(_("导出到U盘"), self._export, icon="usb")
        self.import_button = self.button(_("从U盘导入"), self._import, icon="download")
        self.set_actions(self.now_button, [self.export_button, self.import_button])
        inner = QWidget()
        inner.setMaximumWidth(self.theme.px(WIDEST))
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(self.theme.px(16))
        self.standing: Standing | None = None
        self._work()
        self._facts()
        self._joining()
        self.network = NetworkCard(context)
        self._column.addWidget(self.network)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        self.body.addWidget(scroll, 1)
        context.watch.status_changed.connect(self._stands)
        context.watch.minute.connect(self._minute)
        context.syncer.moved.connect(self._moved)
        context.syncer.ended.connect(self._ended)
        self._stands(context.watch.status)
        self._ended(context.syncer.error)

    # -- laying out --------------------------------------------------------------------------------------------

    def _card(self, title: str) -> tuple[QFrame, QVBoxLayout]:
        px = self.theme.px
        card = QFrame()
        card.setProperty("look", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(px(24), px(16), px(24), px(16))
        column.setSpacing(px(12))
        heading = QLabel(title)
        heading.setFont(self.theme.font(15, semibold=True))
        column.addWidget(heading)
        self._column.addWidget(card)
        return card, column

    def _work(self) -> None:
        self.work, column = self._card(_("正在进行"))
        self.step_words = self._words(column)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("同步进度"))
        column.addWidget(self.bar)
        self.cancel_button = self.button(_("停止"), self.context.syncer.cancel)
        column.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.work.hide()

    def _facts(self) -> None:
        _card, column = self._card(_("交换情况"))
        self.facts: dict[str, QLabel] = {}
        self._rows: dict[str, QWidget] = {}
        labels = {
            "unsent": _("区里还没有的"), "sent": _("区里最后收到"), "heard": _("最后收到区里"),
            "lacking": _("还没有收到的"), "waiting": _("等待衔接"), "held": _("待采纳的修改"), "forked": _("记录不一致"),
            "skew": _("程序版本"), "error": _("上次同步"),
        }  # fmt: skip
        for code, label in labels.items():
            self._rows[code] = QWidget()
            row = QHBoxLayout(self._rows[code])
            row.setContentsMargins(0, 0, 0, 0)
            name = QLabel(label)
            name.setProperty("look", "second")
            name.setFixedWidth(self.theme.px(120))
            row.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
            self.facts[code] = QLabel()
            self.facts[code].setWordWrap(True)
            self.facts[code].setTextFormat(Qt.TextFormat.PlainText)
            row.addWidget(self.facts[code], 1)
            column.addWidget(self._rows[code])
        for code in TROUBLES:
            self._rows[code].hide()

    def _tell(self, code: str, text: str) -> None:
        """One fact; of troubles only those there are."""
        self.facts[code].setText(text)
        self._rows[code].setVisible(bool(text) or code not in TROUBLES)

    def _joining(self) -> None:
        _card, column = self._card(_("入网和其他电脑"))
        self.card_words = self._words(column)
        row = QHBoxLayout()
        row.setSpacing(self.theme.px(8))
        self.accept_button = self.button(_("接受入网卡…"), self._accept_card, icon="key")
        self.make_button = self.button(_("给另一台电脑发卡…"), self._make_card, icon="plus")
        self.mine_button = self.button(_("导出本机证书…"), self._certificate, icon="file-text")
        self.direct_button = self.button(_("导出给另一台电脑…"), self._export_direct, icon="usb")
        for one in (self.accept_button, self.make_button, self.mine_button, self.direct_button):
            row.addWidget(one)
        for one in (self.accept_button, self.make_button):
            self.context.allow(one, MACHINE)
        row.addStretch(1)
        column.addLayout(row)

    def _words(self, column: QVBoxLayout) -> QLabel:
        label = QLabel()
        label.setProperty("look", "second")
        label.setWordWrap(True)
        column.addWidget(label)
        return label

    # -- how it stands -----------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask how it stands."""
        self.context.watch.look_at_status()

    def _ask(self) -> None:
        if self.isVisible():
            job = partial(stand, self.context.workspace)
            self.context.tasks.run(job, self.show_standing, self._not_known, owner=self)

    def _not_known(self, error: Exception) -> None:
        dialogs.report(self, error)

    def show_standing(self, found: Standing) -> None:
        """What the district has not got yet and since when; what is in the way."""
        self.standing = found
        now = self.context.office.clock()
        n = found.status.unsent
        if not n:
            said = _("都已送达") if found.status.district_heard_at else _("没有")
        else:
            said = "\n".join(filter(None, (
                _("{n} 条修改：{kinds}", n=n, kinds=found.say_unsent()),
                _("最早一条：{when}", when=say_when(found.since, now)) if found.since else "",
            )))  # fmt: skip
        self._tell("unsent", said)
        self._tell("lacking", _("区里还有 {n} 条没有传过来", n=found.lacking) if found.lacking else "")
        waiting = [_("{n} 个同步包在等前面的内容", n=found.status.waiting), *found.waiting]
        self._tell("waiting", "\n".join(waiting) if found.status.waiting else "")
        held = _(
            "{m} 台电脑的 {n} 条修改还没有生效，请到“待处理”里决定是否采纳",
            m=found.status.held_pcs,
            n=found.status.held,
        )
        self._tell("held", held if found.status.held else "")
        self._tell("forked", "\n".join(found.forked))
        self._tell("skew", found.skew)
        self._last()

    @Slot()
    def _minute(self) -> None:
        self._stands(self.context.watch.status)

    @Slot(object)
    def _stands(self, status: SyncStatus | None) -> None:
        now = self.context.office.clock()
        self.now_button.setEnabled(status is not None and status.carded and not self.context.syncer.running)
        if status is None:
            return
        self.set_summary(say_status(status, now))
        never = _("还没有")
        self.facts["sent"].setText(say_when(status.district_heard_at, now) if status.district_heard_at else never)
        self.facts["heard"].setText(say_when(status.heard_district_at, now) if status.heard_district_at else never)
        self._ask()
        self.accept_button.setVisible(not status.carded)
        self.make_button.setVisible(not status.carded)
        self.card_words.setText(
            _("本机已经入网。也可以和本中心的另一台电脑用U盘直接交换：先取得它的证书文件。")
            if status.carded
            else _(
                "本机还没有入网，照常使用，数据都在本机。收到区里发的入网卡后在这里接受；没有区里的服务器时，由本中心第一台电脑给其他电脑发卡。"
            )
        )

    @Slot(object)
    def _moved(self, step: Step) -> None:
        self.work.show()
        self.now_button.setEnabled(False)
        self.bar.setRange(0, step.total)
        self.bar.setValue(step.done)
        sent = _("已交换 {done} 条，共 {total} 条", done=step.done, total=step.total) if step.total else ""
        self.step_words.setText(step.text or sent)

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        self.work.setVisible(self.context.syncer.running)
        self._stands(self.context.watch.status)

    def _last(self) -> None:
        """How the last exchange by network ended, and what mends it."""
        last, now = self.standing.last if self.standing is not None else None, self.context.office.clock()
        if last is None:
            said = _("还没有联网同步过")
        elif not last.error:
            said = _("{when}，顺利完成", when=say_when(last.at, now))
        else:
            said = "\n".join(filter(None, (_("{when}，没有完成", when=say_when(last.at, now)), last.error, last.mend)))
        self._tell("error", said)

    # -- by stick ----------------------------------------------------------------------------------------------

    def _offered(self, what: str) -> str:
        return f"{what}-{self.context.office.clock():%Y%m%d-%H%M}.shuniu"

    @Slot()
    def _export(self) -> None:
        path = dialogs.choose_save_file(self, _("导出到U盘"), self._offered(_("枢纽")), _("同步包 (*.shuniu)"))
        if path is not None:
            self._write(path, None)

    @Slot()
    def _export_direct(self) -> None:
        certificate = dialogs.choose_open_file(self, _("选择那台电脑的证书文件"), _("所有文件 (*)"))
        if certificate is None:
            return
        path = dialogs.choose_save_file(self, _("导出给另一台电脑"), self._offered(_("枢纽")), _("同步包 (*.shuniu)"))
        if path is not None:
            self._write(path, certificate)

    def _write(self, path: Path, certificate: Path | None) -> None:
        job = partial(syncing.export, self.context.workspace, path, certificate)
        self.context.tasks.run(job, self._exported, owner=self)

    @Slot(object)
    def _exported(self, done: Exported) -> None:
        self.context.watch.look_at_status()
        dialogs.inform(self, _("已经写好"), done.message)

    @Slot()
    def _import(self) -> None:
        path = dialogs.choose_open_file(self, _("从U盘导入"), _("同步包 (*.shuniu);;所有文件 (*)"))
        if path is not None:
            self.preview(path)

    def preview(self, path: Path) -> None:
        """Show what a file would bring, and import it after a confirm."""
        job = partial(syncing.show, self.context.workspace, path)
        self.context.tasks.run(job, partial(self._previewed, path), owner=self)

    def _previewed(self, path: Path, preview: Preview) -> None:
        if PreviewSheet(self, preview, self.context.office.clock()).run():
            job = partial(syncing.bring, self.context.workspace, path)
            self.context.tasks.run(job, self._imported, owner=self)

    @Slot(object)
    def _imported(self, brought: Brought) -> None:
        facts = brought.facts
        if brought.renewed is not None:
            self.context.renew(brought.renewed)
        if facts["missing"]:
            dialogs.inform(self, _("还缺前面的内容，先放着"), "\n".join(facts["missing"]))
        elif not facts["applied"]:
            self.context.said.emit(Said(_("这些内容以前都收到过，没有新的。")))
        else:
            said = _("已导入：{kinds}", kinds=say_kinds(facts["kinds"])) if facts["kinds"] else _("已导入")
            self.context.wrote(facts["kinds"], "。".join(filter(None, (said, facts.get("notice", "")))))
        self.context.watch.look_at_status()

    # -- cards -------------------------------------------------------------------------------------------------

    @Slot()
    def _accept_card(self) -> None:
        path = dialogs.choose_open_file(self, _("选择入网卡"), _("所有文件 (*)"))
        if path is not None:
            self.context.join_wanted.emit(path)

    @Slot()
    def _make_card(self) -> None:
        name = _("入网卡") + ".shuniu-card"
        path = dialogs.choose_save_file(self, _("给另一台电脑发卡"), name, _("入网卡 (*.shuniu-card)"))
        if path is not None:
            job = partial(syncing.make_card, self.context.workspace, path)
            self.context.tasks.run(job, self._card_made, owner=self)

    @Slot(object)
    def _card_made(self, letters: str) -> None:
        text = _(
            "新电脑的代号是 {letters}。请在那台电脑第一次打开枢纽时选择这个文件。一张卡只能用一次。", letters=letters
        )
        dialogs.inform(self, _("入网卡已经写好"), text)

    @Slot()
    def _certificate(self) -> None:
        name = _("证书") + f"-{self.context.office.letters}.shuniu-cert"
        path = dialogs.choose_save_file(self, _("导出本机证书"), name, _("证书 (*.shuniu-cert)"))
        if path is not None:
            job = partial(syncing.write_certificate, self.context.workspace, path)
            self.context.tasks.run(job, self._certificate_written, owner=self)

    @Slot(object)
    def _certificate_written(self, _nothing: None) -> None:
        self.context.said.emit(Said(_("本机证书已经写好。另一台电脑导出给本机时要用它。")))
