import MainspringCore

/// A job as the API answers it.
func sampleJob(
    id: String = "job-1", state: String = "available", result: JSONValue = .null, error: JSONValue = .null,
    attempt: Int64 = 0
) -> JSONValue {
    [
        "id": .string(id), "kind": "scan", "state": .string(state), "queue": "default", "priority": "normal",
        "args": ["symbol": "AAPL"], "attempt": .integer(attempt), "max_attempts": 5, "result": result, "error": error,
        "tags": [],
        "created_at": "2025-12-31T23:58:00.000Z", "scheduled_at": "2025-12-31T23:58:00.000Z", "attempts": [],
    ]
}
