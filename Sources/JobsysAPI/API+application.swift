package import Hummingbird
import HummingbirdCore
import JobsysServiceRuntime
package import Logging
import NIOCore

/// Builds the server around the routes.
///
/// On a graceful shutdown it takes no more connections, answers the requests that are under way, and ends.
///
/// - Parameters:
///   - router: The routes.
///   - host: The address to listen on; `*` for every one, of IPv4 and of IPv6.
///   - port: The port to listen on; 0 takes a free one, which is logged.
///   - options: Limits and clocks.
///   - logger: Is told the port, and of requests that reach no route because they break a rule of HTTP.
/// - Returns: The server; it listens when it is run.
package func buildApplication(
    router: Router<APIRequestContext>,
    host: String,
    port: Int,
    options: APIOptions = APIOptions(),
    logger: Logger
) -> some ApplicationProtocol {
    let configuration = HTTP1Channel.Configuration(
        additionalChannelHandlers: [ExpectContinue(limit: options.bodyLimit), ConnectionEnd()],
        idleTimeout: TimeAmount(options.idleLimit),
        // Wider than what is allowed, so that the guard sees what was asked for and can say what is wrong with it.
        httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 4 * RequestRules.fieldLimit,
            maxHeaderListSize: 4 * RequestRules.headerLimit,
            maxHeaderFieldCount: 4 * RequestRules.fieldCountLimit
        )
    )
    let log = RequestLog(logger: logger, meter: options.requestMeter)
    return Application(
        responder: NormalizingResponder(router.buildResponder()),
        server: HTTPServerBuilder { responder in
            GuardedChannel(base: HTTP1Channel(responder: responder, configuration: configuration)) {
                RequestGuard(log: log, options: options, slowClient: SlowClient(options, logger: logger))
            }
        },
        configuration: ApplicationConfiguration(
            address: .listening(on: host, port: port),
            backlog: 1024,
            availableConnectionsDelegate: .maximum(options.connectionLimit, logger: logger.forHTTPServer)
        ),
        onServerRunning: { channel in logger.reportListening(on: channel) },
        logger: logger.forHTTPServer
    )
}
