import HTTPTypes
package import JobsysObservability
import Synchronization

/// Counts requests and the time that they take, by route.
package final class RequestMeter: MetricsSource {
    private struct Key: Hashable {
        let method: String
        let route: String
        let status: Int
    }

    private struct Tally {
        var counts: [Key: Int] = [:]
        var times: [String: Histogram] = [:]
    }

    private let tally = Mutex(Tally())

    /// Makes a meter that has counted nothing.
    package init() {}

    /// Notes that a request was answered.
    ///
    /// - Parameters:
    ///   - method: Its method; nil if that could not be read.
    ///   - route: The route that it matched, which is one of few; nil for none.
    ///   - status: What was answered.
    ///   - duration: From its head to the answer's.
    func note(_ method: HTTPRequest.Method?, route: String?, status: HTTPResponse.Status, took duration: Duration) {
        let key = Key(
            // Where there is no route, the method may be any text.
            method: route == nil ? "" : method?.rawValue ?? "",
            route: route ?? "",
            status: status.code
        )
        tally.withLock { tally in
            tally.counts[key, default: 0] += 1
            tally.times[key.route, default: Histogram()].record(duration / .seconds(1))
        }
    }

    /// Adds the requests.
    package func report(to page: inout MetricsPage) {
        let tally = tally.withLock { $0 }
        page.family(
            "jobsys_http_requests_total",
            .counter,
            "Requests that were answered; without a route, to no path of the API."
        ) {
            family in
            let counts = tally.counts.sorted {
                ($0.key.route, $0.key.method, $0.key.status) < ($1.key.route, $1.key.method, $1.key.status)
            }
            for (key, count) in counts {
                family.add(["method": key.method, "route": key.route, "status": "\(key.status)"], Double(count))
            }
        }
        page.family("jobsys_http_request_seconds", .histogram, "From a request's head to its answer's.") { family in
            for (route, times) in tally.times.sorted(by: { $0.key < $1.key }) { family.add(["route": route], times) }
        }
    }
}
