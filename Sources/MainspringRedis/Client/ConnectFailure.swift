import Glibc
import MainspringCore
import NIOCore
import NIOPosix
import NIOSSL

/// Puts the errors of sockets and TLS into words.
enum ConnectFailure {
    static func reason(of error: any Error, to endpoint: RedisEndpoint) -> RedisError {
        switch error {
        case let error as NIOConnectionError:
            if let cause = error.connectionErrors.first?.error { return reason(of: cause, to: endpoint) }
            return .unreachable("no address of the host \(error.host) is known")
        case let error as IOError:
            return .unreachable(String(cString: strerror(error.errnoCode)))
        case ChannelError.connectTimeout(let amount):
            return .unreachable("no connection within \(Duration.nanoseconds(amount.nanoseconds).text)")
        case let error as MainspringError:
            return .broken(error.description)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return .broken("TLS: the server's certificate is for another host")
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            return tls("\(error)")
        default:
            return .unreachable("\(type(of: error))")
        }
    }

    /// The server ended the connection before it had said anything.
    static func closedEarly(usesTLS: Bool) -> String {
        usesTLS
            ? "the server ended the connection during the TLS handshake: does it speak TLS there?"
            : "the server ended the connection before the login was through: does it expect TLS there?"
    }

    private static func tls(_ text: String) -> RedisError {
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return .broken("TLS: the server's certificate is not trusted") }
        if text.contains("WRONG_VERSION_NUMBER") { return .broken("TLS: the server answers without TLS") }
        if text.contains("EOF during handshake") { return .unreachable(closedEarly(usesTLS: true)) }
        if text.contains("uncleanShutdown") { return .unreachable("the server closed the connection") }
        if text.contains("CERTIFICATE_REQUIRED") { return .broken("TLS: the server asks for a certificate") }
        return .broken("TLS: \(text.prefix(200))")
    }
}
