import Instrumentation
import MainspringCore

/// The trace that a job is enqueued in, carried in its metadata under the names that the program's instrument uses, such as
/// `traceparent`.
enum JobTrace {
    /// The requests with the caller's trace in their metadata. One stays as it is when there is no trace, or when it would be
    /// more metadata than a job may have; the caller's own entries stay.
    static func carried(by requests: [JobRequest]) -> [JobRequest] {
        guard let context = ServiceContext.current, !context.isEmpty else { return requests }
        var trace: [String: String] = [:]
        InstrumentationSystem.instrument.inject(context, into: &trace, using: Metadata())
        guard !trace.isEmpty else { return requests }
        return requests.map { request in
            var traced = request
            traced.metadata.merge(trace) { own, _ in own }
            return JobRequest.fits(traced.metadata) ? traced : request
        }
    }

    /// Nil when the job was enqueued outside of every trace.
    static func origin(of job: JobRecord, _ instrument: any Instrument) -> ServiceContext? {
        var context = ServiceContext.topLevel
        instrument.extract(job.metadata, into: &context, using: Metadata())
        return context.isEmpty ? nil : context
    }

    private struct Metadata: Injector, Extractor {
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    }
}
