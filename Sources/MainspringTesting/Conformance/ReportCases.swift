import MainspringCore
import MainspringStore

extension StoreConformance {
    static let reportCases: [Case] = [
        Case("a running attempt tells its progress and its output, and each report is a sign of life") { probe in
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne()
            let half = JobProgress(fraction: 0.5, message: "ü 🚀")
            let output = AttemptOutput(standardOutput: [0, 255], standardError: [10], droppedBytes: 7)
            let told = try await probe.report(lease, progress: half, output: output, now: 3)
            try expectEqual(told, .recorded(cancelRequested: false), "the answer")
            try expectEqual(try await probe.job("a").progress, half, "the progress")
            try expectEqual(try await probe.job("a").heartbeatAt, probe.at(3), "the sign of life")
            let log = AttemptLog(number: 1, startedAt: probe.at(0), output: output)
            try expectEqual(try await probe.store.outputs(of: lease.job.id), [log], "the output")
            // What a report leaves out stays as it was told before.
            try expectEqual(try await probe.report(lease, now: 4), .recorded(cancelRequested: false), "a bare one")
            try expectEqual(try await probe.job("a").progress, half, "the progress after it")
            try expectEqual(try await probe.job("a").heartbeatAt, probe.at(4), "the sign of life after it")
            try expectEqual(try await probe.store.outputs(of: lease.job.id), [log], "the output after it")
            _ = try await probe.report(lease, progress: JobProgress(), output: AttemptOutput(), now: 5)
            try expectEqual(try await probe.job("a").progress, JobProgress(), "an empty progress")
            try expectEqual(try await probe.store.outputs(of: lease.job.id), [], "an empty output")
        },
        Case("a report tells whether somebody asked to cancel") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"))
            let leases = try await probe.claim()
            try await probe.cancel("b")
            let reports = leases.reversed().map { AttemptReport(id: $0.job.id, token: $0.token) }
            try expectEqual(
                try await probe.store.report(reports, now: probe.at(2)),
                [.recorded(cancelRequested: true), .recorded(cancelRequested: false)], "in the order of the reports")
        },
        Case("a token that no longer holds reports nothing") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"))
            let old = try await probe.claim(nonce: "x")
            _ = try await probe.reclaim(now: 1)
            let output = AttemptOutput(standardOutput: [1])
            let progress = JobProgress(fraction: 1)
            let waiting = try await probe.image()
            try expectEqual(
                try await probe.report(old[0], progress: progress, output: output), .stale, "while it waits")
            try expectEqual(try await probe.image(), waiting, "everything after it")
            let new = try await probe.claim(nonce: "y", now: 2)
            let running = try await probe.image()
            for lease in [
                old[0], Lease(job: new[0].job, token: new[1].token),
                Lease(job: new[0].job, token: AttemptToken(rawValue: "nonsense")),
                Lease(job: new[0].job, token: AttemptToken(rawValue: "")),
            ] {
                let told = try await probe.report(lease, progress: progress, output: output, now: 3)
                try expectEqual(told, .stale, "the token \(lease.token.rawValue)")
            }
            try expectEqual(try await probe.image(), running, "everything after them")
        },
        Case("stale reports do not keep the others of their step from being written") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"))
            let leases = try await probe.claim()
            try await probe.settle(leases[0], .success(result: nil), now: 1)
            let reports = leases.map {
                AttemptReport(id: $0.job.id, token: $0.token, progress: JobProgress(fraction: 0.25))
            }
            try expectEqual(
                try await probe.store.report(reports, now: probe.at(2)), [.stale, .recorded(cancelRequested: false)],
                "the answers")
            try expectEqual(try await probe.job("a").progress, nil, "the one that ended")
            try expectEqual(try await probe.job("b").progress?.fraction, 0.25, "the other")
        },
        Case("a settlement's output takes the place of what was reported, and the progress stays") { probe in
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne()
            let all = JobProgress(fraction: 1, message: "done")
            _ = try await probe.report(lease, progress: all, output: AttemptOutput(standardOutput: [1]), now: 1)
            let whole = AttemptOutput(standardOutput: [1, 2, 3])
            _ = try await probe.store.settle([
                probe.settlement(lease, .success(result: nil), now: 2, output: whole)
            ])
            try expectEqual(try await probe.store.outputs(of: lease.job.id).map(\.output), [whole], "the output")
            try expectEqual(try await probe.job("a").progress, all, "the progress")
            try expectEqual(try await probe.job("a").heartbeatAt, probe.at(1), "the sign of life")
        },
        Case("a report moves no lease: a job whose owner only reports is taken back") { probe in
            try await probe.beat(StoreProbe.alice)
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne(lease: 10)
            try await probe.advance(9)
            _ = try await probe.report(lease)
            try await probe.advance(2)
            try expectEqual(try await probe.reclaim(now: 11).map(\.id.rawValue), ["a"], "reclaimed")
        },
        Case("no reports, no answers") { probe in
            try expectEqual(try await probe.store.report([], now: probe.at(0)), [], "the answers")
        },
    ]
}
