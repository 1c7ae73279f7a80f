"""What a form page says about its record: conflict, bin, published, a draft, or changed by others meanwhile."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.models.registry import KINDS
from app.services import directory, drafts
from app.services.drafts import Draft
from app.services.merging import unmerge
from app.services.sample import DEMO
from app.services.writing import Saved
from app.text import _, listed
from app.views.context import Said
from app.views.records.conflict import ConflictSheet
from app.views.records.directory_panel import DirectoryPanel
from app.views.records.form_jobs import Loaded

if TYPE_CHECKING:
    from app.views.records.form_page import FormPage


class FormNotes(QObject):
    """The banners of one form page."""

    def __init__(self, page: FormPage) -> None:
        super().__init__(page)
        self.page, self.context, self.banners = page, page.context, page.banners
        self._draft: Draft | None = None
        self._fresh: Loaded | None = None
        self._found: Loaded | None = None

    def about(self, found: Loaded) -> None:
        """What is to be known about a record that was just loaded."""
        for name in list(self.banners.shown):
            self.banners.drop(name)
        row = found.row
        if barred := self.page.saving.barred:
            self.banners.put("barred", _("只能查看：{why}。", why=barred))
        if row is not None and row.deleted:
            banner = self.banners.put("deleted", _("这条记录在回收站里，只能查看。"))
            banner.offer(_("恢复"), self.page.restore)
        elif found.published:
            banner = self.banners.put("published", _("这是区里下发的记录，只能查看。"))
            if found.adopted is not None:
                banner.offer(_("据此建立本中心的记录"), self.adopt)
        if row is not None and row.owner == DEMO:
            self.banners.put("sample", _("这是演示数据：只在本机，不会上报，清除演示数据时一起去掉。"))
        self._stands(found)
        if row is not None and row.conflicts:
            text = _("有 {n} 处被两台电脑改成了不同的内容，两个值都留着。", n=row.conflicts)
            self.banners.put("conflict", text, serious=True).offer(_("处理冲突"), self.settle)
        self._found = found
        if found.entry is not None and found.entry.differences and not self.page.read_only:
            panel = DirectoryPanel(self.page.theme, found.entry)
            panel.taken.connect(self.take_over)
            self.banners.place("directory", panel)
        self._draft = found.draft if not self.page.read_only else None
        if self._draft is not None:
            when = self._draft.at.replace("T", " ")
            banner = self.banners.put("draft", _("上次填到一半没有保存（{when}）。", when=when))
            banner.offer(_("接着填"), self.bring_back)
            banner.offer(_("不要了"), self.drop_draft)

    def _stands(self, found: Loaded) -> None:
        """Merged into another record, or others into this one."""
        if found.standing.into is not None:
            record_id, title = found.standing.into
            text = _("这条记录已并入“{title}”，只能查看。原来指向它的内容都算在那一条上。", title=title)
            banner = self.banners.put("merged", text)
            banner.offer(_("打开那一条"), self._open_other).setProperty("record", record_id)
            banner.offer(_("取消合并"), self.unmerge)
        elif found.standing.merged:
            titles = listed(f"“{title}”" for _id, title in found.standing.merged[:3])
            text = _("有 {n} 条记录并入了这一条：{titles}", n=len(found.standing.merged), titles=titles)
            banner = self.banners.put("merged", text)
            several = len(found.standing.merged) > 1
            for at, (record_id, _title) in enumerate(found.standing.merged[:3], 1):
                banner.offer(_("看第{n}条", n=at) if several else _("查看"), self._open_other).setProperty(
                    "record", record_id
                )

    @Slot()
    def _open_other(self) -> None:
        self.context.open_record(self.page.kind.name, str(self.sender().property("record")))

    @Slot()
    def unmerge(self) -> None:
        """Take the merge of this record back."""
        if self.page.record_id is not None:
            job = partial(unmerge, self.context.office, self.page.kind.name, self.page.record_id)
            self.context.tasks.run(job, self._unmerged, self.page.saving.refused, owner=self)

    def _unmerged(self, saved: Saved) -> None:
        self.page.ready = False
        self.context.wrote(KINDS, _("已取消合并"), saved.op)
        self.page.refresh()

    @Slot()
    def settle(self) -> None:
        """Settle the conflicts of the record."""
        if self.page.record_id is not None:
            ConflictSheet(self.page, self.context, self.page.kind, self.page.record_id).open()

    @Slot()
    def adopt(self) -> None:
        """Begin a record of the center's own with what the directory says."""
        if self._found is not None and self._found.adopted is not None:
            self.context.new_record(self.page.kind.name, dict(self._found.adopted))

    @Slot(object)
    def take_over(self, names: tuple[str, ...]) -> None:
        """Take the district's values: written at once, or into the form where something is typed already."""
        page, entry = self.page, self._found.entry if self._found is not None else None
        if entry is None or page.record_id is None:
            return
        if page.dirty:
            page.form.put({d.field.name: d.value for d in entry.differences if d.field.name in names}, {})
            self.context.said.emit(Said(_("已填入表中，保存后生效。")))
            return
        job = partial(directory.take_over, self.context.office, page.record_id, names, seen=page.seen)
        self.context.tasks.run(job, self._took, page.saving.refused, owner=page)

    def _took(self, saved: Saved) -> None:
        self.page.ready = False  # our own writing is no news to this form
        self.context.wrote(frozenset({self.page.kind.name}), _("已采用区名录的内容"), saved.op)
        self.page.refresh()

    @Slot()
    def bring_back(self) -> None:
        """Show what was typed before; what had been seen then counts, not what stands there now."""
        if self._draft is not None:
            self.page.form.put(self._draft.values, self._draft.titles)
            self.page.seen.update({name: list(stamps) for name, stamps in self._draft.seen.items()})
            self.banners.drop("draft")

    @Slot()
    def drop_draft(self) -> None:
        """The draft is not wanted."""
        self.banners.drop("draft")
        page = self.page
        self.context.tasks.run(partial(drafts.forget, self.context.office, page.kind.name, page.record_id), self._gone)

    def _gone(self, _nothing: None) -> None:
        self._draft = None

    def fresh(self, found: Loaded) -> None:
        """Records of this kind were written while the form is open: was it this one?"""
        page = self.page
        page.show_related(found)
        if found.row is None or page.row is None or found.row.seen == page.row.seen:
            if found.row is not None and page.row is not None and found.row.conflicts != page.row.conflicts:
                page.loaded(found)
            return
        if not page.dirty:
            page.loaded(found)
            self.banners.put("fresh", _("这条记录刚才在别处改过，已显示新的内容。"))
            return
        self._fresh = found
        banner = self.banners.put("fresh", _("这条记录刚才在别处改过。您填的内容不会丢，也不会盖掉别人的。"))
        banner.offer(_("显示新的内容"), self.take_fresh)

    @Slot()
    def take_fresh(self) -> None:
        """Show the new values in the fields that were not typed into; those keep what had been seen."""
        page, found = self.page, self._fresh
        if found is None or found.row is None:
            return
        values, faults = page.form.read()
        kept = {*values, *(fault.field for fault in faults)}
        kept_fields = {page.kind.log_field(name) for name in kept}
        masked = {name for name, box in page.form.boxes.items() if box.masked}
        rest = [name for name in page.form.boxes if name not in kept]
        page.form.load(found.row, masked=True, only=[name for name in rest if name in masked])
        page.form.load(found.row, masked=False, only=[name for name in rest if name not in masked])
        for name, stamps in found.row.seen.items():
            if name not in kept_fields:
                page.seen[name] = list(stamps)
        page.row, self._fresh = found.row, None
        self.banners.drop("fresh")
