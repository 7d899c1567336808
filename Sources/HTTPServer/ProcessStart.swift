// SPDX-License-Identifier: Apache-2.0

/// What a process does before it serves.
package enum ProcessStart {
    /// The time of the start, in seconds since 1970-01-01T00:00:00Z.
    static let time = SystemCall.fractionalSecondsSince1970()

    /// Takes the standard descriptors that were closed, has writing to a broken pipe be an error, and
    /// lets the signals that ``Signals`` listens to wait until it does.
    ///
    /// To be called before anything opens a descriptor or starts a thread: a thread inherits which
    /// signals wait, and one that did not let them wait would be ended by them. Were they ignored
    /// meanwhile, they would be lost.
    package static func prepare() {
        _ = time
        SystemCall.takeStandardDescriptors()
        SystemCall.ignoreBrokenPipes()
        SystemCall.holdBack(Signals.numbers)
    }
}
