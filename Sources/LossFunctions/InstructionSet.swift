// SPDX-License-Identifier: Apache-2.0

import ArrayKernels
package import ArrayMath
import CVector

#if LEVELS
import ArrayKernelsV3
import ArrayKernelsV4
#endif

/// An instruction set for which the functions of arrays are compiled.
///
/// The executable runs on any processor of its architecture and uses the widest instruction set
/// available. Results are the same to the last bit with each of them.
package final class InstructionSet: Sendable, CustomStringConvertible {
    package let description: String
    package let functions: any ArrayFunctions.Type
    /// The place among those available.
    let place: Int

    /// The instruction sets that this processor supports, the widest last.
    package static let available = all.filter { $0.isAvailable }.enumerated().map { place, set in
        InstructionSet(set.description, set.functions, place: place)
    }

    /// The instruction set used by this task: the widest one, unless a test selects another.
    @TaskLocal package static var current = available[available.count - 1]

    #if LEVELS
    private static let all: [Compiled] = [
        (true, "x86-64", ArrayKernels.Kernels.self),
        (cvector_has_v3(), "x86-64-v3", ArrayKernelsV3.Kernels.self),
        (cvector_has_v4(), "x86-64-v4", ArrayKernelsV4.Kernels.self),
    ]
    #else
    private static let all: [Compiled] = [(true, "baseline", ArrayKernels.Kernels.self)]
    #endif

    private typealias Compiled = (
        isAvailable: Bool, description: String, functions: any ArrayFunctions.Type
    )

    private init(_ description: String, _ functions: any ArrayFunctions.Type, place: Int) {
        self.description = description
        self.functions = functions
        self.place = place
    }
}
