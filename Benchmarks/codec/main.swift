// SPDX-License-Identifier: Apache-2.0

// Measures and verifies the codec:
//
//     codec-benchmark [numbers [shape]]     prints the nanoseconds per number, for several shapes
//     codec-benchmark shapes                prints the names of the shapes
//     codec-benchmark text shape numbers    prints an array of numbers of a shape
//     codec-benchmark verify patterns       verifies random doubles against the C library

let arguments = CommandLine.arguments + ["", "", ""]
switch arguments[1] {
case "verify": verify(patterns: Int(arguments[2]) ?? 1_000_000)
case "shapes": for shape in Shape.all { print(shape.name) }
case "text": printBody(of: arguments[2], numbers: Int(arguments[3]) ?? 1_000_000)
default: measure(numbers: Int(arguments[1]) ?? 1_000_000, shape: arguments[2])
}
