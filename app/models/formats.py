"""Formats of what people type: text, names, phones, credit codes, ID numbers; and how personal values are masked.

Pure functions. A validator takes the typed text and returns the normalised text, or raises :class:`FormatFault`.
Sources: domain.md B2 (GB 32100-2015, GB 11714), B3 (GB 11643-1999), B4 (names, phones), B12 (masks), F traps 1 to 3.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from app.text import _

USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))
_USCC_TYPES: Final = {"51": "social_group", "52": "service_org", "53": "foundation"}
_USCC_MISREAD: Final = {"O": "0", "I": "1", "S": "5", "Z": "2"}
_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS: Final = "10X98765432"
_PROVINCE: Final = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_DASHES: Final = "-‐‑‒–—―−－"
_HALF: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(map(ord, _DASHES), "-")
_NONCHARACTERS: Final = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_FORBIDDEN: Final = re.compile(f"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NONCHARACTERS}]")
_NAME_DOTS: Final = "•・‧．"
_ONE_DOT: Final = "·"
_CJK: Final = "㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
_ORG_DOT: Final = re.compile(f"(?<=[{_CJK}])[{_NAME_DOTS}](?=[{_CJK}])")
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_LANDLINE: Final = re.compile(
    r"(?:(?P<area>010|02\d|0[3-9]\d{2})-?)?(?P<number>[1-9]\d{2,3}-?\d{4})(?:[-转](?P<extension>\d{1,6}))?"
)
_TOLL_FREE: Final = re.compile(r"(?P<number>[48]00-?\d{3,4}-?\d{3,4})(?:[-转](?P<extension>\d{1,6}))?")
_SERVICE: Final = re.compile(r"1\d{2}|1\d{4,5}|9\d{4,5}")
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)
_ADDRESS: Final = re.compile(
    "[^0-9０-９号室栋幢座路弄]+(?:路(?:[0-9０-９一二三四五六七八九十百千]+弄)?|弄|(?<=大)道|街(?!道))"
)
_HIDDEN: Final = "****"
_COMPOUND_SURNAME: Final = re.compile(
    "欧阳|上官|司马|司徒|司空|司寇|诸葛|夏侯|皇甫|尉迟|公孙|公冶|公羊|公西|公良|慕容|令狐|宇文|长孙|轩辕|端木|东方|东郭|东门|西门|南宫|"
    "南门|呼延|万俟|闻人|濮阳|淳于|单于|太叔|申屠|仲孙|钟离|鲜于|闾丘|亓官|颛孙|宰父|谷梁|拓跋|夹谷|段干|百里|羊舌|微生|梁丘|左丘|乐正|"
    "漆雕|壤驷|澹台|赫连|独孤|尔朱|耶律|完颜|叶赫|第五|巫马|子车|宗政|贺兰|哥舒|纳兰"
)


class FormatFault(ValueError):
    """Text that does not have its format: ``error`` says what is wrong, ``mend`` what to do (both visible Chinese)."""

    def __init__(self, error: str, mend: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.mend = mend


def clean_text(value: str, *, multiline: bool = False) -> str:
    """``value`` as typed without outer white space; no normalisation of characters (domain.md B4).

    One line: a tab becomes a space, an inner line break is refused. Several lines: CR LF, CR, U+2028 and U+2029
    become LF, tabs stay. Raises :class:`FormatFault` naming U+XXXX and the 1-based place in what was typed for
    control characters, lone surrogates and noncharacters.
    """
    forbidden = _FORBIDDEN.search(value)
    if forbidden:
        at = forbidden.start() + 1
        raise FormatFault(
            _("第 {at} 个字符不能保存（U+{code}）", at=at, code=f"{ord(forbidden[0]):04X}"),
            _("请删去第 {at} 个字符后重新填写", at=at),
        )
    if multiline:
        return re.sub("\r\n|[\r\u2028\u2029]", "\n", value).strip()
    text = value.strip()
    broken = re.search("[\r\n\u2028\u2029]", text)
    if broken:
        at = broken.start() + 1 + len(value) - len(value.lstrip())
        raise FormatFault(
            _("第 {at} 个字符是换行（U+{code}），这里只能填一行", at=at, code=f"{ord(broken[0]):04X}"),
            _("请改成一行"),
        )
    return text.replace("\t", " ")


def person_name(value: str) -> str:
    """A personal name; the separator is always U+00B7, without blanks around it (民委发〔2016〕33号, domain.md B4).

    Runs of blanks, the ideographic space included, become one space. No limit of length. Raises
    :class:`FormatFault` for invisible characters (Unicode category Cf: zero-width, bidi controls) and for an empty name.
    """
    return re.sub(rf" *[{_NAME_DOTS}{_ONE_DOT}] *", _ONE_DOT, _name(value))


def organization_name(value: str) -> str:
    """The name of an organization: as :func:`person_name`, but a separator is changed only between two Chinese
    characters, where it stands in a name; beside Latin letters (a brand) it stays as registered."""
    return _ORG_DOT.sub(_ONE_DOT, _name(value))


def visible_text(value: str) -> str:
    """A line of text without characters that cannot be seen (Unicode category Cf): names and titles of all kinds."""
    text = clean_text(value)
    if text.isprintable():
        return text
    lead = len(value) - len(value.lstrip())
    for at, char in enumerate(text, 1 + lead):
        if unicodedata.category(char) == "Cf":
            raise FormatFault(
                _("第 {at} 个字符看不见（U+{code}）", at=at, code=f"{ord(char):04X}"),
                _("请删去这个字符，或重新键入名称"),
            )
    return text


def _name(value: str) -> str:
    text = visible_text(value)
    text = re.sub(r"\s+", " ", text).strip()
    if not text:
        raise FormatFault(_("没有填写名称"), _("请填写名称"))
    return text


def _half(value: str) -> str:
    """Full-width letters, digits and signs as ASCII; all kinds of dash as ``-``."""
    return clean_text(value).translate(_HALF)


def _bare(value: str) -> str:
    """As :func:`_half`, upper case, without blanks and dashes."""
    return re.sub(r"[\s-]", "", _half(value)).upper()


def phone(value: str) -> str:
    """One telephone number (domain.md B4): a mobile as 11 digits, a Shanghai landline as 8 digits or 021-12345678,
    another area as 0571-12345678, an extension as ``-123``; 400 and 800 numbers and service numbers as digits.

    Accepts full-width digits, blanks, dashes, +86, brackets round the area code and 转. Raises :class:`FormatFault`.
    """
    text = re.sub(r"\s", "", _half(value)).replace("分机", "转").replace("转-", "转").replace("-转", "转")
    text = re.sub(r"^\((0\d{2,3})\)", r"\1-", text)
    text = re.sub(r"^(?:\+86|0086|86(?=1[3-9]\d{9}$))-?", "", text)
    example = _("请填 11 位手机号，或 8 位固定电话，例如 021-65980000")
    for at, char in enumerate(text, 1):
        if not (char.isascii() and char.isdigit()) and char not in "-转":
            raise FormatFault(
                _("电话号码里有“{char}”（第 {at} 位）", char=char, at=at), _("一栏只填一个号码；") + example
            )
    digits = text.replace("-", "")
    if _MOBILE.fullmatch(digits) or _SERVICE.fullmatch(digits):
        return digits
    for pattern in (_TOLL_FREE, _LANDLINE):
        match = pattern.fullmatch(text)
        if match and (match["number"][0] != "1" or text.startswith("0")):
            number = match["number"].replace("-", "")
            area = "" if pattern is _TOLL_FREE else match["area"] or ""
            if (pattern is _TOLL_FREE and len(number) == 10) or _local(area, number):
                return "-".join(part for part in (area, number, match["extension"]) if part)
    if "转" not in text and digits.startswith("1") and len(digits) != 11 and len(digits) > 7:
        raise FormatFault(_("手机号应为 11 位，现为 {n} 位", n=len(digits)), _("请核对有无多字或少字"))
    if len(digits) == 11 and digits.startswith("1"):
        raise FormatFault(_("手机号第 2 位应为 3 到 9"), _("请核对号码"))
    if digits.startswith("021"):
        raise FormatFault(_("上海固定电话区号后应为 8 位，现为 {n} 位", n=len(digits) - 3), example)
    raise FormatFault(_("不像电话号码（{n} 位）", n=len(digits.replace("转", ""))), example)


def _local(area: str, number: str) -> bool:
    return len(number) == 8 or (len(number) == 7 and len(area) == 4)


def postcode(value: str) -> str:
    """A six-digit postcode; full-width digits and blanks are mended. Raises :class:`FormatFault`."""
    text = _bare(value)
    if not re.fullmatch(r"[0-9]{6}", text):
        raise FormatFault(_("邮政编码应为 6 位数字"), _("例如 200433"))
    return text


def email(value: str) -> str:
    """One mail address in ASCII; full-width signs are mended. Raises :class:`FormatFault`."""
    text = _half(value)
    if not _EMAIL.fullmatch(text) or ".." in text or text.startswith(".") or ".@" in text:
        raise FormatFault(_("不是邮箱地址"), _("一栏只填一个，例如 fuwu@example.cn"))
    return text


def uscc(value: str) -> str:
    """A unified social credit code as 18 capitals and digits (GB 32100-2015, domain.md B2).

    Accepts lower case, full-width characters, blanks and dashes; never changes O or I itself, only says so. Any
    area code is accepted, abolished ones are valid for ever; see :func:`uscc_warnings`. Raises :class:`FormatFault`.
    """
    code = _bare(value)
    wrong = [(at, char) for at, char in enumerate(code, 1) if char not in USCC_ALPHABET]
    if wrong:
        error = _("、").join(_("第{at}位“{char}”不是信用代码用的字符", at=at, char=char) for at, char in wrong[:3])
        swaps = [(at, char, _USCC_MISREAD[char]) for at, char in wrong if char in _USCC_MISREAD]
        mend = _("、").join(_("第{at}位字母 {char} 可能应为数字 {digit}", at=a, char=c, digit=d) for a, c, d in swaps)
        raise FormatFault(error, mend or _("信用代码只用数字和除 I、O、S、V、Z 以外的大写字母"))
    if len(code) != 18:
        raise FormatFault(_("信用代码应为 18 位，现为 {n} 位", n=len(code)), _("请核对有无多字或少字"))
    right = _uscc_check(code)
    if code[17] != right:
        raise FormatFault(_("第18位校验码应为 {check}，现为 {found}", check=right, found=code[17]), _("请逐位核对证书"))
    return code


def _uscc_check(code: str) -> str:
    total = sum(USCC_ALPHABET.index(char) * weight for char, weight in zip(code, _USCC_WEIGHTS, strict=False))
    return USCC_ALPHABET[-total % 31]


def uscc_warnings(value: str) -> list[str]:
    """Doubts about a valid code, one Chinese sentence each: authority, category, area, organisation code.

    They never refuse (domain.md B2): the check character of GB 11714 (places 9 to 17), a registering authority or
    category the standard does not list, an area code that is not digits of a province. Raises as :func:`uscc`.
    """
    code = uscc(value)
    doubts: list[str] = []
    if code[0] not in "123456789ANY":
        doubts.append(_("第1位“{char}”不是已知的登记管理部门", char=code[0]))
    elif code[0] == "5" and code[1] not in "1239":
        doubts.append(_("第2位“{char}”不是民政登记的常见类别", char=code[1]))
    area = code[2:8]
    if not area.isdigit() or (area != "100000" and not _PROVINCE.match(area)):
        doubts.append(_("第3至8位“{area}”不像行政区划代码", area=area))
    total = sum(int(char, 36) * weight for char, weight in zip(code[8:16], _ORG_WEIGHTS, strict=True))
    right = "0123456789X0"[11 - total % 11]
    if code[16] != right:
        doubts.append(_("第17位（组织机构代码校验）应为 {check}，现为 {found}", check=right, found=code[16]))
    return doubts


def uscc_type(value: str) -> str | None:
    """``social_group``, ``service_org`` or ``foundation`` by the first two characters of a valid code registered by
    civil affairs (51, 52, 53), else None. Never raises."""
    try:
        return _USCC_TYPES.get(uscc(value)[:2])
    except FormatFault:
        return None


def resident_id(value: str, *, today: date) -> str:
    """A resident ID number, 18 places, X in capitals (GB 11643-1999, domain.md B3).

    Length, real date, 1900 <= birth <= ``today``, check digit. The area is never a reason to refuse: the standard
    libraries turn away most elderly people of the suburbs for it. Raises :class:`FormatFault`.
    """
    code = _bare(value)
    for at, char in enumerate(code, 1):
        if char not in "0123456789" and not (char == "X" and at == len(code) == 18):
            raise FormatFault(
                _("第{at}位“{char}”不是数字", at=at, char=char), _("身份证号前17位是数字，第18位是数字或 X")
            )
    if len(code) == 15:
        raise FormatFault(_("这是 15 位的旧身份证号，已停用"), _("请填写 18 位号码"))
    if len(code) != 18:
        raise FormatFault(_("身份证号应为 18 位，现为 {n} 位", n=len(code)), _("请核对有无多字或少字"))
    try:
        born = birth_date(code)
    except ValueError:
        raise FormatFault(_("第7至14位“{digits}”不是真实的日期", digits=code[6:14]), _("请核对出生年月日")) from None
    if born.year < 1900:
        raise FormatFault(_("出生年份 {year} 早于 1900 年", year=born.year), _("请核对第7至10位"))
    if born > today:
        raise FormatFault(_("出生日期 {born} 晚于今天", born=born.isoformat()), _("请核对第7至14位"))
    right = _ID_CHECKS[sum(int(c) * w for c, w in zip(code, _ID_WEIGHTS, strict=False)) % 11]
    if code[17] != right:
        raise FormatFault(_("第18位校验码应为 {check}，现为 {found}", check=right, found=code[17]), _("请逐位核对证件"))
    return code


def resident_id_warnings(value: str) -> list[str]:
    """Doubts about a normalised ID number, one Chinese sentence each: an unknown province (9: a foreigner's card)."""
    known = _PROVINCE.match(value) or value[:1] == "9"
    return [] if known else [_("前两位“{area}”不是已知的省级代码", area=value[:2])]


def birth_date(id: str) -> date:
    """The date of birth in a normalised ID number (places 7 to 14). Raises ValueError where it is no date."""
    return date(int(id[6:10]), int(id[10:12]), int(id[12:14]))


def sex(id: str) -> str:
    """``male`` or ``female`` by the parity of place 17 of a normalised ID number."""
    return "male" if int(id[16]) % 2 else "female"


def mask_phone(value: str) -> str:
    """138****5678; a landline 63****85, its area code shown, its extension not; anything else hidden (B12)."""
    if re.fullmatch(r"\d{11}", value):
        return f"{value[:3]}****{value[-4:]}"
    landline = re.fullmatch(r"(0\d{2,3}-)?(\d{2})\d{3,4}(\d{2})(?:-\d+)?", value)
    return f"{landline[1] or ''}{landline[2]}****{landline[3]}" if landline else mask_text(value)


def mask_id(value: str) -> str:
    """310***********123X: the first 3 and the last 4 of 18 places; anything else hidden (B12)."""
    return f"{value[:3]}{'*' * 11}{value[-4:]}" if len(value) == 18 else mask_text(value)


def mask_name(value: str) -> str:
    """张*, 欧阳*: the surname, compound ones whole where a given name follows (B12); a single character is hidden."""
    if len(value) < 2:
        return "*" if value else ""
    return value[:2] + "*" if len(value) > 2 and _COMPOUND_SURNAME.match(value) else value[:1] + "*"


def mask_address(value: str) -> str:
    """殷行路85弄****: up to the road or lane, the rest hidden whatever it is (B12).

    All is hidden where no road is named, or only after a number or a room.
    """
    kept = _ADDRESS.match(value)
    return f"{kept[0]}{_HIDDEN}" if kept else mask_text(value)


def mask_text(value: str) -> str:
    """``****`` for any text, not even its length is told; nothing for nothing."""
    return _HIDDEN if value else ""
