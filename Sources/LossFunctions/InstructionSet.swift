// SPDX-License-Identifier: Apache-2.0

import ArrayKernels
package import ArrayMath
import CVector

#if arch(x86_64)
import ArrayKernelsV3
import ArrayKernelsV4
#endif

/// An instruction set for which the functions of arrays are compiled.
///
/// The executable runs on any processor of its architecture and uses the widest instruction set
/// available. Results are the same to the last bit with each of them.
package struct InstructionSet: Sendable, CustomStringConvertible {
    package let description: String
    package let functions: any ArrayFunctions.Type

    /// The instruction sets that this processor supports, the widest last.
    package static let available = all.filter { $0.isAvailable }.map { $0.instructionSet }

    /// The instruction set used by this task: the widest one, unless a test selects another.
    @TaskLocal package static var current = available[available.count - 1]

    #if arch(x86_64)
    private static let all: [(isAvailable: Bool, instructionSet: InstructionSet)] = [
        (true, InstructionSet("x86-64", ArrayKernels.Kernels.self)),
        (cvector_has_v3(), InstructionSet("x86-64-v3", ArrayKernelsV3.Kernels.self)),
        (cvector_has_v4(), InstructionSet("x86-64-v4", ArrayKernelsV4.Kernels.self)),
    ]
    #else
    private static let all: [(isAvailable: Bool, instructionSet: InstructionSet)] = [
        (true, InstructionSet("baseline", ArrayKernels.Kernels.self))
    ]
    #endif

    private init(_ description: String, _ functions: any ArrayFunctions.Type) {
        self.description = description
        self.functions = functions
    }
}
