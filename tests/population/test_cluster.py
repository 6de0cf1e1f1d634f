"""A Spark DataFrame is decided as a table at hand is: on Sail, which speaks Spark Connect without Java."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pytest
from spinegraph.engine import Engine, SpinegraphError, decide_patients, load_knowledge
from spinegraph.engine.errors import PopulationError
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.population import cluster
from spinegraph.engine.population.cluster import Sent, Shipped, Worker, decide_dataframe, shipped
from spinegraph.engine.population.patients import Options, commission

from tests.population.made import all_packages, made
from tests.population.sailing import connected
from tests.population.spark import differences

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

ROWS = 400
RULE = "mri-in-suspected-spinal-infection"
EVERYTHING = Options((), (), "", (), "", ignore_unknown=False)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load_knowledge())


@pytest.fixture(scope="module")
def patients(engine: Engine) -> pa.Table:
    return made(engine.program, ROWS, seed=11)


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    with connected() as session:
        yield session


@pytest.fixture(scope="module")
def sent(engine: Engine, patients: pa.Table) -> Shipped:
    return shipped(commission(engine, patients.column_names, EVERYTHING), engine, EVERYTHING)


@pytest.mark.slow
def test_every_rule_in_three_partitions(engine: Engine, patients: pa.Table, spark: SparkSession) -> None:
    found = decide_dataframe(spark.createDataFrame(patients).repartition(3), engine).toArrow()
    expected = decide_patients(patients, engine).read_all()
    assert differences(found, expected) == 0
    assert {str(type_) for type_ in found.schema.types} == {"string", "bool", "int32"}


@pytest.mark.slow
def test_one_package_of_many_with_dates_units_and_what_is_handed_on(spark: SparkSession) -> None:
    whole = Engine(all_packages())
    table = pa.table(
        {
            "who's `it`": pa.array([11, 12, 13], pa.int64()),
            "back_pain": [True, True, None],
            "fever": [True, False, True],
            "at:fever": ["2026-03-01", None, "2026-03-02"],
            "duration_weeks [d]": pa.array([14, 70, None], pa.int16()),
            "age_years": pa.array([50, 60, 70], pa.int32()),
            "ward.name": pa.array([[1], None, [2, 3]]),
        }
    )
    asks: dict[str, Any] = {"id": "who's `it`", "keep": ["ward.name", "age_years"], "as_of": "2026-04-01"}
    asks |= {"guidelines": [next(iter(shipped_packages()))]}
    found = decide_dataframe(spark.createDataFrame(table), whole, **asks)
    assert [field.dataType.simpleString() for field in found.schema][:4] == ["bigint", "array<bigint>", "double", "string"]
    assert differences(found.toArrow().rename_columns({asks["id"]: "id"}), _renamed(table, whole, asks)) == 0


def _renamed(table: pa.Table, engine: Engine, asks: dict[str, Any]) -> pa.Table:
    return decide_patients(table, engine, **asks).read_all().rename_columns({asks["id"]: "id"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("heading", "column", "told"),
    [
        ("fevr", pa.array([True] * ROWS), "did you mean 'fever'"),
        ("fever", pa.array(["yes"] * ROWS), "patients, column fever: It is of type string"),
        ("id", None, "No column names the patients."),
        ("level", pa.array(["a"] * ROWS), "The output has a column 'level' of its own."),
    ],
)
def test_columns_are_refused_before_anything_is_decided(
    heading: str, column: Any, told: str, engine: Engine, patients: pa.Table, spark: SparkSession
) -> None:
    table = patients.drop_columns([heading]) if heading in patients.column_names else patients
    table = table.append_column(heading, column) if column else table
    with pytest.raises(SpinegraphError) as refused:
        decide_dataframe(spark.createDataFrame(table), engine, keep=["level"] if heading == "level" else [])
    assert told in str(refused.value)


@pytest.mark.slow
def test_a_row_that_cannot_be_ends_the_job_and_is_named(engine: Engine, patients: pa.Table, spark: SparkSession) -> None:
    from pyspark.errors import PySparkException

    place = patients.column_names.index("age_years")
    ages = np.where(np.arange(ROWS) == 7, -4.0, 50.0)
    table = patients.set_column(place, "age_years", pa.array(ages))
    with pytest.raises(PySparkException, match=r"row 8 \(p7\), column age_years: age_years is -4, which cannot be"):
        decide_dataframe(spark.createDataFrame(table), engine).toArrow()


# What a worker does, without Spark --------------------------------------------------------------


def batches(table: pa.Table, size: int = 100) -> Iterator[pa.RecordBatch]:
    return iter(table.to_batches(max_chunksize=size))


def test_a_worker_comes_to_the_same_however_it_is_sent(sent: Shipped, engine: Engine, patients: pa.Table) -> None:
    worker = pickle.loads(pickle.dumps(Worker(Sent(sent))))  # noqa: S301
    found = pa.Table.from_batches(worker(batches(patients)))
    assert differences(found, decide_patients(patients, engine).read_all()) == 0
    assert list(worker(batches(patients.slice(0, 0)))) == []


def test_partitions_at_once_on_one_worker_do_not_meet(sent: Shipped, engine: Engine, patients: pa.Table) -> None:
    first, second = patients.slice(0, ROWS // 2), patients.slice(ROWS // 2)
    worker = Worker(Sent(sent))
    pairs = zip(worker(batches(first)), worker(batches(second)), strict=True)
    found = pa.Table.from_batches([batch for pair in pairs for batch in pair])
    assert differences(found, decide_patients(patients, engine).read_all()) == 0


def test_knowledge_is_compiled_once_for_all_partitions(
    sent: Shipped, patients: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_of = mock.Mock(side_effect=Engine)
    monkeypatch.setattr(cluster, "Engine", made_of)
    cluster.prepared.cache_clear()
    for _ in range(3):
        copy = pickle.loads(pickle.dumps(sent))  # noqa: S301 -- as each task has one of its own
        assert len(list(Worker(Sent(copy))(batches(patients)))) == 1
    assert made_of.call_count == 1


def test_a_partition_without_a_column_is_named(sent: Shipped, patients: pa.Table) -> None:
    with pytest.raises(PopulationError, match="patients: There is no column 'fever'"):
        list(Worker(Sent(sent))(batches(patients.drop_columns(["fever"]))))


def test_a_patient_without_an_id_is_named(sent: Shipped, patients: pa.Table) -> None:
    ids = pa.array([*patients.column("id").to_pylist()[:-1], None])
    with pytest.raises(PopulationError, match=f"patients, row {ROWS}, column id: Nothing says who the patient is"):
        list(Worker(Sent(sent))(batches(patients.set_column(0, "id", ids))))


@pytest.mark.parametrize(
    ("part", "told"),
    [("version", "and the driver other."), ("knowledge", "the driver has other with"), ("program", "with other.")],
)
def test_a_worker_that_would_decide_otherwise_refuses(part: str, told: str, sent: Shipped, patients: pa.Table) -> None:
    other = Shipped(**{**sent._asdict(), part: "other"})
    with pytest.raises(PopulationError, match=r"^worker .*") as refused:
        list(Worker(Sent(other))(batches(patients)))
    assert told in str(refused.value)
    assert "on all machines of the cluster" in str(refused.value)
