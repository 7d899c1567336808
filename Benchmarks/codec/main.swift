// SPDX-License-Identifier: Apache-2.0

// How fast the codec is, and whether it is right:
//
//     codec-benchmark [numbers [kind]]      nanoseconds a number, for several kinds of body
//     codec-benchmark verify patterns       random doubles both ways, against the C library

let arguments = CommandLine.arguments + ["", "", ""]
if arguments[1] == "verify" {
    verify(patterns: Int(arguments[2]) ?? 1_000_000)
} else {
    measure(numbers: Int(arguments[1]) ?? 1_000_000, kind: arguments[2])
}
