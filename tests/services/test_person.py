"""Everything held about one person: found over all that was ever written, handed out, erased; by service and command."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.errors import Refusal
from app.services import drafts, person, reading
from app.services.auditing import audit
from app.services.drafts import Draft
from app.services.office import Office
from app.services.writing import save, set_deleted
from app.workspace import Workspace
from tests.factory import make

NAME, PHONE, OLD = "阿依古丽·麦麦提", "13812345678", "13900001111"


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return workspace.office.acting("王小明")


@pytest.fixture
def held(office: Office) -> dict[str, str]:
    """One person in four records: as leader, in the bin, by an old number only, and mentioned in a text."""
    training = make(office, "training")
    made = {
        "team": save(office, "team", {"name": "合唱队", "member_count": 12, "leader_name": NAME, "leader_phone": OLD,
                                      "instructor_name": "陈立", "instructor_phone": "13611112222"}).id,
        "enrolment": save(office, "enrolment", {"training": training, "name": NAME, "phone": PHONE}).id,
        "key_handover": make(office, "key_handover", person_name="麦麦提", person_phone=OLD),
        "training": training,
    }  # fmt: skip
    save(office, "team", {"leader_phone": PHONE}, made["team"])
    save(office, "key_handover", {"person_phone": "65430000"}, made["key_handover"])
    save(office, "training", {"content": f"联系{PHONE[:3]} {PHONE[3:]}"}, training)
    set_deleted(office, "enrolment", [made["enrolment"]], True)
    return made


def test_a_person_is_found_now_and_before_however_it_is_typed(office: Office, held: dict[str, str]) -> None:
    found = {trace.key[0]: trace for trace in person.find(office, ["138-1234 5678", OLD])}
    assert set(found) == {"team", "enrolment", "key_handover", "training"}
    assert (found["team"].now, found["team"].before) == (("leader_phone",), ())
    assert found["key_handover"].before == ("person_phone",)
    assert found["enrolment"].row.deleted
    assert [kind for kind, trace in found.items() if not trace.erasable] == ["training"]
    assert {trace.key[0] for trace in person.find(office, ["阿依古丽 麦麦提"])} == {"team", "enrolment"}
    assert person.words_of(office, "team", held["team"]) == [NAME, PHONE]


def test_too_little_finds_nobody(office: Office) -> None:
    for words in ([], [" "], ["周"], ["138"]):
        with pytest.raises(Refusal):
            person.find(office, words)


def test_the_hand_out_tells_of_this_person_and_of_no_other(office: Office, held: dict[str, str]) -> None:
    made = person.handout(office, [("team", held["team"]), ("enrolment", held["enrolment"])], [NAME, OLD])
    records = {one["kind"]: one for one in json.loads(made.json)["records"]}
    assert records["team"]["fields"] == {"负责人姓名": NAME, "负责人联系电话": PHONE}
    assert records["team"]["before"] == {"负责人联系电话": [OLD]}
    assert records["enrolment"]["fields"]["联系电话"] == PHONE
    assert "13611112222" not in made.json.decode()
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=made.pdf, capture_output=True, check=True)
    paper = done.stdout.decode()
    assert all(one in paper for one in ("个人信息清单", NAME, PHONE, OLD, "第四十五条"))
    assert {(line.what, line.kind, line.count) for line in audit(office, acts=("handout",))} == {
        ("handout", "team", 1), ("handout", "enrolment", 1),
    }  # fmt: skip
    with pytest.raises(Refusal, match="没有选中"):
        person.handout(office, [("venue", "none")], [NAME])


def test_an_erasure_takes_all_of_it_and_tells_what_is_left(
    office: Office, held: dict[str, str], workspace: Any
) -> None:
    drafts.keep(office, "team", held["team"], Draft({"leader_phone": PHONE}, {}, {}))
    picked = [trace.key for trace in person.find(office, [PHONE, OLD])]
    done = person.erase(office, picked, [NAME, PHONE, OLD])
    assert (done.records, done.refused) == (3, ())
    assert [trace.key for trace in done.left] == [("training", held["training"])]
    assert any("轮换" in note for note in done.notes)
    assert [trace.key[0] for trace in person.find(office, [NAME, PHONE, OLD])] == ["training"]
    team = reading.get(office, "team", held["team"])
    assert (team.values["name"], team.values["member_count"], team.values["leader_phone"]) == ("合唱队", 12, None)
    assert drafts.kept(office, "team", held["team"]) is None
    assert {line.id for line in audit(office, acts=("erase",))} == {key[1] for key in picked if key[0] != "training"}
    assert workspace.check() == []


def test_only_who_may_looks_for_a_person(office: Office) -> None:
    other = save(office, "user", {"name": "李红", "role": "staff"}).id
    for act in (lambda o: person.find(o, [NAME]), lambda o: person.erase(o, [], [NAME]),
                lambda o: person.handout(o, [], [NAME]), lambda o: person.words_of(o, "user", other)):  # fmt: skip
        with pytest.raises(Refusal, match="不能交付或删除一个人的信息"):
            act(office.acting("李红", other))


def test_the_commands_do_the_same(shuniu: Any, workspace: Workspace, held: dict[str, str], tmp_path: Path) -> None:
    def run(*arguments: object) -> Any:
        return shuniu("person", *arguments, pc="pc")

    found = run("find", PHONE).lines
    assert PHONE not in str(found), "what is found is told masked"
    team = next(line["record"] for line in found if line["kind"] == "team")
    paper, file = tmp_path / "out.pdf", tmp_path / "out.json"
    assert run("handout", PHONE, "--out", paper).line["records"] == len(found)
    assert paper.read_bytes()[:4] == b"%PDF"
    run("handout", PHONE, "--only", team, "--out", file)
    assert [one["kind"] for one in json.loads(file.read_text("utf-8"))["records"]] == ["team"]
    assert run("handout", PHONE, "--out", tmp_path / "out.txt").code == 1
    assert run("erase", PHONE).code == 1
    assert run("erase", PHONE, "--only", "nonsense").code == 1
    done = run("erase", PHONE, "--only", team).line
    assert (done["records"], done["left"]) == (1, [])
    assert team not in [line["record"] for line in run("find", PHONE).lines]
