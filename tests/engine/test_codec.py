"""Everything that is stored comes back as it was."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, strategies as st
import pytest

from custom_components.crosswatch.engine.codec import (
    decode_item,
    decode_moment,
    decode_operation,
    decode_records,
    decode_report,
    decode_report_items,
    decode_value,
    encode_item,
    encode_moment,
    encode_operation,
    encode_records,
    encode_report,
    encode_report_items,
    encode_value,
    value_text,
)
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Record,
    Side,
)
from custom_components.crosswatch.engine.plan import Action, Operation, Reason
from custom_components.crosswatch.engine.report import (
    Counts,
    Failure,
    FeatureReport,
    Report,
    ReportItem,
    Result,
    RunStatus,
)

from .strategies import items, moments, operations, snapshots, values
from .worlds import READ_AT

features = st.sampled_from(Feature)


@given(moment=st.none() | moments(), hours=st.integers(-12, 14))
def test_moments(moment: datetime | None, hours: int) -> None:
    """A moment keeps its microseconds, whatever zone it is given in."""
    local = moment and moment.astimezone(timezone(timedelta(hours=hours)))
    assert decode_moment(encode_moment(local)) == moment


def test_the_last_moment() -> None:
    """What some take for never is read back, without the fraction that is too much."""
    last = datetime.max.replace(tzinfo=UTC)
    assert decode_moment(encode_moment(last)) == last.replace(microsecond=0)


@given(item=items())
def test_items(item: Item) -> None:
    """An item keeps its show and its place."""
    assert decode_item(encode_item(item)) == item


@given(data=st.data(), feature=features)
def test_values(data: st.DataObject, feature: Feature) -> None:
    """A value keeps everything, decimals and plays too."""
    value = data.draw(values(feature))
    assert decode_value(feature, encode_value(value)) == value


@given(data=st.data(), feature=features)
def test_records(data: st.DataObject, feature: Feature) -> None:
    """Stored records are equal to what was stored, keys and sightings too."""
    before = dict(data.draw(snapshots(feature)).records)
    if data.draw(st.booleans()):
        before["own"] = Record(
            data.draw(items()), data.draw(values(feature)), "own", seen=False
        )
    rows = list(encode_records(before.values()))
    after = decode_records(feature, rows)
    assert after == before
    for name, record in after.items():
        assert record.keys == before[name].keys
        assert value_text(record) == value_text(before[name])
        assert repr(record) == repr(before[name])
    # And a stored record is stored as it was.
    assert list(encode_records(after.values())) == rows


@given(operation=operations())
def test_operations(operation: Operation) -> None:
    """An operation in the journal can be taken back."""
    assert decode_operation(encode_operation(operation)) == operation


@st.composite
def _report_items(draw: st.DrawFn) -> ReportItem:
    return ReportItem(
        feature=draw(features),
        side=draw(st.sampled_from(Side)),
        action=draw(st.none() | st.sampled_from(Action)),
        result=draw(st.sampled_from(Result)),
        reason=draw(st.none() | st.sampled_from(Reason)),
        item=draw(items()),
    )


@st.composite
def _reports(draw: st.DrawFn) -> Report:
    failure = st.none() | st.builds(
        Failure,
        side=st.sampled_from(Side),
        reason=st.sampled_from(Reason),
        message=st.text(max_size=9),
    )
    return Report(
        pair=draw(st.text(max_size=9)),
        pair_id="p",
        run_id="r",
        status=draw(st.sampled_from(RunStatus)),
        dry_run=draw(st.booleans()),
        started=READ_AT,
        finished=READ_AT + timedelta(seconds=draw(st.integers(0, 900)), microseconds=7),
        features=draw(
            st.dictionaries(
                features,
                st.builds(
                    FeatureReport,
                    counts=st.builds(
                        Counts, added=st.integers(0, 9), errors=st.integers(0, 9)
                    ),
                    items=st.lists(_report_items(), max_size=3).map(tuple),
                    failure=failure,
                ),
            )
        ),
    )


@given(report=_reports())
def test_reports(report: Report) -> None:
    """A report can be looked up with all its items."""
    assert decode_report(encode_report(report)) == report
    each = tuple(report.items)
    assert decode_report_items(encode_report_items(each)) == each


def test_a_record_of_nothing() -> None:
    """A record is its own class's business: the plain one loads nothing."""
    record = Record(Item(MediaKind.MOVIE), Listed(), "n1")
    assert record != "n1"
    with pytest.raises(TypeError):
        hash(record)
    for load in (record._load_item, record._load_value):  # noqa: SLF001
        with pytest.raises(TypeError, match="without"):
            load()
