"""Verify an export of a trial: chain, disclosed parts, checkpoints, an anchor and, after the reveal, every allocation.

    python3 verify_trial.py EXPORT [--anchor FILE]... [--reveal FILE]

Exit code: 0 what could be checked is right, 1 something differs, 2 a file cannot be read. README.md has the details.
"""

import argparse
import hmac
import itertools
import json
import math
import sys
from collections import Counter
from fractions import Fraction
from hashlib import sha256, sha512
from pathlib import Path


def canonical(value):
    """Canonical JSON (RFC 8785) of what occurs here, as bytes: no blanks, keys ordered by their UTF-16 code units."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return b"{%s}" % b",".join(canonical(key) + b":" + canonical(value[key]) for key in keys)
    if isinstance(value, list):
        return b"[%s]" % b",".join(map(canonical, value))
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 2**53):
        raise ValueError("a number with a fraction, or too large")
    return json.dumps(value, ensure_ascii=False).encode()


def parse(line):
    """The JSON of a line, if the line is its one spelling: no byte of it can change unseen."""
    if canonical(json.loads(line)) + b"\n" != line:
        raise ValueError("not canonical JSON with a line end")
    return json.loads(line)


def unhex(text):
    if bytes.fromhex(text).hex() != text:
        raise ValueError("not lower-case hexadecimal")
    return bytes.fromhex(text)


# Ed25519 (RFC 8032, 5.1): -x^2 + y^2 = 1 + D x^2 y^2 modulo P; a point is (X, Y, Z, T), x = X/Z, y = Y/Z, xy = T/Z
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2]
    return (b - a) * (d - c) % P, (d + c) * (b + a) % P, (d - c) * (d + c) % P, (b - a) * (b + a) % P


def multiply(k, p):
    half = multiply(k // 2, add(p, p)) if k else (0, 1, 1, 0)
    return add(half, p) if k % 2 else half


def point(data):  # 5.1.3: y, and above it the lowest bit of x
    odd, y = divmod(int.from_bytes(data, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    x = root if root * root % P == square else root * pow(2, (P - 1) // 4, P) % P
    if len(data) != 32 or y >= P or x * x % P != square or (x == 0 and odd):
        raise ValueError("no point of the curve")
    x = x if x % 2 == odd else P - x
    return x, y, 1, x * y % P


def is_signed(key, message, signature):  # 5.1.7: S is below the order, and [S]B = R + [k]A
    base = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    k = int.from_bytes(sha512(r + key + message).digest(), "little") % ORDER
    left, right = multiply(s, base), add(point(r), multiply(k, point(key)))
    is_equal = not any((left[i] * right[2] - right[i] * left[2]) % P for i in (0, 1))
    return is_equal and s < ORDER and len(signature) == 64


class Replay:
    """The decisions again, in their order, from what the reveal opens (sections: of the page allocation-algorithm)."""

    def __init__(self, reveal):
        self.secret, self.list, specification = unhex(reveal["secret"]), reveal["list"], reveal["specification"]
        self.method, self.stratify, factors = (specification[name] for name in ("method", "stratify", "factors"))
        self.shares = [arm["name"] for arm in specification["arms"] for _ in range(arm["shares"])]
        self.n, self.tallies, self.blocks = len(self.shares), {}, {}
        self.margins = {each["name"]: {level: [0] * self.n for level in each["levels"]} for each in factors}

    def stream(self, *place):  # section 2: the words of a purpose, stratum and position
        for c in itertools.count():
            block = hmac.digest(self.secret, canonical(["equipoise-allocation-1", *place, c]), "sha256")
            yield from (int.from_bytes(block[i : i + 8], "big") for i in range(0, 32, 8))

    def below(self, n, words):
        return next(word for word in words if word < 2**64 - 2**64 % n) % n

    def decide(self, values):  # section 8
        name, stratum = self.method["name"], "; ".join(f"{each}={values[each]}" for each in self.stratify) or "all"
        scores = tally = self.tallies.setdefault(stratum, [0] * self.n)
        decision = {"counts": [], "margins": {}, "scores": [], "probabilities": [], "draw": None, "draw_range": None}
        decision |= {"stratum": stratum, "position": sum(tally), "values": values, "share": None, "block": None}
        if name == "permuted-blocks":
            decision["share"], decision["block"] = self.find_place(stratum, sum(tally))
        elif name != "sealed-list":
            if name == "minimisation":
                scores = [self.score(candidate, values) for candidate in range(self.n)]
                decision |= {"margins": json.loads(canonical(self.margins)), "scores": [str(score) for score in scores]}
            elif name != "simple":
                decision["counts"] = list(tally)
            weights = self.weigh(scores)
            weights = [weight // math.gcd(*weights) for weight in weights]
            draw = self.below(sum(weights), self.stream("arm", stratum, sum(tally)))
            share = next(i for i, running in enumerate(itertools.accumulate(weights)) if running > draw)
            decision |= {"draw": draw, "draw_range": sum(weights), "share": share}
            decision["probabilities"] = [str(Fraction(weight, sum(weights))) for weight in weights]
        arm = self.list[stratum][sum(tally)] if name == "sealed-list" else self.shares[decision["share"]]
        for counts in [tally, *(self.margins[factor][level] for factor, level in values.items())]:
            counts[decision["share"] or 0] += 1
        return decision | {"arm": arm}

    def weigh(self, scores):  # section 3: the weight of each share by its count or score
        low, method = min(scores), self.method
        if method["name"] in ("simple", "big-stick"):
            return [int(score < low + method.get("limit", math.inf)) for score in scores]
        if method["name"] == "block-urn":
            return [method["limit"] + low - score for score in scores]
        a, b = Fraction(method["probability"]).as_integer_ratio()
        tied = scores.count(low)
        return [a * (self.n - 1) + (tied - 1) * (b - a) if score == low else tied * (b - a) for score in scores]

    def score(self, candidate, values):  # section 4
        total, measure, n = Fraction(0), self.method["measure"], self.n
        for factor, weight in self.method["weights"].items():
            counts = [count + (i == candidate) for i, count in enumerate(self.margins[factor][values[factor]])]
            distance = Fraction(n * sum(count * count for count in counts) - sum(counts) ** 2, n * (n - 1))
            if measure == "range":
                distance = Fraction(max(counts) - min(counts))
            if measure == "standard-deviation":
                distance = Fraction(math.isqrt(math.floor(10**100 * distance)), 10**50)
            total += Fraction(weight) * distance
        return Fraction(math.floor(10**30 * total + Fraction(1, 2)), 10**30) if measure[0] == "s" else total

    def find_place(self, stratum, position):  # section 5: share and block
        blocks, sizes = self.blocks.setdefault(stratum, []), self.method["sizes"]
        while position >= sum(map(len, blocks)):
            size = sizes[self.below(len(sizes), self.stream("block-size", stratum, len(blocks)))]
            words = self.stream("block-order", stratum, len(blocks))
            blocks.append([*range(self.n)] * (size // self.n) or [None])
            for i in range(size - 1, 0, -1):
                j = self.below(i + 1, words)
                blocks[-1][i], blocks[-1][j] = blocks[-1][j], blocks[-1][i]
        place = position - sum(map(len, blocks[:-1]))
        return blocks[-1][place], {"index": len(blocks) - 1, "size": len(blocks[-1]), "place": place}

    def list_root(self):  # section 6: the root of a Merkle tree (RFC 6962, 2.1)
        level = []
        for stratum, i in [(s, i) for s in sorted(self.list, key=str.encode) for i in range(len(self.list[s]))]:
            salt = "".join(f"{word:016x}" for word in itertools.islice(self.stream("list-leaf", stratum, i), 4))
            level.append(sha256(b"\0" + canonical([stratum, i, self.list[stratum][i], salt])).digest())
        while len(level) > 1:
            pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
            level = [sha256(b"\1" + b"".join(pair)).digest() if pair[1:] else pair[0] for pair in pairs]
        return level[0].hex()


class Verification:
    """What differs (`findings`) and what was checked; the files are told in the page ledger-export."""

    def __init__(self):
        self.findings, self.where, self.shown, self.acts = [], "", Counter(), []
        self.seq, self.previous, self.at, self.hashes = 0, "0" * 64, "", {0: "0" * 64}
        self.signers, self.n_signed = {"keys": [], "trial": None}, 0
        self.replay, self.n_frozen, self.subjects, self.used, self.n_again = None, 0, {}, Counter(), 0

    def check(self, is_right, what):
        if not is_right:
            self.findings.append(f"{self.where}: {what}")

    def attempt(self, where, function, *arguments):
        self.where = where
        try:
            function(*arguments)
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
            self.check(False, f"is not as it should be written: {error!r}")

    def check_event(self, line):
        self.seq, previous, self.previous = self.seq + 1, self.previous, None
        self.where = f"event {self.seq}"
        event = parse(line)
        link = event["link"]
        self.check(link["seq"] == self.seq, f"event {link['seq']} stands in its place")
        self.seq, self.where, self.previous = link["seq"], f"event {link['seq']}", event["hash"]
        self.hashes[self.seq] = sha256(canonical(link)).hexdigest()
        self.check(event["hash"] == self.hashes[self.seq], "hash is not that of the link")
        self.check(previous in (None, link["previous"]), "previous is not the hash of the event before it")
        shown, parts, payloads = event["parts"], link["parts"], {}
        self.check(sorted(shown) == sorted(part["class"] for part in parts), "parts are not those of the link")
        for name, commitment in [(part["class"], part["commitment"]) for part in parts]:
            if shown[name] not in ({"state": "withheld"}, {"state": "destroyed"}):
                content = unhex(shown[name]["salt"]) + shown[name]["payload"].encode()
                self.check(sha256(content).hexdigest() == commitment, f"part {name} is not what was committed to")
                payloads[name] = json.loads(shown[name]["payload"])
        self.shown.update([*payloads])
        for header in [payload["header"] for payload in payloads.values() if "header" in payload]:
            self.check(header["at"] >= self.at, "is dated before the event before it")
            self.at = header["at"]
            if not self.findings:
                self.acts.append((self.seq, header["act"], header["subject"], payloads))

    def check_signed(self, line, is_anchor=False):
        """A checkpoint or hand-over: signed by the key in use (an anchor: by any of them), and of an event here."""
        document, keys = parse(line), self.signers["keys"]
        said = document["handover" if "handover" in document else "checkpoint"]
        self.where += f" (event {said['seq']})"
        key, signature = unhex(said["key"]), unhex(document["signature"])
        self.check(is_signed(key, canonical(said), signature), "signature does not fit")
        self.check(not keys or said["key"] in (keys if is_anchor else keys[-1:]), "key is not the one in use")
        self.check(self.signers["trial"] in (None, said["trial"]), "is of another trial")
        self.check(said["seq"] <= self.seq, f"the ledger ends before it, with event {self.seq}")
        self.check(said["hash"] == self.hashes.get(said["seq"]), "hash is not that of the event")
        if not is_anchor:
            keys += [said["key"]] * (not keys) + [said[name] for name in said if name == "next"]
            self.signers["trial"], self.n_signed = said["trial"], self.n_signed + 1

    def check_keys(self, line):
        self.check(
            parse(line) == self.signers or not self.n_signed, "is not what the checkpoints say of keys and trial"
        )

    def check_allocations(self, reveals):
        """Nobody twice, no place skipped or used twice; and, with a reveal, each decision again."""
        reveals += [each["open"]["new"]["reveal"] for _, act, _, each in self.acts if act == "scheme.revealed"]
        for seq, act, subject, payloads in self.acts:
            if act == "scheme.frozen":
                self.n_frozen += 1
                for reveal in reveals:
                    self.attempt(f"event {seq}", self.open_scheme, payloads["open"]["new"], reveal)
            if act == "subject.allocated":
                self.attempt(f"event {seq}", self.check_allocation, seq, subject, payloads)

    def open_scheme(self, frozen, reveal):
        replay, specification = Replay(reveal), reveal["specification"]
        content = {name: reveal[name] for name in ("list_root", "salt", "secret", "specification")}
        is_right = sha256(canonical(content)).hexdigest() == frozen["commitment"] == reveal["commitment"]
        self.check(is_right, "the commitment is not that of the reveal")
        root = reveal["list"] and replay.list_root()
        self.check(root == reveal["list_root"], "the revealed list does not have the root committed to")
        for name, value in (specification | {"method": specification["method"]["name"]}).items():
            self.check(frozen.get(name, value) == value, f"{name} is not that of the revealed specification")
        self.replay = replay if is_right else None

    def check_allocation(self, seq, subject, payloads):
        new, first = payloads["open"]["new"], self.subjects.setdefault(subject, seq)
        self.check(first == seq, f"subject {subject} was allocated before, in event {first}")
        self.check(self.n_frozen == 1, "there is not exactly one frozen allocation before it")
        again = {"position": self.used[new["stratum"]]}
        self.used[new["stratum"]] += 1
        if self.replay:
            again, self.n_again = self.replay.decide(new["values"]), self.n_again + 1
        for part, fields in (("open", ["stratum"]), ("arm", ["arm"]), ("decision", again)):
            for field in [field for field in fields if field in again and part in payloads]:
                told = payloads[part]["new"].get(field)
                self.check(told == again[field], f"part {part}: {field} is {told}, computed again {again[field]}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=Path, help="folder with ledger.jsonl, checkpoints.jsonl and keys.json")
    parser.add_argument("--anchor", type=Path, action="append", default=[], help="a checkpoint sent outside earlier")
    parser.add_argument(
        "--reveal", type=Path, action="append", default=[], help="a reveal that the export does not hold"
    )
    asked, found = parser.parse_args(arguments), Verification()
    try:
        anchors, reveals = ([json.loads(x.read_bytes()) for x in paths] for paths in (asked.anchor, asked.reveal))
        checks = (found.check_event, found.check_signed, found.check_keys)
        for name, check_line in zip(("ledger.jsonl", "checkpoints.jsonl", "keys.json"), checks, strict=True):
            with (asked.export / name).open("rb") as file:
                for n, line in enumerate(file, 1):
                    found.attempt(f"{name} line {n}", check_line, line)
        for n, anchor in enumerate(anchors, 1):
            found.attempt(f"anchor {n}", found.check_signed, canonical(anchor) + b"\n", True)
    except (OSError, ValueError, RecursionError) as error:
        parser.exit(2, f"cannot be read: {error}\n")
    found.check(found.seq > 0, "the ledger holds no event")
    found.check_allocations(reveals)
    shown = ", ".join(f"{name} {n}" for name, n in found.shown.most_common())
    print(f"events: {found.seq}, last hash {found.previous}\ndisclosed parts: {shown or 'none'}")
    print(f"checkpoints: {found.n_signed}, signed by: {', '.join(found.signers['keys']) or 'nobody'}")
    print(f"allocations before any difference of the chain: {len(found.subjects)}, computed again: {found.n_again}")
    print(*(f"DIFFERS {finding}" for finding in found.findings), f"differences: {len(found.findings)}", sep="\n")
    return min(len(found.findings), 1)


if __name__ == "__main__":
    sys.exit(main())
