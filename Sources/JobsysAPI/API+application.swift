package import Hummingbird
import JobsysServiceRuntime
package import Logging
import NIOCore

/// Builds the server around the routes.
///
/// On a graceful shutdown it takes no more connections, answers the requests that are under way, and ends.
///
/// - Parameters:
///   - router: The routes.
///   - host: The address to listen on.
///   - port: The port to listen on; 0 takes a free one, which is logged.
///   - bodyLimit: The longest body that a client is told to send if it asks, in bytes.
///   - logger: Is told the port.
/// - Returns: The server; it listens when it is run.
package func buildApplication(
    router: Router<BasicRequestContext>,
    host: String,
    port: Int,
    bodyLimit: Int = APIOptions().bodyLimit,
    logger: Logger
) -> some ApplicationProtocol {
    Application(
        router: router,
        server: .http1(
            configuration: .init(
                additionalChannelHandlers: [ExpectContinue(limit: bodyLimit), ConnectionEnd()],
                idleTimeout: .seconds(60),
                // Ids, keys and traces are all that our clients have to say in headers.
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 * 1024,
                    maxHeaderListSize: 32 * 1024,
                    maxHeaderFieldCount: 100
                )
            )
        ),
        configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
        onServerRunning: { channel in logger.reportListening(on: channel) },
        logger: logger.forHTTPServer
    )
}
