// SPDX-License-Identifier: Apache-2.0

// How fast the codec is, and whether it is right:
//
//     codec-benchmark [numbers [shape]]     nanoseconds a number, for several shapes of numbers
//     codec-benchmark shapes                the names of the shapes
//     codec-benchmark text shape numbers    an array of numbers of a shape, for others to read
//     codec-benchmark verify patterns       random doubles both ways, against the C library

let arguments = CommandLine.arguments + ["", "", ""]
switch arguments[1] {
case "verify": verify(patterns: Int(arguments[2]) ?? 1_000_000)
case "shapes": for shape in Shape.all { print(shape.name) }
case "text": printBody(of: arguments[2], numbers: Int(arguments[3]) ?? 1_000_000)
default: measure(numbers: Int(arguments[1]) ?? 1_000_000, shape: arguments[2])
}
