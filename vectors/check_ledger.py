#!/usr/bin/env python3
"""Checks what git-ledger proves, with the standard library alone and no line of its code. See check_ledger.md.

    check_ledger.py proof FILE [--checkpoint FILE]... [--witnesses FILE]
    check_ledger.py checkpoint FILE --witnesses FILE
    check_ledger.py log DIRECTORY [--witnesses FILE]

Prints what was shown as JSON and exits with 0, or prints why not and exits with 1. Here it is a ValueError then.
"""

import argparse
import json
import re
from base64 import b64decode, b64encode
from hashlib import sha1, sha256, sha512
from pathlib import Path

CHECKPOINT = re.compile(
    r"(?P<origin>[^\s+]{1,255})\n(?P<size>[1-9][0-9]{0,18})\n(?P<root>[^\n]+)\n"
    r"publication (?P<publication>[0-9a-f]+)\nstate (?P<state>[0-9a-f]+)\nindex (?P<index>[0-9a-f]+)"
)
SIGNATURE = re.compile(r"— ([^\s+]{1,255}) ([^ ]+)")
VKEY = re.compile(r"([^\s+]{1,255})\+([0-9a-f]{8})\+(.+)")
TLOG_PROOF = re.compile(rb"c2sp.org/tlog-proof@v1\nextra (.+)\nindex (0|[1-9][0-9]{0,18})\n((?:.+\n)*)\n")


def need(condition, otherwise):
    if not condition:
        raise ValueError(otherwise)


def typed(kind, value):
    need(type(value) is kind, "a value of another type")
    return value


def all_bytes(value):
    return [typed(bytes, one) for one in typed(list, value)]


def from_base64(text):
    data = b64decode(text, validate=True)
    need(b64encode(data).decode() == text, "base64 with bits left over")
    return data


def decode(data):
    """Return the value of canonical CBOR (docs/format/codec.md), of which no float is looked at."""
    value, end = decode_item(data, 0, 0)
    need(end == len(data), "bytes behind a CBOR value")
    return value


def decode_item(data, at, depth):
    need(at < len(data) and depth <= 128, "a CBOR value that ends early, or nests too deep")
    major, low, width = data[at] >> 5, data[at] & 31, max(0, (data[at] & 31) - 23)
    start, at = at + 1, at + 1 + (1 << width - 1 if width else 0)
    need(width < 5 and at <= len(data), "a CBOR head of another form")
    count = int.from_bytes(data[start:at], "big") if width else low
    if major == 7:
        need(20 <= low <= 22 or width > 1, "a CBOR simple value")
        return {20: False, 21: True, 22: None}.get(low, 0.0), at
    need(not width or count >= (0, 24, 1 << 8, 1 << 16, 1 << 32)[width], "a CBOR head longer than it needs")
    if major < 2:
        return (count if major == 0 else -1 - count), at
    need(major < 6 and at + count <= len(data), "a CBOR tag, or a value that ends early")
    if major < 4:
        return (data[at : at + count] if major == 2 else data[at : at + count].decode()), at + count
    items, mapping, before = [], {}, b""
    for _ in range(count):
        if major == 5:
            key, end = decode_item(data, at, depth + 1)
            need(type(key) is str and data[at:end] > before, "a CBOR map with keys out of order or other than text")
            before, at = data[at:end], end
        item, at = decode_item(data, at, depth + 1)
        items.append(item)
        mapping.update({key: item} if major == 5 else {})
    return (items if major == 4 else mapping), at


def oid(kind, data, size):
    return (sha1 if size == 20 else sha256)(b"%s %d\0" % (kind, len(data)) + data).digest()


def parse_tree(data, size):
    rows, at, before = {}, 0, b""
    while at < len(data):
        match = re.compile(rb"(100644|40000) ([^/\0]+)\0").match(data, at)
        need(match and match.end() + size <= len(data), "a tree with a row that no ledger writes")
        order = match[2] + b"/" * (match[1] == b"40000")
        need(order > before and match[2] not in rows, "a tree with rows out of order")
        before, at = order, match.end() + size
        rows[match[2]] = match[1], data[at - size : at]
    return rows


def descend(take, root, variable, mark, size):
    """Return the blob at the path of a variable in a path map (docs/format/state.md), or None where it cannot be."""
    *parents, leaf = variable.encode().split(b"/")
    if root == oid(b"tree", b"", size):
        return None
    for part, mode, name in (*((part, b"40000", part) for part in parents), (leaf, b"100644", mark + leaf)):
        rows, depth = parse_tree(take(b"tree", root), size), 0
        while rows and re.fullmatch(rb"~~[0-9a-f]", min(rows)):
            split = all(re.fullmatch(rb"~~[0-9a-f]", one) and rows[one][0] == b"40000" for one in rows)
            need(split and depth < 64, "a split directory with other names")
            bucket = b"~~" + sha256(part).hexdigest()[depth].encode()
            if bucket not in rows:
                return None
            rows, depth = parse_tree(take(b"tree", rows[bucket][1]), size), depth + 1
        own = {b"40000": rb"[^~].*", b"100644": mark + rb"[^~].*"}
        need(all(re.fullmatch(own[rows[one][0]], one, re.DOTALL) for one in rows), "a directory with other names")
        if rows.get(name, (None,))[0] != mode:
            return None
        root = rows[name][1]
    return root


def hash_of(*parts):
    return sha256(b"".join(parts)).digest()


def split_of(count):
    return 1 << (count - 1).bit_length() - 1


def root_of(hashes):
    split = split_of(len(hashes)) if len(hashes) > 1 else 0
    return hash_of(b"\1", root_of(hashes[:split]), root_of(hashes[split:])) if split else hashes[0]


def climb(leaf, path, index, size):
    """Return the root over size leaves of which one is known: PATH of RFC 6962, section 2.1.1."""
    need(bool(path) == (size > 1), "a proof with another number of hashes")
    if size == 1:
        return leaf
    split = split_of(size)
    if index < split:
        return hash_of(b"\1", climb(leaf, path[:-1], index, split), path[-1])
    return hash_of(b"\1", path[-1], climb(leaf, path[:-1], index - split, size - split))


def climb_both(path, old, new, known):
    """Return the roots over old and over new leaves; known is the first, where the proof leaves it out: 2.1.2."""
    if old == new:
        need(len(path) == (known is None), "a proof with another number of hashes")
        return (known or path[0],) * 2
    need(path, "a proof with another number of hashes")
    split = split_of(new)
    if old <= split:
        before, after = climb_both(path[:-1], old, split, known)
        return before, hash_of(b"\1", after, path[-1])
    before, after = climb_both(path[:-1], old - split, new - split, None)
    return hash_of(b"\1", path[-1], before), hash_of(b"\1", path[-1], after)


P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # Ed25519: RFC 8032
D = -121665 * pow(121666, -1, P) % P


def add(a, b):
    """Return a + b in extended coordinates; the formula is complete, so it doubles as well."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    g, h = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def decompress(data):
    y = int.from_bytes(data, "little") & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, -1, P)
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    need(y < P and y not in (1, P - 1) and (x * x - square) % P == 0, "a key that is no point")
    x = x if x & 1 == data[31] >> 7 else P - x
    return x, y, 1, x * y % P


def is_signed(public, message, signature):
    """Judge strictly: S below the order, the only form of each point, no cofactor."""
    (x, y, _, t), s = decompress(public), int.from_bytes(signature[32:], "little")
    base, key, point = decompress((4 * pow(5, -1, P) % P).to_bytes(32, "little")), (P - x, y, 1, P - t), (0, 1, 1, 0)
    h = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % L
    steps = {(1, 0): base, (0, 1): key, (1, 1): add(base, key), (0, 0): point}
    for bit in range(252, -1, -1):
        point = add(add(point, point), steps[s >> bit & 1, h >> bit & 1])
    x, y = (one * pow(point[2], -1, P) % P for one in point[:2])
    return s < L and (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def parse_checkpoint(data):
    """Return a checkpoint (docs/format/checkpoint.md); its signatures are a list of (name, key id, bytes)."""
    text, blank, rest = data.rpartition(b"\n\n")
    lines, match = rest.decode().split("\n"), CHECKPOINT.fullmatch(text.decode())
    need(match and blank and not lines.pop() and not re.search(rb"[\0-\x09\x0b-\x1f]", data), "no checkpoint")
    need(len(data) <= 1 << 20 and len(set(lines)) == len(lines) <= 64 and int(match["size"]) < 2**63, "no checkpoint")
    ids = {name: bytes.fromhex(match[name]) for name in ("publication", "state", "index")}
    checkpoint = {"origin": match["origin"], "size": int(match["size"]), "root": from_base64(match["root"]), **ids}
    need({len(one) for one in ids.values()} in ({20}, {32}) and len(checkpoint["root"]) == 32, "no checkpoint")
    signatures = []
    for line in map(SIGNATURE.fullmatch, lines):
        blob = from_base64(line[2]) if line else b""
        need(len(blob) > 4, "no signature line")
        signatures.append((line[1], blob[:4], blob[4:]))
    return {**checkpoint, "text": text + b"\n", "signatures": signatures}


def has_signed(vkey, algorithm, checkpoint):
    """Return the name of a key if it has signed a checkpoint: as a log, or as a witness, with 8 bytes of time."""
    match = VKEY.fullmatch(vkey)
    data = from_base64(match[3]) if match else b""
    need(len(data) == 33 and data[0] == algorithm, "no key, or one of another kind")
    need(hash_of(match[1].encode(), b"\n", data)[:4].hex() == match[2], "a key with another id")
    blobs = [blob for name, key, blob in checkpoint["signatures"] if (name, key.hex()) == (match[1], match[2])]
    for blob in blobs:
        time, message = int.from_bytes(blob[:-64], "big"), checkpoint["text"]
        message = message if algorithm == 1 else b"cosignature/v1\ntime %d\n" % time + message
        need(len(blob) == (64 if algorithm == 1 else 72) and time < 2**63, "a signature of another form")
        need(is_signed(data[1:], message, blob[-64:]), "a signature that does not hold")
    return match[1] if blobs else None


def judge(policy, checkpoint):
    """Refuse a checkpoint that lacks what a C2SP tlog-policy asks for; a witness policy amiss may raise anything."""
    logs, met, quorum = [], {"none": False}, None
    for line in policy.decode().split("\n"):
        match re.findall(r"[^ \t]+", line):
            case ["log", key, *_]:
                logs.append(has_signed(key, 1, checkpoint))
            case ["witness", name, key, *_]:
                met[name] = bool(has_signed(key, 4, checkpoint))
            case ["group", name, count, *members]:
                count = {"any": 1, "all": len(members)}.get(count) or int(count)
                met[name] = sum(met[member] for member in members) >= count
            case ["quorum", name]:
                quorum = name
            case [first, *_]:
                need(first.startswith("#"), "a witness policy with a line that says nothing")
    need(not logs or checkpoint["origin"] in logs, "no log of the policy has signed")
    need(met[quorum] or (quorum == "none" and (any(logs) or any(met.values()))), "the quorum is not met")
    return checkpoint


def check_proof(data, trusted=(), policy=None):
    """Return what a proof shows (docs/format/proof.md); one of the checkpoints in trusted must be the proof's."""
    known = {one["text"]: one for one in map(parse_checkpoint, trusted)}
    need(known or policy is not None, "nothing says which checkpoint is true")

    def vouched(*notes):
        found = [parse_checkpoint(typed(bytes, note)) for note in notes]
        twins = [known.get(one["text"], one) for one in found]
        need(not known or any(one["text"] in known for one in found), "a proof for another checkpoint")
        same = all(set(one["signatures"]) <= set(twin["signatures"]) for one, twin in zip(found, twins, strict=True))
        need(same, "a signature that the checkpoint lacks")
        return found if policy is None else [*found[:-1], judge(policy, twins[-1])]

    if data.startswith(b"c2sp.org/"):
        return check_event(data, vouched)[0]
    need(data[:20] == b"git-ledger/proof@v1\n" and sha256(data[52:]).digest() == data[20:52], "no sound proof")
    proof = typed(dict, decode(data[52:]))
    if proof.get("proof") == "extension" and proof.keys() == {"proof", "old", "new", "hashes"}:
        old, new = vouched(proof["old"], proof["new"])
        need(old["size"] <= new["size"] and all(len(one) == 32 for one in all_bytes(proof["hashes"])), "no extension")
        roots = climb_both(proof["hashes"], old["size"], new["size"], old["root"])
        need(roots == (old["root"], new["root"]), "a consistency proof that leads elsewhere")
        return {"kind": "extension", "old": old["size"], "new": new["size"]}
    return check_path(proof, vouched)


def check_path(proof, vouched):
    """Return what a proof of a value or a timeline shows."""
    kind, start = proof.get("proof"), "event" if "event" in proof else "checkpoint"
    need((kind, start) in (("value", "checkpoint"), ("value", "event"), ("timeline", "checkpoint")), "no proof")
    need(proof.keys() == {"proof", "variable", "objects", start}, "a proof with other fields")
    variable, ahead = typed(str, proof["variable"]), all_bytes(proof["objects"])[::-1]
    need(all(part not in ("", ".", "..") and part[0] != "~" for part in variable.split("/")), "no variable")

    def take(object_kind, name):
        need(ahead and oid(object_kind, ahead[-1], len(name)) == name, "another object than the one named")
        return ahead.pop()

    shown = {"kind": kind, "variable": variable}
    if start == "event":
        event, root = check_event(typed(bytes, proof["event"]), vouched)
        shown["after"] = event["event"]
    else:
        (checkpoint,) = vouched(proof["checkpoint"])
        root, size = checkpoint["state" if kind == "value" else "index"], len(checkpoint["publication"])
        commit = take(b"commit", checkpoint["publication"])
        rows = parse_tree(take(b"tree", bytes.fromhex(commit[5 : 5 + 2 * size].decode())), size)
        for name in ("state", "index"):
            found = rows.get(name.encode(), (b"40000", oid(b"tree", b"", size)))
            need(found == (b"40000", checkpoint[name]), "a publication with another tree than the checkpoint says")
    found = descend(take, root, variable, b"" if kind == "value" else b"~", len(root))
    if kind == "value":
        shown["value"] = None if found is None else take(b"blob", found).hex()
        decode(bytes.fromhex(shown["value"] or "f6"))
    else:
        shown["events"] = follow_timeline(take, found)
    need(not ahead, "objects behind the last one")
    return shown


def follow_timeline(take, found):
    """Return the events of a timeline (docs/format/timeline.md), oldest first."""
    events, left = [], None
    while found is not None:
        size, segment = len(found), typed(dict, decode(take(b"blob", typed(bytes, found))))
        need(segment.keys() == {"ids", "prev", "count"}, "no segment")
        ids, count, found = all_bytes(segment["ids"]), typed(int, segment["count"]), segment["prev"]
        need(0 < count < 2**63 and len(ids) == (count - 1) % 64 + 1 and left in (None, count), "a segment amiss")
        need((found is None) == (count <= 64) and all(len(one) == size for one in ids), "a segment amiss")
        events, left = [one.hex() for one in ids] + events, count - len(ids)
    return events


def check_event(data, vouched):
    """Return what the proof of an event shows, and the state after it."""
    match = TLOG_PROOF.match(data)
    need(match, "no proof of an event")
    (checkpoint,) = vouched(data[match.end() :])
    leaf, index, size = from_base64(match[1].decode()), int(match[2]), checkpoint["size"]
    event_id, event = check_leaf(leaf, len(checkpoint["publication"]))
    path = [from_base64(line) for line in match[3].decode().split("\n")[:-1]]
    need(index < size and all(len(one) == 32 for one in path), "a leaf outside the log")
    need(climb(hash_of(b"\0", leaf), path, index, size) == checkpoint["root"], "a proof that leads elsewhere")
    return {"kind": "event", "event": event_id.hex(), "seq": index + 1, "writes": event["writeset"]}, event["after"]


def check_leaf(data, size):
    """Return the id of a leaf's event (docs/format/event.md), and the event."""
    parts = all_bytes(decode(data))
    event, rule, delta = (typed(dict, decode(part)) for part in parts)
    need(event.keys() - {"readset"} == {"v", "rule", "after", "delta", "parents", "writeset"}, "no event")
    need(typed(int, event["v"]) == 1 and "name" in rule and len(typed(bytes, event["after"])) == size, "no event")
    need([event["rule"], event["delta"]] == [oid(b"blob", part, size) for part in parts[1:]], "not its own")
    parents = all_bytes(event["parents"])
    need(parents == sorted(set(parents)) and (len(parents) == 1 or not delta), "no event")
    need(event["writeset"] == sorted(delta) and all(len(typed(list, one)) < 2 for one in delta.values()), "no delta")
    return oid(b"blob", parts[0], size), event


def check_log(directory, policy=None):
    """Return what an exported log holds: each event after those that it follows, and the last with the last state."""
    checkpoint = parse_checkpoint((directory / "checkpoint").read_bytes())
    need(policy is None or judge(policy, checkpoint), "no checkpoint")
    data, seen, absent = b"".join(tiles(directory, "0", checkpoint["size"])), set(), 0
    need(len(data) == 32 * checkpoint["size"], "tiles that are missing")
    hashes = [data[at : at + 32] for at in range(0, len(data), 32)]
    for number, bundle in enumerate(tiles(directory, "entries", len(hashes))):
        row, at = hashes[256 * number :][:256], 0
        absent += 0 if bundle else len(row)
        for expected in row if bundle else ():
            end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
            leaf, at = bundle[at + 2 : end], end
            need(hash_of(b"\0", leaf) == expected, "an entry that is not the leaf of its number")
            name, event = check_leaf(leaf, len(checkpoint["publication"]))
            need(name not in seen and bool(event["parents"]) == bool(seen or absent), "a chain with two beginnings")
            need(absent or seen.issuperset(event["parents"]), "an event before one that it follows")
            seen.add(name)
        need(at == len(bundle), "entries behind the last one")
    need(absent or event["after"] == checkpoint["state"], "an event with another state than the checkpoint")
    need(root_of(hashes) == checkpoint["root"], "leaves with another root than the checkpoint")
    level, row = 0, hashes
    while len(row) >= 256:
        level, row = level + 1, [root_of(row[at : at + 256]) for at in range(0, len(row) - 255, 256)]
        need(b"".join(tiles(directory, str(level), len(row))) == b"".join(row), "tiles that are not of the leaves")
    return {"kind": "log", "size": len(hashes), "events": len(seen)}


def tiles(directory, level, count):
    """Yield the bytes of each tile of a level, none for one that is not there."""
    for index in range(-(-count // 256)):
        width, digits = min(256, count - 256 * index), str(index).zfill(-(-len(str(index)) // 3) * 3)
        path = directory / "tile" / level / (re.sub("(...)(?=.)", r"x\1/", digits) + f".p/{width}" * (width < 256))
        yield path.read_bytes() if path.exists() else b""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("proof", "checkpoint", "log"))
    parser.add_argument("path", type=Path)
    parser.add_argument("--checkpoint", type=Path, action="append", default=[])
    parser.add_argument("--witnesses", type=Path)
    given = parser.parse_args()
    try:
        policy = given.witnesses and given.witnesses.read_bytes()
        if given.what == "proof":
            shown = check_proof(given.path.read_bytes(), [one.read_bytes() for one in given.checkpoint], policy)
        elif given.what == "log":
            shown = check_log(given.path, policy)
        else:
            shown = {"kind": "checkpoint", "size": judge(policy, parse_checkpoint(given.path.read_bytes()))["size"]}
    except (ValueError, OSError) as error:
        raise SystemExit(f"refused: {error}") from error
    print(json.dumps(shown))


if __name__ == "__main__":
    main()
