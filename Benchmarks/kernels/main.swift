// SPDX-License-Identifier: Apache-2.0

// Measures and verifies the losses:
//
//     kernel-benchmark [numbers [kind [instruction set]]]
//                                           prints the nanoseconds per element of every loss
//     kernel-benchmark repeat times numbers loss   repeats one evaluation, for profilers
//     kernel-benchmark digest               prints a hash of all results

import LossFacts
import LossFunctions

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
default:
    let set = InstructionSet.available.first { $0.description == arguments[3] }
    InstructionSet.$current.withValue(set ?? InstructionSet.current) {
        measure(Int(arguments[1]) ?? 1_000_000, kind: arguments[2])
    }
}
