import MainspringCore

extension StoreTransaction {
    /// What the attempt that runs reported of its output; nil when it reported none.
    func liveOutput(of seq: Int64) throws -> AttemptOutput? {
        try statement("SELECT dropped, stdout, stderr FROM mainspring_live WHERE job = ?").bind(seq).first {
            $0.output(at: 0)
        }
    }

    func writeLiveOutput(_ output: AttemptOutput, of seq: Int64) throws {
        let sql = """
            INSERT INTO mainspring_live (job, dropped, stdout, stderr) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET dropped = excluded.dropped, stdout = excluded.stdout, stderr = excluded.stderr
            """
        try statement(sql).bind(seq, output.droppedBytes, output.standardOutput, output.standardError).run()
        reach(.stepped)
    }

    func removeLiveOutput(of seq: Int64) throws {
        try statement("DELETE FROM mainspring_live WHERE job = ?").bind(seq).run()
        reach(.stepped)
    }
}

extension SQLRow {
    /// From three columns: dropped bytes, standard output, standard error.
    func output(at column: Int32) -> AttemptOutput {
        AttemptOutput(
            standardOutput: bytes(column + 1), standardError: bytes(column + 2), droppedBytes: Int(int(column)))
    }
}
