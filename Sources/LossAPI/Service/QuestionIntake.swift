// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossFunctions
import TensorJSON

/// Takes in the body of a question, and answers it.
protocol QuestionIntake: Intake {
    associatedtype Question: Draft

    var members: MemberReader { get set }
    var draft: Question { get }
    var work: Work { get set }

    /// Reads what is there of the members into the draft.
    ///
    /// Each kind has this and what follows to itself: only there the two can be changed at once, and
    /// looked at without a copy.
    ///
    /// - Parameter isHurried: Whether to stop before what would keep an event loop for long.
    /// - Throws: What is wrong with the question.
    mutating func readMembers(isHurried: Bool) throws

    /// Computes the answer, once every member has been read.
    func computeAnswer() throws -> AnswerText

    /// Whether every member has been read, or reading was given up.
    var isRead: Bool { get }

    /// Whether what is left to do is for a worker.
    var isDear: Bool { get }
}

/// What else there is to know of a question that is being taken in.
struct Work: Sendable {
    /// See ``Response/route``.
    let route: RouteName
    let clock: MonotonicClock
    /// What is wrong with the question, as soon as that is known.
    var problem: Problem?
    var times = WorkTimes()
    /// The nanoseconds that an answer may take on an event loop: the two hand-overs to a worker and
    /// back take some 50 us.
    static let longestInline = 100_000

    /// When short content was last taken in, which is when computing begins: nobody waits between
    /// the two, and each look at the clock takes some 25 ns.
    var latest: Instant?

    init(route: RouteName, clock: @escaping MonotonicClock) {
        self.route = route
        self.clock = clock
    }
}

extension QuestionIntake {
    var footprint: Int { members.footprint + draft.footprint }

    var responseFootprint: Int { work.problem == nil ? draft.answerFootprint : 0 }

    mutating func receive(_ bytes: Span<UInt8>, isLast: Bool) -> Bool {
        guard case .none = work.problem else { return false }
        let start = work.clock()
        members.append(bytes)
        if isLast { members.end() }
        read(isHurried: true)
        let end = work.clock()
        work.times.parse += end.nanoseconds(since: start)
        work.latest = end
        return isDear
    }

    mutating func receive(_ segment: consuming BodySegment, isLast: Bool, _ memory: MemoryAccount) {
        guard case .none = work.problem else { return }
        let start = work.clock()
        members.setMeter(memory)
        defer { members.setMeter(nil) }
        if !segment.isEmpty {
            guard members.append(segment, memory) else { return members.skip() }
        }
        if isLast { members.end() }
        read()
        work.times.parse += work.clock().nanoseconds(since: start)
    }

    mutating func makeResponse() -> Response {
        readRest()
        if let problem = work.problem { return problem.response(route: work.route) }
        do {
            let read = work.latest ?? work.clock()
            var text = try computeAnswer()
            let computed = work.clock()
            let body = text.next()
            var times = work.times
            times.compute = computed.nanoseconds(since: read)
            if text.isAtEnd { times.serialize = work.clock().nanoseconds(since: computed) }
            return Response(
                status: .ok,
                fields: .ofAnswers,
                body: body,
                source: text.isAtEnd ? nil : text,
                route: work.route,
                times: times
            )
        } catch {
            return Problem(explaining: error, known: draft.known).response(route: work.route)
        }
    }

    /// Reads what is left, now that nothing more will come.
    private mutating func readRest() {
        guard !isRead else { return }
        let start = work.clock()
        members.end()
        read()
        let end = work.clock()
        work.times.parse += end.nanoseconds(since: start)
        work.latest = end
    }

    private mutating func read(isHurried: Bool = false) {
        guard case .none = work.problem else { return members.skip() }
        do {
            try readMembers(isHurried: isHurried)
        } catch {
            work.problem = Problem(explaining: error)
            members.skip()
        }
    }
}

struct LossIntake: QuestionIntake {
    var members: MemberReader
    var draft: LossDraft
    var work: Work

    mutating func readMembers(isHurried: Bool) throws {
        try members.read(into: &draft, isHurried: isHurried)
    }

    func computeAnswer() throws -> AnswerText { try draft.answer() }

    var isRead: Bool { members.isAtEnd }
    var isDear: Bool { members.isPaused || draft.answerNanoseconds > Work.longestInline }
}

struct PenaltyIntake: QuestionIntake {
    var members: MemberReader
    var draft: PenaltyDraft
    var work: Work

    mutating func readMembers(isHurried: Bool) throws {
        try members.read(into: &draft, isHurried: isHurried)
    }

    func computeAnswer() throws -> AnswerText { try draft.answer() }

    var isRead: Bool { members.isAtEnd }
    var isDear: Bool { members.isPaused || draft.answerNanoseconds > Work.longestInline }
}
