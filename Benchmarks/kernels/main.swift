// SPDX-License-Identifier: Apache-2.0

// How fast losses are computed, and whether they are right:
//
//     kernel-benchmark [numbers [kind]]     nanoseconds an element, for every loss and reduction
//     kernel-benchmark repeat times numbers loss   one evaluation over and over, for profilers
//     kernel-benchmark digest               a number that changes when any answer does

let arguments = CommandLine.arguments + ["", "", "", "", ""]
switch arguments[1] {
case "repeat":
    repeatEvaluation(
        times: Int(arguments[2]) ?? 1_000,
        numbers: Int(arguments[3]) ?? 4,
        of: arguments[4]
    )
case "digest": digest()
case "": for numbers in [4, 1_000, 100_000, 1_000_000] { measure(numbers, kind: "") }
default: measure(Int(arguments[1]) ?? 1_000_000, kind: arguments[2])
}
