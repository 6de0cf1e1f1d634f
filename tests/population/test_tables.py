"""Tables that are read, and tables that are not: the error names the row and the column, and how to mend it."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from spinegraph.engine import Engine, load_knowledge, make_codebook
from spinegraph.engine.errors import PopulationError
from spinegraph.engine.model import Case
from spinegraph.engine.population.columns import MOST_COLUMNS, Wanted, read_columns
from spinegraph.engine.population.outcomes import asked_of
from spinegraph.engine.population.run import Population
from spinegraph.engine.population.tables import BATCH, open_table, typed_batches
from spinegraph.engine.population.unreadable import LONGEST_ROW

from tests.coded import write_coded

ENGINE = Engine(load_knowledge())
BOOK = make_codebook(ENGINE.knowledge)
ALL = Wanted()
LARGE = "It is a number of more than 64 bits, which can only be text."
CSV = "id,back_pain,fever,age_years,performed:mri_lumbar\na,true,,54,false\nb,1,0,NA,TRUE\n"


def opened(path: Path, wanted: Wanted = ALL, as_of: str = "", engine: Engine = ENGINE) -> Population:
    table, book = open_table(path), BOOK if engine is ENGINE else make_codebook(engine.knowledge)
    return Population(engine, book, table, read_columns(table.headings, book, wanted, path.name), as_of)


def write(folder: Path, name: str, columns: Mapping[str, Any] | str) -> Path:
    path = folder / name
    if isinstance(columns, str):
        path.write_text(columns, encoding="utf-8")
    elif path.suffix == ".parquet":
        pq.write_table(pa.table(dict(columns)), path)
    else:
        table = pa.table(dict(columns))
        with pa.ipc.new_file(str(path), table.schema) as file:
            file.write_table(table)
    return path


def refused(path: Path, wanted: Wanted = ALL, as_of: str = "", engine: Engine = ENGINE) -> PopulationError:
    with pytest.raises(PopulationError) as caught:
        opened(path, wanted, as_of, engine).decide(asked_of(engine), [])
    assert caught.value.mend
    return caught.value


def test_csv_says_true_false_or_nothing(tmp_path: Path) -> None:
    population = opened(write(tmp_path, "t.csv", CSV))
    assert population.case("a") == Case(present=("back_pain",), measurements={"age_years": 54.0}, not_performed=("mri_lumbar",))
    assert population.case("b") == Case(present=("back_pain",), absent=("fever",), performed=("mri_lumbar",))


def test_all_formats_are_one_table(tmp_path: Path) -> None:
    columns = {
        "id": pa.array(["a", "b"]),
        "back_pain": pa.array([True, None]),
        "age_years": pa.array([54, 61], pa.int16()),
        "esr_mm_h": pa.array([Decimal("38.5"), None]),
    }
    rows = ({heading: value for heading, value in row.items() if value is not None} for row in pa.table(columns).to_pylist())
    lines = "".join(json.dumps(row, default=float) + "\n" for row in rows)
    paths = [write(tmp_path, "t.parquet", columns), write(tmp_path, "t.arrow", columns), write(tmp_path, "t.ndjson", lines)]
    with pa.ipc.new_stream(str(tmp_path / "s.arrow"), pa.table(columns).schema) as stream:
        stream.write_table(pa.table(columns))
    found = [(opened(path).case("a"), opened(path).case("b")) for path in (*paths, tmp_path / "s.arrow")]
    assert found[0][0].present == ("back_pain",)
    assert found == [found[0]] * 4


def test_rows_come_in_even_batches_in_order(tmp_path: Path) -> None:
    count = BATCH + 10
    table = pa.table({"id": pa.array(range(count)), "fever": pa.array([True] * count)})
    path = tmp_path / "t.parquet"
    pq.write_table(table, path, row_group_size=50_000)
    population = opened(path)
    batches = list(typed_batches(population.table, population.columns))
    assert [batch.num_rows for batch in batches] == [BATCH, 10]
    assert batches[1].column("id").to_pylist() == list(range(BATCH, count))


def test_a_unit_in_the_heading_is_converted_as_in_a_case(tmp_path: Path) -> None:
    population = opened(write(tmp_path, "t.csv", "id,duration_weeks [d],age_years [a]\na,30,50\n"))
    assert population.case("a").measurements == {"age_years": 50.0, "duration_weeks": pytest.approx(30 / 7)}
    assert "cannot be converted" in refused(write(tmp_path, "u.csv", "id,duration_weeks [kg]\na,30\n")).what


def test_dates_are_read_as_a_case_reads_them(tmp_path: Path) -> None:
    columns = {
        "id": pa.array(["a", "b"]),
        "performed:mri_lumbar": pa.array([True, True]),
        "at:performed:mri_lumbar": pa.array([date(2026, 3, 1), None]),
        "as_of": pa.array([datetime(2026, 3, 2, 8, 30), None]),
        "birth_date": pa.array(["1972-05-01", None]),
    }
    population = opened(write(tmp_path, "t.parquet", columns), as_of="2026-04-01")
    case = population.case("a")
    assert case.dates == {"performed": {"mri_lumbar": "2026-03-01"}}
    assert (case.measurements["age_years"], case.as_of[:16]) == (53.0, "2026-03-02T08:30")
    assert population.case("b").as_of == "2026-04-01"
    population.decide(asked_of(ENGINE), [])


def test_moments_with_time_zones_are_those_of_iso_8601(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)
    columns = {
        "id": ["a"],
        "fever": [True],
        "at:fever": pa.array([moment], pa.timestamp("s", tz="Europe/Berlin")),
        "as_of": pa.array([moment], pa.timestamp("ms", tz="UTC")),
    }
    population = opened(write(tmp_path, "t.arrow", columns))
    assert population.case("a").dates == {"present": {"fever": "2026-01-02T00:30:00+01:00"}}
    assert population.decide(asked_of(ENGINE), []) == 1


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())])
def test_texts_of_every_type_and_columns_of_nothing(kind: Any, tmp_path: Path) -> None:
    births = pa.array(["1970-01-01", None])
    births = births.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else births.cast(kind)
    columns = {"id": ["a", "b"], "birth_date": births, "as_of": ["2026-01-01", "2026-01-01"]}
    columns |= {heading: pa.nulls(2) for heading in ("fever", "duration_weeks", "performed:mri_lumbar")}
    population = opened(write(tmp_path, "t.arrow", columns))
    assert [population.case(id_).measurements for id_ in "ab"] == [{"age_years": 56.0}, {}]
    assert population.decide(asked_of(ENGINE), []) == 2


def test_an_arrow_file_and_a_stream_are_read_as_often_as_they_are_asked(tmp_path: Path) -> None:
    table = pa.table({"id": ["a", "b"], "fever": [True, None]})
    with pa.ipc.new_stream(str(tmp_path / "s.arrow"), table.schema) as stream:
        stream.write_table(table)
    for path in (write(tmp_path, "t.arrow", dict(zip(table.column_names, table.columns, strict=True))), tmp_path / "s.arrow"):
        population = opened(path)
        assert population.case("a").present == ("fever",)
        assert population.decide(asked_of(ENGINE), []) == 2


def test_ids_and_what_is_handed_on_stay_as_they_are(tmp_path: Path) -> None:
    population = opened(write(tmp_path, "t.csv", "id,region,fever\nNA,NA,NA\n,,true\n"), Wanted(carried=("region",)))
    (batch,) = typed_batches(population.table, population.columns)
    assert batch.to_pylist() == [{"id": "NA", "region": "NA", "fever": None}, {"id": None, "region": None, "fever": True}]
    assert population.case("NA") == Case()
    with pytest.raises(PopulationError, match="No patient is called 'None'"):
        population.case("None")


def test_lines_of_json_whose_columns_come_late_or_look_like_others(tmp_path: Path) -> None:
    first = '{"id": "2026-01-01", "count": 1}\n' + '{"id": "2026-01-02"}\n' * (LONGEST_ROW // 20)
    path = write(tmp_path, "t.ndjson", first + '{"id": "z", "count": 1.5, "fever": true, "flag": false}\n')
    population = opened(path, Wanted(carried=("count", "flag")))
    *_, batch = typed_batches(population.table, population.columns)
    last = batch.slice(batch.num_rows - 1).to_pylist()
    assert last == [{"id": "z", "count": 1.5, "flag": False, "fever": True}]
    assert population.table.headings == ("id", "count", "fever", "flag")


def test_a_byte_order_mark_is_no_part_of_a_table(tmp_path: Path) -> None:
    for name, text in (("t.csv", "id,fever\na,true\n"), ("t.ndjson", '{"id": "a", "fever": true}\n{"id": 1.5, "x": 1}\n')):
        population = opened(write(tmp_path, name, f"\ufeff{text}".replace("1.5", '"b"')), Wanted(ignore_unknown=True))
        assert population.case("a").present == ("fever",)


def test_a_damaged_file_of_arrow_is_refused(tmp_path: Path) -> None:
    """Its offsets would lead beyond the file."""
    path = write(tmp_path, "t.arrow", {"id": ["patient-1", "patient-2"] * 500, "fever": [True] * 1000})
    whole = path.read_bytes()
    offsets = struct.pack("<3i", 0, 9, 18)
    assert whole.count(offsets) == 1
    path.write_bytes(whole.replace(offsets, struct.pack("<3i", 0, 1 << 30, 18)))
    error = refused(path)
    assert (error.where, error.what[:14]) == (f"{path}, column id", "It is damaged:")


@pytest.mark.parametrize("heading", ["id", "as_of"])
def test_text_that_is_no_utf_8(heading: str, tmp_path: Path) -> None:
    text = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(struct.pack("<2i", 0, 2)), pa.py_buffer(b"\xc3\xfc")])
    path = write(tmp_path, "t.parquet", {"fever": [True], heading: text})
    error = refused(path)
    assert (error.where, "UTF8" in error.what) == (f"{path}, column {heading}", True)


def test_line_breaks_within_quotes_wherever_a_block_ends(tmp_path: Path) -> None:
    count = LONGEST_ROW // 40
    row = '"North\nStreet 1, ""above""\n\n"'
    path = write(tmp_path, "t.csv", "\nid,fever,practice\n" + "".join(f"{number},true,{row}\n" for number in range(count)))
    population = opened(path, Wanted(carried=("practice",)))
    batches = list(typed_batches(population.table, population.columns))
    assert [id_ for batch in batches for id_ in batch.column("id").to_pylist()] == [str(number) for number in range(count)]


# What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        ("id,fevr", "'fevr'; did you mean 'fever'"),
        ("id,performed:mri_lumba", "'performed:mri_lumba'; did you mean 'performed:mri_lumbar'"),
        ("id,fever,fever", "'fever' is there twice"),
        ("id,performed:fever", "'performed:fever'"),
        ("id,at:fever", "dates 'fever', which no column says"),
        ("id,mri_lumbar", "'mri_lumbar'; did you mean 'performed:mri_lumbar' or 'taking:mri_lumbar'"),
    ],
)
def test_headings_that_say_nothing_of_a_patient(headings: str, told: str, tmp_path: Path) -> None:
    error = refused(write(tmp_path, "t.csv", f"{headings}\n"))
    assert told in error.what
    assert error.where == "t.csv"


def test_a_table_of_which_nothing_is_read(tmp_path: Path) -> None:
    """Its rows could not be counted, and of CSV every column was read."""
    for path in (write(tmp_path, "t.csv", "x\n1\n"), write(tmp_path, "t.arrow", {"x": [1]})):
        assert refused(path, Wanted(ignore_unknown=True)).what == "No column says anything."


def test_two_names_of_one_code(tmp_path: Path) -> None:
    iri = next(iri for iri, finding in ENGINE.knowledge.findings.items() if finding.code == "fever")
    assert "both mean fever" in refused(write(tmp_path, "t.csv", f"id,fever,{iri}\n")).what


def test_a_finding_that_only_follows(tmp_path: Path) -> None:
    code = next(iter(BOOK.derived_only))
    error = refused(write(tmp_path, "t.csv", f"id,{code}\n"))
    assert (error.where, "it follows from other facts" in error.what) == (f"t.csv, column {code}", True)


def test_further_columns_are_named_or_handed_on(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "id,practice,fever\na,North,true\n")
    assert opened(path, Wanted(ignore_unknown=True)).columns.ignored == ("practice",)
    assert opened(path, Wanted(carried=("practice",))).columns.carried == ("practice",)
    assert "Did you mean 'practice'?" in refused(path, Wanted(carried=("practise",))).mend
    assert refused(path, Wanted(id="patient")).what == "There is no column 'patient'."


@pytest.mark.parametrize(
    ("body", "where", "told"),
    [
        ("id,fever\na,true\nb,maybe\n", "row 2, column fever", "'maybe', but has to be true, false or nothing"),
        ("id,age_years\na,54\nb,old\n", "row 2, column age_years", "'old', but has to be numbers"),
        ("id,fever\na,true\nb\n", "row 2", "another number of values"),
        ("id,age_years\na,54\nb,540\n", "row 2 (b), column age_years", "age_years is 540, which cannot be"),
        ("id,age_years\na,54\nb,inf\n", "row 2 (b), column age_years", "age_years is inf, which nothing measures"),
        ("id,birth_date\na,1972\n", "row 1 (a), column birth_date", "birth_date gives no age without as_of"),
        ("id,as_of\na,2026-02-30\n", "row 1 (a), column as_of", "as_of is '2026-02-30', which is no date"),
        ("id,fever,at:fever\na,,2026-01-01\n", "row 1 (a), column fever", "It is dated 2026-01-01, but nothing is said"),
        ("id,fever,at:fever\na,true,soon\n", "row 1 (a), column at:fever", "at is 'soon', which is no date"),
        ("id,as_of,birth_date,age_years\na,2026-01-01,1972-01-02,20\n", "row 1 (a), column birth_date", "makes it 53"),
    ],
)
def test_values_that_cannot_be(body: str, where: str, told: str, tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", body)
    error = refused(path)
    assert (error.where.removeprefix(f"{path}, "), told in error.what or error.what) == (where, True)


def test_coded_values(tmp_path: Path) -> None:
    engine = Engine(load_knowledge(write_coded(tmp_path)))
    path = write(tmp_path, "t.csv", "id,sex,smoking\na,Female,unknown\nb,,never-smoked\n")
    population = opened(path, engine=engine)
    assert [population.case(id_).coded for id_ in "ab"] == [{"sex": "female"}, {"smoking": "never-smoked"}]
    error = refused(write(tmp_path, "u.csv", "id,sex\na,male\nb,femal\n"), engine=engine)
    assert error.where.endswith("u.csv, row 2 (b), column sex")
    assert (error.what, "female" in error.mend) == ("'femal' is no value that it can have.", True)


def test_lines_of_json_that_do_not_fit(tmp_path: Path) -> None:
    path = write(tmp_path, "t.ndjson", '{"id": "a", "fever": true}\n\n{"id": "b", "fever": "yes"}\n')
    assert refused(path).where == f"{path}, row 2, column fever"
    path = write(tmp_path, "u.ndjson", '{"id": "a"}\n{"id": \n')
    assert refused(path).where == f"{path}, line 2"


@pytest.mark.parametrize(
    ("name", "content", "where", "told"),
    [
        ("t.csv", b"", "", "The file is empty."),
        ("t.parquet", b"", "", "The file is empty."),
        ("t.csv", b"id;fever\na;true\n", "", "Its only heading is 'id;fever': columns are separated by commas."),
        ("t.csv", "id,fever\nM\u00fcller,true\n".encode("latin-1"), ", line 2", "The line is no text in UTF-8."),
        ("t.csv", "id,fever\na,true\n".encode("utf-16"), ", line 1", "The line is no text in UTF-8."),
        ("t.csv", b'id,fever\n"a,true\n', ", row 1", "It has another number of values than there are columns."),
        ("t.csv", b'id,fever\n"' + b"x" * 3 * LONGEST_ROW + b'",true\n', "", "A row is longer than 4,194,304 bytes."),
        ("t.csv", b'id,age_years\na,"54,5"\n', ", row 1, column age_years", "It is '54,5', but has to be numbers."),
        ("t.csv", b"id,fever\na,ja\n", ", row 1, column fever", "It is 'ja', but has to be true, false or nothing."),
        ("t.ndjson", b'{"age_years": "54"}\n', ", row 1, column age_years", "It is '54', but has to be numbers."),
        ("t.csv", b"id,age_years\na,1_000\n", ", row 1, column age_years", "It is '1_000', but has to be numbers."),
        ("t.csv", "id,age_years\na,\u0663\n".encode(), ", row 1, column age_years", "It is '\u0663', but has to be numbers."),
        ("t.csv", b"id,fever", "", "The table has no patients."),
        ("t.ndjson", b"\n\n", "", "The table has no patients."),
        ("t.ndjson", b'{"id": "a"}\n{"id": 1}\n', ", row 2, column id", "It is a number, and above text."),
        ("t.ndjson", b'{"id": 1}\n{}\n{"id": true}\n', ", row 3, column id", "It is true or false, and above a number."),
        ("t.ndjson", b'{"id": 1}\n{"id": 9223372036854775808}\n', ", row 2, column id", LARGE),
        ("t.ndjson", b'{"id": "a"}\n\n{"fever": true, "fever": false}\n', ", row 2, column fever", "It is there twice."),
        ("t.ndjson", b'{"id": {"a": 1}}\n', ", column id", "It has objects or arrays, which no column keeps."),
    ],
)
def test_files_that_cannot_be_read_as_they_are(name: str, content: bytes, where: str, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    error = refused(tmp_path / name)
    assert (error.where, error.what) == (f"{tmp_path / name}{where}", told)


def test_types_that_are_no_facts(tmp_path: Path) -> None:
    error = refused(write(tmp_path, "t.parquet", {"id": ["a"], "fever": [1]}))
    assert error.where == f"{tmp_path / 't.parquet'}, column fever"
    assert error.what == "It is of type int64, but has to be true, false or nothing."
    assert "has to be numbers" in refused(write(tmp_path, "t.arrow", {"id": ["a"], "age_years": ["54"]})).what
    spans = {"id": ["a"], "as_of": [timedelta(days=5)]}
    assert "has to be dates, or text" in refused(write(tmp_path, "u.arrow", spans)).what


def test_files_that_are_not_whole_or_no_tables(tmp_path: Path) -> None:
    whole = write(tmp_path, "t.parquet", {"id": ["a"] * 1000, "fever": [True] * 1000}).read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    assert "cannot be read as .parquet" in refused(tmp_path / "cut.parquet").what
    (tmp_path / "cut.arrow").write_bytes(write(tmp_path, "t.arrow", {"id": ["a"] * 1000}).read_bytes()[:700])
    assert "cannot be read as .arrow" in refused(tmp_path / "cut.arrow").what
    assert refused(tmp_path / "t.xlsx").what == "This is no table of patients."
    assert refused(write(tmp_path, "e.csv", "id,fever\n")).what == "The table has no patients."
    with pytest.raises(FileNotFoundError):
        open_table(tmp_path / "none.csv")


def test_a_million_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", ",".join(f"c{number}" for number in range(1_000_000)) + "\n")
    assert refused(path).what == f"The table has 1,000,000 columns; the limit is {MOST_COLUMNS:,}."
