// SPDX-License-Identifier: Apache-2.0

import ArrayKernels
package import ArrayMath
import CVector

#if arch(x86_64)
import ArrayKernelsV3
import ArrayKernelsV4
#endif

/// The instructions that functions of arrays are computed with.
///
/// The executable runs on any processor of its architecture, and takes what the one that it runs
/// on has beyond that. Answers that are exact are the same at each level; others may differ in
/// their last place.
package struct Level: Sendable, CustomStringConvertible {
    package let description: String
    package let functions: any ArrayFunctions.Type

    /// Those that this processor is capable of, the widest last.
    package static let available = all.filter { $0.isAvailable }.map { $0.level }

    /// The level of what is computed by this task; the widest, unless a test says otherwise.
    @TaskLocal package static var current = available[available.count - 1]

    #if arch(x86_64)
    private static let all: [(isAvailable: Bool, level: Level)] = [
        (true, Level("x86-64", ArrayKernels.Kernels.self)),
        (cvector_has_v3(), Level("x86-64-v3", ArrayKernelsV3.Kernels.self)),
        (cvector_has_v4(), Level("x86-64-v4", ArrayKernelsV4.Kernels.self)),
    ]
    #else
    private static let all: [(isAvailable: Bool, level: Level)] = [
        (true, Level("of every processor", ArrayKernels.Kernels.self))
    ]
    #endif

    private init(_ description: String, _ functions: any ArrayFunctions.Type) {
        self.description = description
        self.functions = functions
    }
}
