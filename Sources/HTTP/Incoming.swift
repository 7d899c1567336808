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
    var footprint: Int { held + piece.count }

    private var intake: (any Intake)?
    private var state = State.none
    /// What has come and is not taken in yet.
    private var piece: [UInt8] = []
    private var isComplete = false
    /// What the intake keeps, as far as that is known.
    private var held = 0
    /// The length from which content is long.
    private var shortBytes = 0

    private enum State {
        case none
        case here
        case away
    }

    /// Long enough to make up for handing it over, which takes some ten microseconds, and short
    /// enough to stay in a processor's cache.
    private static let pieceBytes = 512 * 1_024

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
    }

    /// Forgets what there is.
    mutating func clear() {
        guard state != .none else { return }
        state = .none
        intake = nil
        piece = []
        held = 0
    }

    /// Whether there is more to hand over than there is to wait for.
    var wantsHandOver: Bool {
        state == .here && (piece.count >= Self.pieceBytes || isComplete && !piece.isEmpty)
    }

    /// Whether nothing more may come before the intake is back.
    var isFull: Bool { state == .away && piece.count >= Self.pieceBytes }

    /// Whether all of it is there, and the intake has it or can be given it with the question.
    var isReady: Bool { isComplete && state != .away }

    /// Whether nobody takes content in.
    var isAbsent: Bool { state == .none }

    /// Whether it is answered beside the loop.
    var isLong: Bool { bytes > shortBytes }

    /// How many bytes can come at once.
    var room: Int { Self.pieceBytes - min(piece.count, Self.pieceBytes) }

    /// Adds bytes that have come.
    ///
    /// - Parameters:
    ///   - part: The bytes.
    ///   - isLast: Whether the content is known to end with them.
    ///   - length: How long it is in all, if that is known.
    mutating func add(_ part: ArraySlice<UInt8>, isLast: Bool, of length: Int?) {
        bytes += part.count
        isComplete = isLast
        if !piece.isEmpty || state == .away || max(bytes, length ?? 0) > shortBytes {
            piece.append(contentsOf: part)
        } else {
            intake?.take(part.span, isLast: isLast)
            held = bytes
        }
    }

    /// Adds bytes that are read straight into place; how many there were.
    mutating func add(
        upTo count: Int,
        of left: Int,
        _ read: (inout OutputSpan<UInt8>) -> Void
    ) -> Int {
        let before = piece.count
        // An announcement costs a client nothing, so room is made in proportion to what has come.
        if piece.capacity < before + count {
            piece.reserveCapacity(min(before + left, Self.pieceBytes, max(64 * 1_024, 8 * bytes)))
        }
        piece.append(addingCapacity: count) { read(&$0) }
        let added = piece.count - before
        bytes += added
        isComplete = added == left
        return added
    }

    /// Says that the content has ended.
    mutating func end() {
        isComplete = true
    }

    /// The intake and what it has to take in next; nil where it is away.
    mutating func handOver() -> Errand? {
        guard state == .here, let owner = intake.take() else { return nil }
        state = .away
        held += piece.count
        let piece = piece
        self.piece = []
        return Errand(intake: owner, piece: piece, isLast: isComplete)
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
    private var piece: [UInt8]
    private let isLast: Bool

    init(intake: any Intake, piece: [UInt8], isLast: Bool) {
        self.intake = intake
        self.piece = piece
        self.isLast = isLast
    }

    /// Has the piece taken in.
    package mutating func run() {
        let piece = piece
        self.piece = []
        if !piece.isEmpty || isLast { intake.take(piece.span, isLast: isLast) }
    }
}
