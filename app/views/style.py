"""The one stylesheet. ``@NAME`` is a colour of the look, ``~8~`` is eight design pixels at the chosen text size."""

from __future__ import annotations

STYLE = """
QToolTip { background: @TEXT; color: @PAPER; border: none; padding: ~4~ ~8~; }

QPushButton { background: @PAPER; border: 1px solid @LINE; border-radius: ~4~; padding: 0 ~12~; min-height: ~30~; }
QPushButton:hover { background: @TINT; }
QPushButton:pressed { background: @LINE; }
QPushButton:focus { border-color: @ACCENT; }
QPushButton:checked { background: @TINT; border-color: @ACCENT; }
QPushButton:disabled { color: @GREY; background: @GROUND; }
QPushButton[look="primary"] { background: @ACCENT; border-color: @ACCENT; color: @PAPER; padding: 0 ~16~; }
QPushButton[look="primary"]:hover, QPushButton[look="primary"]:pressed { background: #155349; }
QPushButton[look="primary"]:focus { border: ~2~ solid @TEXT; }
QPushButton[look="primary"]:disabled { background: @GROUND; border-color: @LINE; color: @GREY; }
QPushButton[look="link"] { background: transparent; border: 1px solid transparent; color: @ACCENT; padding: 0 ~4~; }
QPushButton[look="link"]:hover { text-decoration: underline; }
QPushButton[look="link"]:focus { border-color: @ACCENT; }
QPushButton[look="fold"] { background: transparent; border: 1px solid transparent; text-align: left; padding: 0; }
QPushButton[look="fold"]:hover { color: @ACCENT; }
QPushButton[look="fold"]:focus { border-color: @ACCENT; }
QPushButton[look="tab"] { background: transparent; border: none; border-bottom: ~2~ solid transparent; border-radius: 0;
  color: @SECOND; padding: 0 ~8~; }
QPushButton[look="tab"]:hover { color: @TEXT; }
QPushButton[look="tab"]:checked { color: @ACCENT; border-bottom-color: @ACCENT; font-weight: 700; }
QPushButton[look="tab"]:focus { background: @TINT; }
QPushButton::menu-indicator { image: url(@ARROW); width: ~12~; height: ~12~; subcontrol-position: right center; right: ~6~; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: ~4~; padding: ~2~; }
QToolButton:hover { background: @TINT; }
QToolButton:focus { border-color: @ACCENT; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractSpinBox {
  background: @PAPER; border: 1px solid #B9C2BC; border-radius: ~4~; padding: 0 ~8~; selection-background-color: #BFDDD6;
  selection-color: @TEXT; }
QLineEdit, QComboBox, QAbstractSpinBox { min-height: ~30~; }
QPlainTextEdit, QTextEdit { padding: ~4~; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QAbstractSpinBox:focus { border: 1px solid @ACCENT; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { background: @GROUND; color: @SECOND; }
QLineEdit[fault="true"], QPlainTextEdit[fault="true"], QComboBox[fault="true"] { border-color: @RED; }
QComboBox::drop-down { border: none; width: ~24~; }
QComboBox::down-arrow { image: url(@ARROW); width: ~14~; height: ~14~; }
QComboBox QAbstractItemView { border: 1px solid @LINE; selection-background-color: @TINT; selection-color: @TEXT;
  outline: none; }

QAbstractItemView { border: 1px solid @LINE; outline: none; selection-background-color: @TINT; selection-color: @TEXT; }
QHeaderView { background: @PAPER; }
QHeaderView::section { background: @PAPER; color: @SECOND; border: none; border-bottom: 1px solid @LINE;
  padding: 0 ~12~; }
QTableCornerButton::section { background: @PAPER; border: none; }
QCheckBox::indicator, QRadioButton::indicator { width: ~16~; height: ~16~; }
QCheckBox, QRadioButton { spacing: ~8~; }
QScrollArea { border: none; background: transparent; }
QMenu { background: @PAPER; border: 1px solid @LINE; padding: ~4~ 0; }
QMenu::item { padding: ~6~ ~24~ ~6~ ~16~; }
QMenu::item:selected { background: @TINT; color: @TEXT; }
QMenu::item:disabled { color: @GREY; }
QMenu::separator { height: 1px; background: @LINE; margin: ~4~ 0; }

QScrollBar:vertical { background: transparent; width: ~12~; margin: 0; }
QScrollBar:horizontal { background: transparent; height: ~12~; margin: 0; }
QScrollBar::handle { background: #B9C2BC; border-radius: ~4~; margin: ~2~; }
QScrollBar::handle:hover { background: @GREY; }
QScrollBar::handle:vertical { min-height: ~32~; }
QScrollBar::handle:horizontal { min-width: ~32~; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QProgressBar { background: @LINE; border: none; border-radius: ~2~; max-height: ~4~; }
QProgressBar::chunk { background: @ACCENT; border-radius: ~2~; }

QLabel[look="second"], QLabel[look="help"] { color: @SECOND; }
QLabel[look="fault"] { color: @RED; }
QFrame[look="card"] { background: @PAPER; border: 1px solid @LINE; border-radius: ~4~; }
QFrame[look="line"] { background: @LINE; border: none; max-height: 1px; }
#nav { background: @PAPER; border: none; border-right: 1px solid @LINE; }
#navPlaces { background: @PAPER; }
QPushButton[look="nav"] { text-align: left; border: 1px solid transparent; border-radius: 0; padding: 0 ~12~ 0 ~12~;
  background: transparent; }
QPushButton[look="nav"]:hover { background: @GROUND; }
QPushButton[look="nav"]:checked { background: @TINT; color: @ACCENT; font-weight: 700; }
QPushButton[look="nav"]:focus { border-color: @ACCENT; }
#undoBar { background: @TEXT; border-radius: ~4~; }
#undoBar QLabel { color: @PAPER; }
#undoBar QPushButton { background: transparent; color: @PAPER; border: 1px solid @GREY; }
#undoBar QPushButton:hover { background: @SECOND; }
"""
