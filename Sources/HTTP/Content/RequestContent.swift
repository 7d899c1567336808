// SPDX-License-Identifier: Apache-2.0

/// The content of the current request.
///
/// Small content is passed to the intake as it arrives. Large content is collected in segments,
/// which workers process while the next one is received; so the event loop spends no more than the
/// time to copy the bytes, however large the body.
struct RequestContent: Sendable {
    /// The number of bytes received.
    private(set) var receivedBytes = 0
    /// The memory, in bytes, that is held.
    var footprint: Int { intakeFootprint + segment.footprint }

    private var intake: (any Intake)?
    /// Whether the intake may be restarted after its response.
    private var isRepeatable = false
    /// Whether the intake has been restarted for another request with the same head.
    private(set) var isRestarted = false
    private var state = State.none
    /// Bytes received and not yet processed.
    private var segment = BodySegment()
    private var isComplete = false
    /// The memory, in bytes, held by the intake as far as it is known.
    private(set) var intakeFootprint = 0
    /// The part of it that is text not yet read.
    private var intakeTextFootprint = 0
    /// The maximum length in bytes of content that is processed on the event loop.
    private var inlineBytes = 0
    /// The fewest bytes of content that hold a number.
    private var leastNumberBytes = 1
    /// The memory held for each number of small content, in bytes.
    private var numberFootprint = 0
    /// The length of a segment, in bytes, from which it is handed to a worker, and its maximum.
    private var segmentBytes = BodySegment.minimumBytes...BodySegment.maximumBytes
    let budget: MemoryBudget

    /// Tells the worker that holds the intake to stop; `nil` if none does.
    private var cancellation: Cancellation?

    private enum State {
        case none
        case local
        case onWorker
    }

    /// Creates empty content.
    ///
    /// - Parameter budget: The budget for the memory of large content.
    init(_ budget: MemoryBudget) {
        self.budget = budget
    }

    /// Prepares for the content of a request.
    ///
    /// - Parameters:
    ///   - intake: The intake that processes the content.
    ///   - inlineBytes: The maximum length in bytes of content that is processed on the event loop.
    ///   - length: The length of the content in bytes; `nil` if it is not known.
    ///   - isRepeatable: Whether the intake may be restarted after its response.
    ///   - options: The options of the intake.
    mutating func begin(
        _ intake: consuming any Intake,
        inlineBytes: Int,
        length: Int?,
        isRepeatable: Bool,
        _ options: borrowing IntakeOptions
    ) {
        self.intake = intake
        self.inlineBytes = inlineBytes
        self.isRepeatable = isRepeatable
        leastNumberBytes = options.leastNumberBytes
        numberFootprint = options.numberFootprint
        segmentBytes =
            options.respondsConcurrently
            ? 1...BodySegment.maximumConcurrentBytes
            : BodySegment.minimumBytes...BodySegment.maximumBytes
        beginAgain(length: length)
    }

    /// Prepares for the content of another request with the same intake, which is new or restarted.
    ///
    /// - Parameter length: The length of the content in bytes; `nil` if it is not known.
    mutating func beginAgain(length: Int?) {
        if let length { intake?.expect(length: length) }
        isRestarted = false
        state = .local
        receivedBytes = 0
        intakeFootprint = 0
        intakeTextFootprint = 0
        isComplete = false
        isExpensive = false
    }

    /// Returns empty content with the same budget.
    func makeEmpty() -> RequestContent { RequestContent(budget) }

    /// Cancels the job of a worker that holds the intake.
    func cancelJob() { cancellation?.cancel() }

    /// Discards the intake and the buffered bytes, and cancels the job of a worker.
    mutating func clear() {
        guard state != .none else { return }
        cancelJob()
        cancellation = nil
        state = .none
        if !isRestarted { intake = nil }
        segment = BodySegment()
        intakeFootprint = 0
        intakeTextFootprint = 0
    }

    /// Discards a restarted intake.
    mutating func forget() {
        guard isRestarted else { return }
        isRestarted = false
        intake = nil
    }

    /// Whether enough bytes are buffered to hand them to a worker.
    var isReadyForWorker: Bool {
        state == .local
            && (segment.count >= segmentBytes.lowerBound || isComplete && !segment.isEmpty)
    }

    /// Whether a worker holds the intake.
    var isOnWorker: Bool { state == .onWorker }

    /// Whether reading must pause until the worker returns the intake.
    var isFull: Bool { state == .onWorker && segment.count >= segmentBytes.upperBound }

    /// Whether the content is complete and the response can be made.
    var isReady: Bool { isComplete && state != .onWorker }

    /// The number of bytes received and handed to the intake.
    var processedBytes: Int { receivedBytes - segment.count }

    /// Whether an intake was set for the current request.
    var hasIntake: Bool { state != .none }

    /// Whether a worker must make the response.
    var needsWorker: Bool { receivedBytes > inlineBytes || isExpensive }

    /// The estimated memory, in bytes, to make the response to small content.
    ///
    /// A number has an element, a gradient and a Hessian of eight bytes each, as text up to 25 each,
    /// and the computation needs as much again.
    var responseFootprint: Int { 128 * receivedBytes / leastNumberBytes }

    /// Whether the intake asked for the remaining work to run on a worker.
    private var isExpensive = false

    /// The number of bytes that can be received at once.
    var remainingCapacity: Int {
        segmentBytes.upperBound - min(segment.count, segmentBytes.upperBound)
    }

    /// Adds bytes that have arrived.
    ///
    /// - Parameters:
    ///   - part: The bytes.
    ///   - isLast: Whether the content is known to end with them.
    ///   - length: The length of the whole content, if it is known.
    mutating func add(_ part: ArraySlice<UInt8>, isLast: Bool, of length: Int?) {
        receivedBytes += part.count
        isComplete = isLast
        if !segment.isEmpty || state == .onWorker || isExpensive
            || max(receivedBytes, length ?? 0) > inlineBytes
        {
            segment.append(part)
        } else {
            isExpensive = intake?.receive(part.span, isLast: isLast) ?? false
            intakeFootprint = numberFootprint * receivedBytes / leastNumberBytes
        }
    }

    /// Appends bytes that are read straight into the segment; returns their number.
    mutating func add(
        upTo count: Int,
        remaining: Int,
        _ read: (inout OutputSpan<UInt8>) -> Void
    ) -> Int {
        // Capacity grows with the bytes received, because announcing a large length costs a client
        // nothing.
        let planned = min(
            segment.count + remaining,
            segmentBytes.upperBound,
            max(64 * 1_024, 8 * receivedBytes)
        )
        let added = segment.append(upTo: count, planned: planned, read)
        receivedBytes += added
        isComplete = added == remaining
        return added
    }

    /// Records that the content has ended.
    mutating func end() {
        guard !isComplete else { return }
        isComplete = true
        guard segment.isEmpty, state == .local, !needsWorker else { return }
        let nothing: [UInt8] = []
        isExpensive = intake?.receive(nothing.span, isLast: true) ?? false
    }

    /// Takes the intake and the segment to process next as a job.
    ///
    /// - Parameter claim: The claim to memory of the request.
    /// - Returns: The job; `nil` if a worker holds the intake.
    mutating func takeJob(under claim: MemoryClaim?) -> IntakeJob? {
        guard state == .local, let intake = self.intake.take() else { return nil }
        state = .onWorker
        let cancellation = Cancellation()
        self.cancellation = cancellation
        let memory = MemoryAccount(
            budget,
            adopting: footprint,
            text: intakeTextFootprint + segment.footprint,
            claim: claim,
            cancellation: cancellation
        )
        intakeFootprint = 0
        let segment = segment
        self.segment = BodySegment()
        return IntakeJob(intake: intake, segment: segment, isLast: isComplete, memory: memory)
    }

    /// Takes back the intake of a finished job.
    mutating func complete(_ job: consuming IntakeJob) {
        guard state == .onWorker else { return }
        state = .local
        cancellation = nil
        intakeFootprint = job.intake.footprint
        intakeTextFootprint = job.intake.textFootprint
        intake = job.intake
    }

    /// Makes the response to small content.
    mutating func makeResponse() -> Response? {
        // Called in place: moving the intake out would copy its buffers.
        let response = intake?.makeResponse()
        isRestarted = isRepeatable && intake?.restart() ?? false
        if !isRestarted { intake = nil }
        return response
    }
}
