// SPDX-License-Identifier: Apache-2.0

/// A worker job that passes a segment of large content to its intake.
package struct IntakeJob: Sendable {
    package var intake: any Intake
    /// The memory account of the request: everything its connection held before the handoff, and
    /// everything reserved during the job.
    package let memory: MemoryAccount
    /// The part of the response that was made of the segment.
    private(set) var part: Response?
    private var segment: BodySegment
    private let isLast: Bool

    init(intake: any Intake, segment: BodySegment, isLast: Bool, memory: MemoryAccount) {
        self.intake = intake
        self.segment = segment
        self.isLast = isLast
        self.memory = memory
    }

    /// Whether the result is no longer needed: the client has gone, or the request was refused.
    package var isCancelled: Bool { memory.cancellation.isCancelled }

    /// Passes the segment to the intake, and takes the part of the response that was made of it.
    ///
    /// - Returns: The reason to refuse the request; `nil` if there is none.
    package mutating func run() -> Refusal? {
        let refusal = receive()
        if refusal == nil { part = intake.takePart() }
        return refusal
    }

    private mutating func receive() -> Refusal? {
        let segment = segment
        let segmentBytes = segment.footprint
        // The local variable is now the only owner, so the segment can be moved instead of copied.
        self.segment = BodySegment()
        if !segment.isEmpty || isLast { intake.receive(consume segment, isLast: isLast, memory) }
        // The intake has reserved memory for the values that it keeps.
        memory.releaseText(segmentBytes)
        return memory.refusal
    }

    /// Passes the segment to the intake and makes the response.
    ///
    /// - Returns: The response, or the reason to refuse the request; `nil` if the job is cancelled.
    package mutating func respond() -> Result<Response, Refusal>? {
        let refusal = receive()
        guard !isCancelled else { return nil }
        if let refusal { return .failure(refusal) }
        memory.endText(keeping: intake.footprint)
        guard memory.reserve(intake.responseFootprint) else {
            return isCancelled ? nil : .failure(memory.refusal ?? .memoryExhausted)
        }
        let response = intake.makeResponse(unless: memory.cancellation)
        return isCancelled ? nil : .success(response)
    }
}
