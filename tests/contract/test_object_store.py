"""What every `ObjectStore` must do, on every implementation and in every kind of repository."""

import os
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from gitledger.errors import CorruptObjectError, DamageError, MissingObjectError, StorageError
from gitledger.ids import Oid
from gitledger.store.base import GitObject, ObjectStore
from gitledger.store.open import find_repository, open_objects
from tests.contract.matrix import (
    ENVIRONMENT,
    FAR,
    Case,
    Ground,
    blob,
    objects_everywhere,
    objects_in_every_repository,
    objects_refused,
    on_each_disk_kind,
    on_each_kind,
    one_of_each,
)


@objects_everywhere
def test_what_is_written_can_be_read(objects: ObjectStore) -> None:
    """All four kinds come back as they were, and are no longer missing."""
    new = one_of_each(objects.format)
    oids = [one.oid for one in new]
    assert objects.missing(oids) == oids
    objects.write(new)
    assert objects.missing(oids) == []
    assert [objects.read(oid) for oid in oids] == [GitObject(one.kind, one.data) for one in new]
    assert list(objects.read_many(oids)) == [GitObject(one.kind, one.data) for one in new]


@objects_in_every_repository
def test_stock_git_reads_what_is_written(objects: ObjectStore, ground: Ground) -> None:
    """Git finds every object, strictly checked, with the bytes that were written."""
    new = one_of_each(objects.format)
    objects.write(new)
    for one in new:
        assert ground.git("cat-file", "-t", one.oid.hex()) == one.kind
    assert ground.git("cat-file", "blob", new[0].oid.hex()) == new[0].data.decode().removesuffix("\n")
    ground.git("fsck", "--strict", "--full", "--no-dangling")


@objects_in_every_repository
def test_what_stock_git_writes_can_be_read(objects: ObjectStore, ground: Ground) -> None:
    """Before a store was opened and after, in this repository, its alternate or at its promisor; loose and packed."""
    far = objects.format.oid("blob", FAR)
    assert objects.read(far) == GitObject("blob", FAR)
    loose, path = ground.write_loose(b"later, loose")
    assert objects.read(loose) == GitObject("blob", b"later, loose")
    packed, path = ground.write_loose(b"later, packed")
    ground.git("pack-objects", "-q", str(ground.path("objects/pack/pack")), data=packed.hex().encode())
    path.unlink()
    assert objects.read(packed) == GitObject("blob", b"later, packed")
    assert objects.missing([far, loose, packed]) == []


@on_each_kind
@pytest.mark.parametrize("data", [b"", b"\0" * 100, os.urandom(5_000_000)], ids=["empty", "zeros", "5 MB"])
def test_blobs_of_any_size(objects: ObjectStore, data: bytes) -> None:
    """Nothing at all, and more than any buffer holds."""
    new = blob(objects.format, data)
    objects.write([new])
    assert objects.read(new.oid).data == data


@on_each_kind
def test_more_objects_than_sixteen_bits_count(objects: ObjectStore) -> None:
    """In one call; and read and looked for in one call, which must not block on a full pipe."""
    new = [blob(objects.format, b"%d" % number) for number in range(66_000)]
    objects.write(new)
    oids = [one.oid for one in new]
    assert objects.missing(oids) == []
    assert all(found.data == one.data for found, one in zip(objects.read_many(oids), new, strict=True))


@on_each_kind
def test_writing_again_or_nothing_or_twice_is_no_error(objects: ObjectStore) -> None:
    """An object stands once, however often it is written."""
    new = blob(objects.format, b"once")
    objects.write([])
    objects.write([new, new])
    objects.write([new])
    assert objects.read(new.oid).data == b"once"
    assert objects.find(new.oid.hex()) == [new.oid]


@on_each_kind
def test_read_many_keeps_the_order_asked_for(objects: ObjectStore) -> None:
    """Not that of the pack, nor that of the names; and an object asked for twice comes twice."""
    new = [blob(objects.format, b"%d" % number) for number in range(1000)]
    objects.write(new)
    asked = [*reversed(new), new[5], new[5]]
    assert [found.data for found in objects.read_many(one.oid for one in asked)] == [one.data for one in asked]


@on_each_kind
def test_read_many_is_lazy(objects: ObjectStore) -> None:
    """It takes no more than some hundred ids ahead of its answers, so that memory does not grow with their number."""
    new = blob(objects.format, b"again")
    objects.write([new])

    def long() -> Iterator[Oid]:
        for _ in range(1000):
            yield new.oid
        pytest.fail("all ids were taken before the answers to the first ten")

    answers = objects.read_many(long())
    assert [next(answers).data for _ in range(10)] == [b"again"] * 10


@on_each_kind
def test_a_store_can_be_asked_while_read_many_is_under_way(objects: ObjectStore) -> None:
    """By the one who reads, by the source of the ids, and after the reading was given up."""
    new = [blob(objects.format, b"%d" % number) for number in range(600)]
    objects.write(new)
    answers = objects.read_many(one.oid for one in new if objects.missing([one.oid]) == [])
    for one in new[:300]:
        assert next(answers).data == one.data
        assert objects.read(new[-1].oid).data == new[-1].data
    del answers
    assert [found.data for found in objects.read_many([new[7].oid])] == [b"7"]


@objects_everywhere
def test_what_is_not_here_is_named(objects: ObjectStore) -> None:
    """By `read`, and by `read_many` after what came before it; the store still answers afterwards."""
    new = one_of_each(objects.format)
    objects.write(new)
    absent = objects.format.oid("blob", b"never written")
    with pytest.raises(MissingObjectError) as caught:
        objects.read(absent)
    assert caught.value.oid == absent.hex()
    answers = objects.read_many([new[0].oid, absent, new[1].oid])
    assert next(answers).data == new[0].data
    with pytest.raises(MissingObjectError) as caught:
        next(answers)
    assert caught.value.oid == absent.hex()
    assert objects.missing([absent, new[2].oid, absent]) == [absent, absent]
    assert objects.read(new[3].oid).data == new[3].data


@on_each_kind
def test_an_object_that_was_missing_is_found_once_it_is_written(objects: ObjectStore) -> None:
    """No store remembers that something was not there."""
    for number in range(20):
        new = blob(objects.format, b"%d" % number)
        assert objects.missing([new.oid]) == [new.oid]
        objects.write([new])
        assert objects.read(new.oid).data == new.data


@objects_everywhere
def test_find_returns_every_object_with_a_prefix(objects: ObjectStore) -> None:
    """Sorted; one for the full name, several for a short prefix, none where there is none; even and odd lengths."""
    new = [blob(objects.format, b"%d" % number) for number in range(3000)]
    objects.write(new)
    oids = sorted(one.oid for one in new)
    for length in (4, 5, 7, 2 * objects.format.size):
        for oid in (oids[0], oids[1000], oids[-1]):
            prefix = oid.hex()[:length]
            assert objects.find(prefix) == [other for other in oids if other.hex().startswith(prefix)]
    shared = next(a.hex()[:4] for a, b in pairwise(oids) if a.hex()[:4] == b.hex()[:4])
    assert len(objects.find(shared)) > 1
    absent = objects.format.oid("blob", b"never written").hex()
    assert objects.find(absent) == []


@on_each_disk_kind
def test_find_sees_loose_objects_and_packs_and_names_each_once(objects: ObjectStore, ground: Ground) -> None:
    """An object may lie in both."""
    oid, _ = ground.write_loose(b"twice")
    objects.write([blob(objects.format, b"twice")])
    assert objects.find(oid.hex()[:10]) == [oid]


def flip(data: bytes, at: int) -> bytes:
    """Return data with one bit flipped."""
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut in its header": lambda data: data[:4],
    "cut in the middle": lambda data: data[: len(data) // 2],
    "flipped in its header": lambda data: flip(data, 0),
    "flipped in the middle": lambda data: flip(data, len(data) // 2),
    "garbage": lambda data: b"not deflated",
    "another object": lambda data: zlib.compress(b"blob 5\0other"),
    "no kind of object": lambda data: zlib.compress(b"bulb 5\0other"),
}


@on_each_disk_kind
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_loose_object_is_named(
    objects: ObjectStore, ground: Ground, damage: Callable[[bytes], bytes],
) -> None:
    """It is corrupt, not missing, whatever has become of its bytes; other objects can be read before and after."""
    oid, path = ground.write_loose(b"".join(b"line %d\n" % number for number in range(500)))
    other, _ = ground.write_loose(b"whole")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(CorruptObjectError) as caught:
        objects.read(oid)
    assert caught.value.oid == oid.hex()
    answers = objects.read_many([other, oid, other])
    assert next(answers).data == b"whole"
    with pytest.raises(CorruptObjectError) as caught:
        next(answers)
    assert caught.value.oid == oid.hex()
    assert objects.read(other).data == b"whole"


@on_each_disk_kind
@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: flip(data, len(data) - 1)], ids=["cut", "flipped"],
)
def test_damage_to_the_checksum_alone_is_named_or_harmless(
    objects: ObjectStore, ground: Ground, damage: Callable[[bytes], bytes],
) -> None:
    """The last bytes say nothing of the content, which hashes to its name all the same."""
    oid, path = ground.write_loose(b"content")
    path.write_bytes(damage(path.read_bytes()))
    try:
        assert objects.read(oid).data == b"content"
    except CorruptObjectError as error:
        assert error.oid == oid.hex()  # noqa: PT017 - either is right


@on_each_disk_kind
def test_a_packed_object_with_a_flipped_bit_is_named(case: Case, ground: Ground) -> None:
    """The one whose bytes were hit, and no other of the same pack."""
    repository = find_repository(ground.start, ENVIRONMENT)
    new = [blob(case.object_format, os.urandom(1000)) for _ in range(3)]
    writer = open_objects(repository, ENVIRONMENT, case.kind)
    writer.write(new)
    writer.close()
    [pack] = ground.path("objects/pack").glob("*.pack")
    pack.chmod(0o644)
    # Each blob takes a third of the pack: noise cannot be deflated.
    pack.write_bytes(flip(pack.read_bytes(), pack.stat().st_size // 2))
    reader = open_objects(repository, ENVIRONMENT, case.kind)
    with pytest.raises(CorruptObjectError) as caught:
        reader.read(new[1].oid)
    assert caught.value.oid == new[1].oid.hex()
    assert [reader.read(new[0].oid).data, reader.read(new[2].oid).data] == [new[0].data, new[2].data]
    reader.close()


@on_each_disk_kind
def test_an_object_of_a_pack_that_was_cut_is_named(case: Case, ground: Ground) -> None:
    """As corrupt or, by an implementation that refuses to open such a pack, as missing."""
    repository = find_repository(ground.start, ENVIRONMENT)
    new = [blob(case.object_format, os.urandom(1000)) for _ in range(3)]
    writer = open_objects(repository, ENVIRONMENT, case.kind)
    writer.write(new)
    writer.close()
    [pack] = ground.path("objects/pack").glob("*.pack")
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[:1500])
    reader = open_objects(repository, ENVIRONMENT, case.kind)
    with pytest.raises(DamageError) as caught:
        reader.read(new[2].oid)
    assert caught.value.details == {"oid": new[2].oid.hex()}
    reader.close()


@on_each_disk_kind
def test_a_full_disk_leaves_nothing_and_the_next_write_succeeds(
    case: Case, objects: ObjectStore, ground: Ground, small_disk: Path,
) -> None:
    """One line says what happened; temporaries are gone; once there is room all is well."""
    pack_directory = ground.path("objects/pack")
    pack_directory.rmdir()
    pack_directory.symlink_to(small_disk)
    new = blob(case.object_format, os.urandom(2_000_000))
    with pytest.raises(StorageError, match=r"cannot write a pack into .*: No space left on device"):
        objects.write([new])
    assert list(small_disk.iterdir()) == []
    assert objects.missing([new.oid]) == [new.oid]
    little = blob(case.object_format, b"fits")
    objects.write([little])
    assert objects.read(little.oid).data == b"fits"


@on_each_disk_kind
def test_a_place_that_cannot_be_written_is_one_line(case: Case, objects: ObjectStore, ground: Ground) -> None:
    """Nothing is written, and the message says where."""
    pack_directory = ground.path("objects/pack")
    pack_directory.rmdir()
    pack_directory.write_bytes(b"in the way")
    with pytest.raises(StorageError, match=r"cannot write a pack into .*pack: Not a directory") as caught:
        objects.write([blob(case.object_format, b"nowhere")])
    assert "\n" not in caught.value.message


@objects_refused
def test_a_repository_that_cannot_be_read_is_refused_in_one_sentence(case: Case, ground: Ground) -> None:
    """When the port is opened, not when the first object turns out wrong."""
    with pytest.raises(StorageError) as caught:
        open_objects(find_repository(ground.start, ENVIRONMENT), ENVIRONMENT, case.kind)
    assert caught.value.message == f"{case.refusal('objects')}; use the git program here"
