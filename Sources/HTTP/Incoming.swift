// SPDX-License-Identifier: Apache-2.0

/// The content of a request on its way in.
///
/// Short content is taken in as it comes. Long content is collected into pieces, and each is handed
/// over to be taken in beside the event loop, while the next one comes: however long a body, others
/// on the loop wait for no more than the copying of its bytes.
struct Incoming: Sendable {
    /// How many bytes have come.
    private(set) var bytes = 0
    /// The bytes of memory that are kept.
    var footprint: Int { held + piece.footprint }

    private var intake: (any Intake)?
    private var state = State.none
    /// What has come and is not taken in yet.
    private var piece = Piece()
    private var isComplete = false
    /// What the intake keeps, as far as that is known.
    private var held = 0
    /// The length from which content is long.
    private var shortBytes = 0
    private let budget: MemoryBudget

    private enum State {
        case none
        case here
        case away
    }

    /// - Parameter budget: Where the memory for long content is taken from.
    init(_ budget: MemoryBudget) {
        self.budget = budget
    }

    /// Gets ready for the content of a request.
    ///
    /// - Parameters:
    ///   - intake: Who takes the content in.
    ///   - shortBytes: Content up to this length is taken in as it comes.
    mutating func begin(_ intake: consuming any Intake, shortBytes: Int) {
        self.intake = intake
        self.shortBytes = shortBytes
        state = .here
        bytes = 0
        held = 0
        isComplete = false
        isDear = false
    }

    /// The same, as yet without content.
    func emptied() -> Incoming { Incoming(budget) }

    /// Forgets what there is.
    mutating func clear() {
        guard state != .none else { return }
        state = .none
        intake = nil
        piece = Piece()
        held = 0
    }

    /// Whether there is more to hand over than there is to wait for.
    var wantsHandOver: Bool {
        state == .here && (piece.count >= Piece.leastBytes || isComplete && !piece.isEmpty)
    }

    /// Whether somebody takes a part of it in at this moment.
    var isAway: Bool { state == .away }

    /// Whether nothing more may come before the intake is back.
    var isFull: Bool { state == .away && piece.count >= Piece.fullBytes }

    /// Whether all of it is there, and the intake has it or can be given it with the question.
    var isReady: Bool { isComplete && state != .away }

    /// Whether nobody takes content in.
    var isAbsent: Bool { state == .none }

    /// Whether it is answered beside the loop.
    var isLong: Bool { bytes > shortBytes || isDear }

    /// More than the answer to short content takes: a number of two bytes has an element, a gradient
    /// and a Hessian of eight bytes, and as text of 25, and as much is taken on the way.
    var answerFootprint: Int { 64 * bytes }

    /// Whether the intake has found that the rest is for a worker.
    private var isDear = false

    /// How many bytes can come at once.
    var room: Int { Piece.fullBytes - min(piece.count, Piece.fullBytes) }

    /// Adds bytes that have come.
    ///
    /// - Parameters:
    ///   - part: The bytes.
    ///   - isLast: Whether the content is known to end with them.
    ///   - length: How long it is in all, if that is known.
    mutating func add(_ part: ArraySlice<UInt8>, isLast: Bool, of length: Int?) {
        bytes += part.count
        isComplete = isLast
        if !piece.isEmpty || state == .away || isDear || max(bytes, length ?? 0) > shortBytes {
            piece.append(part)
        } else {
            isDear = intake?.take(part.span, isLast: isLast) ?? false
            held = Self.bytesHeld * bytes
        }
    }

    /// The bytes that are kept for each byte of short content: a number of two bytes takes eight.
    private static let bytesHeld = 5

    /// Adds bytes that are read straight into place; how many there were.
    mutating func add(
        upTo count: Int,
        of left: Int,
        _ read: (inout OutputSpan<UInt8>) -> Void
    ) -> Int {
        // An announcement costs a client nothing, so room is made in proportion to what has come.
        let planned = min(piece.count + left, Piece.fullBytes, max(64 * 1_024, 8 * bytes))
        let added = piece.append(upTo: count, planned: planned, read)
        bytes += added
        isComplete = added == left
        return added
    }

    /// Says that the content has ended.
    mutating func end() {
        guard !isComplete else { return }
        isComplete = true
        guard piece.isEmpty, state == .here, !isLong else { return }
        let nothing: [UInt8] = []
        isDear = intake?.take(nothing.span, isLast: true) ?? false
    }

    /// The intake and what it has to take in next; nil where it is away.
    mutating func handOver() -> Errand? {
        guard state == .here, let owner = intake.take() else { return nil }
        state = .away
        let memory = MemoryAccount(budget, adopting: footprint)
        held = 0
        let piece = piece
        self.piece = Piece()
        return Errand(intake: owner, piece: piece, isLast: isComplete, memory: memory)
    }

    /// Takes the intake back.
    mutating func takeBack(_ errand: consuming Errand) {
        guard state == .away else { return }
        state = .here
        held = errand.intake.footprint
        intake = errand.intake
    }

    /// The answer to short content.
    mutating func answer() -> Response? {
        // In place: an intake that were copied out would be copied with all that it holds.
        let response = intake?.answer()
        intake = nil
        return response
    }
}

/// A piece of long content and who takes it in.
package struct Errand: Sendable {
    package var intake: any Intake
    /// What it holds: all that its connection held before it was handed over, and what is taken
    /// meanwhile.
    package let memory: MemoryAccount
    private var piece: Piece
    private let isLast: Bool

    init(intake: any Intake, piece: Piece, isLast: Bool, memory: MemoryAccount) {
        self.intake = intake
        self.piece = piece
        self.isLast = isLast
        self.memory = memory
    }

    /// Has the piece taken in.
    ///
    /// - Returns: Why the request has to be refused; nil if it has not.
    package mutating func run() -> Refusal? {
        let piece = piece
        // From here on nobody else has it, so that it can be taken over as it is.
        self.piece = Piece()
        if !piece.isEmpty || isLast { intake.take(consume piece, isLast: isLast, memory) }
        return memory.refusal
    }

    /// Has the piece taken in and the answer made.
    ///
    /// - Returns: The answer, or why the request has to be refused.
    package mutating func answer() -> Result<Response, Refusal> {
        if let refusal = run() { return .failure(refusal) }
        guard memory.take(intake.answerFootprint) else {
            return .failure(memory.refusal ?? .memoryExhausted)
        }
        return .success(intake.answer())
    }
}
