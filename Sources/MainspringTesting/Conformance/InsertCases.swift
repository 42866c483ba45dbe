import MainspringCore
import MainspringStore

extension StoreConformance {
    static let insertCases: [Case] = [
        Case("a new job is there as it was given") { probe in
            let new = try probe.new(
                "a", kind: "k", version: 4, queue: "q", priority: .high, arguments: #"{"x":1}"#, maxAttempts: 7,
                maxRescues: 9, tags: ["t", "ü\""], metadata: ["trace": "00-1", "ü": ""],
                unique: UniqueHold(key: "u", states: StoreProbe.unfinished, until: probe.at(9), onConflict: .throttle),
                schedule: "s", deadline: 77)
            try await probe.add(new)
            try expectEqual(try await probe.job("a"), new.record, "the job")
            try expectEqual(try await probe.attempts("a"), [], "its attempts")
            try expectEqual(try await probe.store.outputs(of: probe.id("a")), [], "its output")
            try expectEqual(try await probe.store.job(probe.id("b")), nil, "another id")
            try expectEqual(try await probe.store.attempts(of: probe.id("b")), nil, "another id's attempts")
            try expectEqual(try await probe.store.outputs(of: probe.id("b")), [], "another id's output")
        },
        Case("the same id with the same content is a duplicate, with other content a conflict") { probe in
            try await probe.add(try probe.new("a", arguments: #"{"x":1}"#))
            let there = try await probe.job("a")
            let again = try await probe.insert(try probe.new("a", now: 5, arguments: #"{"x":1}"#))
            try expectEqual(again, .duplicate(there), "the same again")
            for other in [
                try probe.new("a", kind: "other", arguments: #"{"x":1}"#),
                try probe.new("a", queue: "other", arguments: #"{"x":1}"#),
                try probe.new("a", arguments: #"{"x":2}"#),
            ] {
                try expectEqual(try await probe.insert(other), .idConflict, "other content")
            }
            try expectEqual(try await probe.all(), [there], "the jobs")
        },
        Case("the same id is a duplicate in every state") { probe in
            try await addOneOfEach(probe)
            for name in JobState.allCases.map(\.rawValue) {
                let there = try await probe.job(name)
                try expectEqual(try await probe.insert(try probe.new(name)), .duplicate(there), "\(name) again")
                try expectEqual(try await probe.job(name), there, "\(name) afterwards")
            }
        },
        Case("a queue takes jobs up to its limit of waiting ones") { probe in
            try await probe.add(try probe.new("a", limit: 2), try probe.new("b", due: 10, limit: 2))
            try expectEqual(try await probe.insert(try probe.new("c", limit: 2)), .queueFull(limit: 2), "one more")
            try await probe.add(try probe.new("elsewhere", queue: "other", limit: 1))
            let there = try await probe.job("a")
            try expectEqual(
                try await probe.insert(try probe.new("a", limit: 2)), .duplicate(there), "a duplicate at the limit")
            _ = try await probe.claimOne()
            try await probe.add(try probe.new("c", limit: 2))
            try await probe.cancel("b")
            try await probe.add(try probe.new("d", limit: 2), try probe.new("unlimited"))
        },
        Case("parked jobs, and jobs that wait for a holder's end, count against the queue's limit") { probe in
            try await probe.add(try probe.new("odd", kind: "odd"))
            try expectEqual(try await probe.park().parked, 1, "parked")
            let key = UniqueHold(key: "u", states: StoreProbe.unfinished, onConflict: .keepLast)
            try await probe.add(try probe.new("holder", unique: key))
            _ = try await probe.claimOne()
            guard case .inserted = try await probe.insert(try probe.new("next", unique: key, limit: 2)) else {
                throw ConformanceFailure("the second of two places")
            }
            try expectEqual(try await probe.insert(try probe.new("c", limit: 2)), .queueFull(limit: 2), "the third")
            // It takes the place of one that is there.
            let newer = try await probe.insert(try probe.new("newer", now: 1, unique: key, limit: 2))
            try expectEqual(newer, .replaced(try await probe.job("next")), "a newer one at the limit")
        },
        Case("what stands in a job's way is told in one order") { probe in
            try await addOneOfEach(probe)
            let stale = Term(number: (try await probe.term()).number - 1)
            let gone = ParentAttempt(id: try probe.id("completed"), token: AttemptToken(rawValue: "n.1"))
            let skipping = ScheduleOccurrence(schedule: "s", instant: probe.at(1), skipsOverlap: true)
            let held = UniqueHold(key: "u", states: StoreProbe.unfinished)
            try await probe.add(try probe.new("first", unique: held, occurrence: skipping))
            func answer(
                _ name: String, occurrence: ScheduleOccurrence? = nil, term: Term? = nil, parent: ParentAttempt? = nil,
                arguments: String = "{}"
            ) async throws -> InsertResult {
                var occurrence = occurrence
                occurrence?.term = term
                let new = try probe.new(
                    name, arguments: arguments, unique: held, occurrence: occurrence, limit: 0, parent: parent)
                return try await probe.insert(new)
            }
            let later = ScheduleOccurrence(schedule: "s", instant: probe.at(2), skipsOverlap: true)
            let first = try await probe.job("first")
            try expectEqual(
                try await answer("first", occurrence: skipping, term: stale, parent: gone), .staleTerm, "the term")
            try expectEqual(try await answer("first", occurrence: skipping, parent: gone), .staleParent, "the parent")
            try expectEqual(
                try await answer("first", occurrence: skipping, arguments: "[]"), .alreadyFired, "the occurrence")
            try expectEqual(try await answer("first", occurrence: later, arguments: "[]"), .idConflict, "the id")
            try expectEqual(try await answer("first"), .duplicate(first), "the same id")
            try expectEqual(try await answer("b", occurrence: later), .overlapped(first.id), "the overlap")
            try expectEqual(try await answer("b"), .duplicate(first), "the key")
            let free = try await probe.insert(try probe.new("b", limit: 0))
            try expectEqual(free, .queueFull(limit: 0), "the limit")
        },
        Case("a new job is available or scheduled, nothing else") { probe in
            for state in JobState.allCases where state != .available && state != .scheduled {
                var new = try probe.new("a")
                new.record.state = state
                let result = try? await probe.store.insert([[try probe.new("good")], [new]], now: probe.at(0))
                try expect(result == nil, "a new job cannot be \(state.rawValue)")
            }
            try expectEqual(try await probe.all(), [], "the jobs")
        },
        Case("no groups, an empty group: nothing is written, and the answer has their shape") { probe in
            try expectEqual(try await probe.store.insert([], now: probe.at(0)), [], "no groups")
            try expectEqual(try await probe.store.insert([[], []], now: probe.at(0)), [[], []], "empty groups")
            try expectEqual(try await probe.store.queues(), [], "the queues")
        },
    ]
}
