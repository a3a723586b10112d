// What the gate and its two programs say to each other: one JSON object per line, a request and then its answer.
//
//   the worker, first of all  {"tandem_race_worker": 1, "counts": true, "shares": true}
//   {"do": "list", "filter": "", "full": false, "hidden": false, "threads": [1]}
//                             {"rows": [{"method": ..., "variant": ..., "workload": ..., "threads": 1, "code": "..."}]}
//   {"do": "prepare", "method": ..., "workload": ..., "rows": [{"variant": ..., "threads": 1}], "seed": 1, "steps":
//   1e8,
//    "longest": 0.25, "check": true}
//                             {"rows": [{"ready": true, "why": ""}]}
//   {"do": "epoch", "row": 0, "runs": 10, "check": false}   {"seconds": 0.0010}
//   {"do": "count", "row": 0}                               {"counted": true}
//   {"do": "finish"}                                        {"finished": true}, and the worker ends
//   whatever goes wrong                                     {"error": "one sentence"}
//
// A worker waits on its pipe while the other one runs. "epoch" times `runs` runs of a prepared row after an eighth as
// many that only warm the caches; with "check" the output is poisoned before and compared after the timed runs.
// "prepare" with "check" must agree with the reference first (benchmarks/suite/check.hpp); without, the counted run is
// held against the method's certificate. With "pages", the number of an inherited descriptor, the worker keeps its
// blocks in the memory behind it, if it "shares" (benchmarks/suite/page_arena.hpp). "code" is a hash of the machine
// code behind the row, empty where it is not known.
#pragma once

namespace tandem::regression {

/// Raised whenever a line above changes its meaning: two builds that speak differently are not compared.
inline constexpr int protocol_version = 1;

}  // namespace tandem::regression
