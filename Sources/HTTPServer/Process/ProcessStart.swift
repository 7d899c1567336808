// SPDX-License-Identifier: Apache-2.0

/// The setup of a process before it serves.
package enum ProcessStart {
    /// The start time, in seconds since 1970-01-01T00:00:00Z.
    static let time = SystemCall.fractionalSecondsSince1970()

    /// Opens closed standard descriptors, ignores SIGPIPE, and blocks the signals that ``Signals``
    /// handles.
    ///
    /// Must be called before any descriptor is opened and any thread is started: threads inherit
    /// the signal mask, and a signal would terminate one that does not block it. Ignored signals
    /// would be lost instead of delivered later.
    package static func prepare() {
        _ = time
        SystemCall.reserveStandardDescriptors()
        SystemCall.ignoreBrokenPipes()
        SystemCall.block(Signals.numbers)
    }
}
