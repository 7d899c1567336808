// SPDX-License-Identifier: Apache-2.0

import FuzzSubjects

#if FUZZING
import CFuzzer

/// The entry point that libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
package func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // Safe: libFuzzer passes the beginning of memory that holds `count` bytes until we return.
    runOrAbort(unsafe [UInt8](UnsafeBufferPointer(start: start, count: count)), Subject.check)
    return 0
}

@main
struct EntryPoint {
    /// Runs libFuzzer with the arguments of the process.
    static func main() {
        var count = CommandLine.argc
        // Safe: the arguments live as long as the process.
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
            unsafe CommandLine.unsafeArgv
        _ = unsafe LLVMFuzzerRunDriver(&count, &arguments, testOneInput)
    }
}
#else
@main
struct EntryPoint {
    /// Runs the inputs in the directories given as arguments.
    static func main() throws {
        for path in CommandLine.arguments.dropFirst() {
            for input in try StoredInput.all(in: path) {
                runOrAbort(input.bytes, Subject.check)
            }
        }
    }
}
#endif
