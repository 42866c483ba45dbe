import Synchronization

/// The names under which a value encodes its members, those without a value included.
enum PayloadNames {
    static func of(_ value: some Encodable) throws -> Set<String> {
        let recorder = Recorder()
        try value.encode(to: recorder)
        return recorder.names.withLock { $0 }
    }

    /// Takes the first level of names, and none of the values.
    private final class Recorder: Encoder {
        let names = Mutex<Set<String>>([])
        var codingPath: [any CodingKey] { [] }
        var userInfo: [CodingUserInfoKey: Any] { [:] }

        func add(_ key: some CodingKey) { _ = names.withLock { $0.insert(key.stringValue) } }

        func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
            KeyedEncodingContainer(Keyed(recorder: self))
        }

        func unkeyedContainer() -> any UnkeyedEncodingContainer { Nowhere() }

        func singleValueContainer() -> any SingleValueEncodingContainer { Passing(recorder: self) }
    }

    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let recorder: Recorder
        var codingPath: [any CodingKey] { [] }

        func encodeNil(forKey key: Key) { recorder.add(key) }
        func encode(_ value: some Encodable, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: (some Encodable)?, forKey key: Key) { recorder.add(key) }
        // Each has a default of its own, which says nothing of a missing value.
        func encodeIfPresent(_ value: Bool?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: String?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: Double?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: Float?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: Int?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: Int8?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: Int16?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: Int32?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: Int64?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: Int128?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: UInt?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: UInt8?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: UInt16?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: UInt32?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: UInt64?, forKey key: Key) { recorder.add(key) }
        func encodeIfPresent(_ value: UInt128?, forKey key: Key) { recorder.add(key) }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            recorder.add(key)
            return KeyedEncodingContainer(Keyed<Nested>(recorder: Recorder()))
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            recorder.add(key)
            return Nowhere()
        }

        func superEncoder() -> any Encoder {
            _ = recorder.names.withLock { $0.insert("super") }
            return Recorder()
        }

        func superEncoder(forKey key: Key) -> any Encoder {
            recorder.add(key)
            return Recorder()
        }
    }

    /// A value that encodes as another one.
    private struct Passing: SingleValueEncodingContainer {
        let recorder: Recorder
        var codingPath: [any CodingKey] { [] }

        func encodeNil() {}
        func encode(_ value: some Encodable) throws { try value.encode(to: recorder) }
    }

    private final class Nowhere: UnkeyedEncodingContainer {
        var codingPath: [any CodingKey] { [] }
        private(set) var count = 0

        func encodeNil() { count += 1 }
        func encode(_ value: some Encodable) { count += 1 }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            count += 1
            return KeyedEncodingContainer(Keyed<Nested>(recorder: Recorder()))
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            count += 1
            return Nowhere()
        }

        func superEncoder() -> any Encoder {
            count += 1
            return Recorder()
        }
    }
}
