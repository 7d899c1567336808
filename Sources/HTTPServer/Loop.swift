// SPDX-License-Identifier: Apache-2.0

import HTTP

/// One event loop: its connections and, where it serves short questions, listening sockets of its
/// own.
///
/// Confined to its owner's lock (see ``EventLoop``); nothing in it is touched by two threads.
struct Loop: ~Copyable {
    let services: Services
    /// What it serves; a connection that brings the other is sent to its counterpart.
    let traffic: Traffic
    let mailbox: Mailbox
    /// Where the loop of the other traffic is told something.
    let counterpart: Mailbox
    let poll: Descriptor
    let timer: Descriptor
    var listeners: [Listener]
    var links = LinkTable()
    var now = SystemCall.now()
    var date = DateLine()
    /// The number of the latest connection.
    var identity = UInt64.random(in: .min ... .max)
    /// Connections that have more to do than they were allowed in one turn.
    var postponed: [ConnectionKey] = []
    /// Connections that something has happened to, a few at a time.
    var awake: [Link] = []
    /// Where the first read of each of these goes.
    var lanes = Lanes()
    /// Connections too many, the oldest first; some of them may have gone.
    var guests: [ConnectionKey] = []
    /// When the sweep is due that the timer is set for.
    private var sweepDue = Instant(nanoseconds: .max)
    /// Connections whose answers are sent once all of these are driven.
    var outgoing: [Link] = []
    /// Whether answers are left to be sent then.
    var isGathering = false
    /// Where other small reads go, one connection after the other.
    var buffer = [UInt8](repeating: 0, count: 64 * 1_024)
    var isDraining = false
    var isFinishing = false
    /// How many connections a drain waits for.
    var awaited = 0
    var isTimerSet = false
    var hasDrained = false
    var hasEnded = false
    /// What has come about since the owner last asked.
    var milestones: [Milestone] = []
    private var changes = Changes(capacity: 256)

    /// Points on the way to the end.
    enum Milestone: Sendable {
        /// All that had begun when the drain began has been answered.
        case drained
        /// There are no connections and no listeners any more.
        case ended
    }

    /// How often deadlines are looked at.
    private static let sweepMilliseconds = 250
    /// A sweep that is so late was not kept waiting by work: the process was stopped.
    private static let frozenTime = Duration.seconds(1)
    private static let timerKey = UInt64.max
    private static let mailboxKey = UInt64.max - 1
    private static let firstListenerKey = UInt64.max - 1_024

    init(
        _ traffic: Traffic,
        listeners: consuming [Listener] = [],
        mailbox: Mailbox,
        counterpart: Mailbox,
        services: Services
    ) throws(SystemError) {
        let poll = try SystemCall.makePoll()
        let timer = try SystemCall.makeTimer()
        try SystemCall.watch(timer, on: poll, key: Self.timerKey)
        try SystemCall.watch(mailbox.bell, on: poll, key: Self.mailboxKey)
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

    /// Does all there is to do, and returns when nothing has happened for so many milliseconds, or
    /// a milestone is reached.
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
            driveAwake()
            goOnWithPostponed()
        }
    }

    private mutating func handle(_ change: Change) {
        // What is no connection may concern all of them.
        if change.key >= Self.firstListenerKey { driveAwake() }
        switch change.key {
        case Self.timerKey: sweep()
        case Self.mailboxKey: for message in mailbox.take() { handle(message) }
        case Self.firstListenerKey...:
            let index = Int(change.key - Self.firstListenerKey)
            if index < listeners.count { accept(at: listeners[index]) }
        default:
            // Late events of a connection that has ended have nobody to go to.
            guard let link = links[ConnectionKey(rawValue: change.key)] else { return }
            if change.isReadable { link.isReadable = true }
            if change.isWritable { link.isWritable = true }
            if change.isEnding { link.isEnding = true }
            wake(link)
        }
    }

    private mutating func goOnWithPostponed() {
        for listener in listeners where listener.isPostponed { accept(at: listener) }
        guard !postponed.isEmpty else { return }
        let keys = postponed
        postponed = []
        for key in keys {
            guard let link = links[key] else { continue }
            link.isPostponed = false
            drive(link)
        }
    }

    /// Looks at all deadlines, and at connections that could not be accepted.
    private mutating func sweep() {
        isTimerSet = false
        let late = now.duration(since: sweepDue)
        // A process that was stopped has heard nobody meanwhile.
        if late > Self.frozenTime {
            for link in links.all { link.connection.forgive(late) }
        }
        for link in links.all where isDue(link) {
            // What has come, or has been taken, and has not been looked at yet counts.
            link.isReadable = true
            link.isWritable = true
            drive(link)
            guard links[link.key] != nil, isDue(link) else { continue }
            link.connection.expired(now: now)
            drive(link)
        }
        for listener in listeners where listener.isPaused { accept(at: listener) }
        setTimer()
    }

    private func isDue(_ link: Link) -> Bool {
        link.connection.deadline.map { $0 <= now } ?? false
    }

    /// Makes sure that there will be a sweep if there is anything to look at.
    mutating func setTimer() {
        guard !isTimerSet, !links.isEmpty || listeners.contains(where: { $0.isPaused }) else {
            return
        }
        isTimerSet = true
        sweepDue = now.advanced(by: .milliseconds(Self.sweepMilliseconds))
        SystemCall.set(timer, milliseconds: Self.sweepMilliseconds)
    }
}
