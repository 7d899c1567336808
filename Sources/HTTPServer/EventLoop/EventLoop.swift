// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The state of an event loop: its connections and, for interactive traffic, its own listening
/// sockets.
///
/// Confined to its owner's lock (see ``LoopRunner``), so no two threads use it at once.
struct EventLoop: ~Copyable {
    let services: Services
    /// The class of traffic that it serves; connections of the other class migrate to its
    /// counterpart.
    let traffic: TrafficClass
    let mailbox: Mailbox
    /// The mailbox of the loop for the other class of traffic.
    let counterpart: Mailbox
    let poll: Descriptor
    let timer: Descriptor
    var listeners: [Listener]
    var entries = ConnectionTable()
    var now = SystemCall.now()
    var date = DateLine()
    /// The ID of the latest connection.
    var connectionID = UInt64.random(in: .min ... .max)
    /// Connections that have used up their turn.
    var postponed: [ConnectionKey] = []
    var refusalPace = RefusalPace()
    /// Ready connections that are processed together.
    var batch: [ConnectionEntry] = []
    /// The buffers for the first read of each connection in the batch.
    var readBatch = ReadBatch()
    /// Connections beyond the limit, oldest first; some may have ended already.
    var overLimitKeys: [ConnectionKey] = []
    /// The time at which the next sweep is due.
    private var sweepDue = Instant(nanoseconds: .max)
    /// Connections whose output is sent at the end of the batch.
    var pendingSends: [ConnectionEntry] = []
    /// Whether sending is deferred to the end of the batch.
    var isBatching = false
    /// The shared buffer for other small reads.
    var buffer = [UInt8](repeating: 0, count: 64 * 1_024)
    var isDraining = false
    var isFinishing = false
    /// The number of connections that a drain waits for.
    var undrained = 0
    var isTimerSet = false
    var hasDrained = false
    var hasEnded = false
    /// The milestones reached since the owner last took them.
    var milestones: [Milestone] = []
    private var changes = Changes(capacity: 256)

    /// A milestone of shutting down.
    enum Milestone: Sendable {
        /// Every exchange in progress when the drain began has been completed.
        case drained
        /// No connections and no listeners are left.
        case ended
    }

    /// The interval in milliseconds at which deadlines are checked.
    private static let sweepMilliseconds = 250
    /// The delay of a sweep from which it is attributed to a suspended process, not to load.
    private static let suspensionThreshold = Duration.seconds(1)
    private static let timerKey = UInt64.max
    private static let mailboxKey = UInt64.max - 1
    private static let firstListenerKey = UInt64.max - 1_024

    init(
        _ traffic: TrafficClass,
        listeners: consuming [Listener] = [],
        mailbox: Mailbox,
        counterpart: Mailbox,
        services: Services
    ) throws(SystemError) {
        let poll = try SystemCall.makePoll()
        let timer = try SystemCall.makeTimer()
        try SystemCall.watch(timer, on: poll, key: Self.timerKey)
        try SystemCall.watch(mailbox.wakeup, on: poll, key: Self.mailboxKey)
        for (index, listener) in listeners.enumerated() {
            let key = Self.firstListenerKey + UInt64(index)
            try SystemCall.watch(listener.socket, on: poll, key: key)
        }
        self.poll = poll
        self.timer = timer
        self.listeners = listeners
        self.traffic = traffic
        self.mailbox = mailbox
        self.counterpart = counterpart
        self.services = services
    }

    /// Processes events until none arrives for `milliseconds`, or a milestone is reached.
    mutating func run(milliseconds: Int32) {
        while milestones.isEmpty {
            let isBusy = !postponed.isEmpty || listeners.contains { $0.isPostponed }
            let count = SystemCall.wait(
                on: poll,
                for: &changes,
                milliseconds: isBusy ? 0 : milliseconds
            )
            guard count > 0 || isBusy else { return }
            now = SystemCall.now()
            for index in 0..<count { handle(changes[index]) }
            driveBatch()
            drivePostponed()
        }
    }

    private mutating func handle(_ change: Change) {
        // Events of other descriptors may affect all connections.
        if change.key >= Self.firstListenerKey { driveBatch() }
        switch change.key {
        case Self.timerKey: sweep()
        case Self.mailboxKey: for message in mailbox.take() { handle(message) }
        case Self.firstListenerKey...:
            let index = Int(change.key - Self.firstListenerKey)
            if index < listeners.count { accept(at: listeners[index]) }
        default:
            // The event may be late and the connection may have ended.
            guard let entry = entries[ConnectionKey(rawValue: change.key)] else { return }
            if change.isReadable { entry.isReadable = true }
            if change.isWritable { entry.isWritable = true }
            if change.isEnding { entry.isEnding = true }
            if change.isBroken { entry.isBroken = true }
            enqueue(entry)
        }
    }

    private mutating func drivePostponed() {
        for listener in listeners where listener.isPostponed { accept(at: listener) }
        guard !postponed.isEmpty else { return }
        let keys = postponed
        postponed = []
        for key in keys {
            guard let entry = entries[key] else { continue }
            entry.isPostponed = false
            drive(entry)
        }
    }

    /// Checks all deadlines, and retries connections that could not be accepted.
    private mutating func sweep() {
        isTimerSet = false
        let late = now.duration(since: sweepDue)
        // A suspended process could not read from its clients.
        if late > Self.suspensionThreshold {
            for entry in entries.all { entry.connection.extendDeadlines(by: late) }
        }
        for entry in entries.all where isDue(entry) {
            // Data that has arrived or been accepted by the kernel counts, even if it was not
            // reported yet.
            entry.isReadable = true
            entry.isWritable = true
            drive(entry)
            guard entries[entry.key] != nil, isDue(entry) else { continue }
            entry.connection.expired(now: now)
            drive(entry)
        }
        for listener in listeners where listener.isPaused { accept(at: listener) }
        setTimer()
    }

    private func isDue(_ entry: ConnectionEntry) -> Bool {
        entry.connection.deadline.map { $0 <= now } ?? false
    }

    /// Schedules a sweep if there is anything to check.
    mutating func setTimer() {
        guard !isTimerSet, !entries.isEmpty || listeners.contains(where: { $0.isPaused }) else {
            return
        }
        isTimerSet = true
        sweepDue = now.advanced(by: .milliseconds(Self.sweepMilliseconds))
        SystemCall.set(timer, milliseconds: Self.sweepMilliseconds)
    }
}
