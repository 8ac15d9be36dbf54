import JobsysCore
import JobsysTime

/// What was counted over an hour or a day, as the overview shows it.
struct ConsoleFigures {
    struct RangeLink {
        let name: String
        let path: String
        let isHere: Bool
    }

    struct Total {
        let name: String
        let count: Int
        var tone: String?
    }

    struct TypeRow {
        let name: String
        /// Whether it is one type, and not several together.
        let isType: Bool
        let accepted: Int
        let started: Int
        let succeeded: Int
        let retried: Int
        let failed: Int
        let hasFailed: Bool
        let cancelled: Int
        let classes: String
        let half: String
        let most: String
        let wait: String
    }

    let ranges: [RangeLink]
    let title: String
    let any: Bool
    let totals: [Total]
    let jobs: ConsoleChart
    let times: ConsoleChart
    let hasTimes: Bool
    let from: Moment
    let until: Moment
    let types: [TypeRow]
    let others: String?

    /// How many types are listed.
    private static let typeLimit = 25

    init(_ report: FigureBoard.Report, _ range: FigureBoard.Range) {
        ranges = FigureBoard.Range.allCases.map { other in
            let path = other == .hour ? ConsolePath.root : "\(ConsolePath.root)?range=\(other.rawValue)"
            return RangeLink(name: other.name, path: path, isHere: other == range)
        }
        title = range.title
        let total = report.total
        any = !total.isEmpty
        totals = [
            Total(name: "Accepted", count: total.count(.accepted)),
            Total(name: "Succeeded", count: total.count(.succeeded)),
            Total(name: "Retried", count: total.count(.retried), tone: total.count(.retried) > 0 ? "warn" : nil),
            Total(name: "Failed for good", count: total.count(.failed), tone: total.count(.failed) > 0 ? "bad" : nil),
            Total(name: "Cancelled", count: total.count(.cancelled)),
        ]
        jobs = .jobs(of: report, range)
        times = .times(of: report, range)
        hasTimes = total.runs().total > 0
        from = Moment(report.slots.first?.slot.start ?? report.readAt)
        until = Moment(report.readAt)
        let names = total.types.keys.sorted { left, right in
            let (one, other) = (total.weight(of: left), total.weight(of: right))
            return one == other ? left < right : one > other
        }
        types = names.prefix(Self.typeLimit).map { TypeRow($0, total) }
        others = names.count > Self.typeLimit ? "\(names.count - Self.typeLimit) more types are not listed." : nil
    }
}

extension ConsoleFigures.TypeRow {
    fileprivate init(_ type: String, _ figures: Figures) {
        name = type == Figures.rest ? "other types" : type
        isType = type != Figures.rest
        accepted = figures.count(.accepted, of: type)
        started = figures.count(.started, of: type)
        succeeded = figures.count(.succeeded, of: type)
        retried = figures.count(.retried, of: type)
        failed = figures.count(.failed, of: type)
        hasFailed = failed > 0
        cancelled = figures.count(.cancelled, of: type)
        classes = (figures.types[type] ?? [:])
            .compactMap { figure, count in
                if case .failure(let errorClass) = figure { "\(errorClass.rawValue) \(count)" } else { nil }
            }
            .sorted().joined(separator: ", ")
        half = boundText(figures.runs(of: type).quantile(0.5))
        most = boundText(figures.runs(of: type).quantile(0.95))
        wait = boundText(figures.waits(of: type).quantile(0.95))
    }
}

extension Figures {
    /// What is listed first: what fails, then what there is most of.
    fileprivate func weight(of type: String) -> Int { count(.failed, of: type) << 32 + count(.accepted, of: type) }
}

extension FigureBoard.Range {
    fileprivate var name: String { self == .hour ? "Hour" : "Day" }
    fileprivate var title: String { self == .hour ? "The last hour" : "The last 24 hours" }
}

/// A bound of times, for a reader: times are known to lie under it, and no more.
func boundText(_ bound: Int?) -> String {
    guard let bound else { return "" }
    guard bound != Figure.unbounded else { return "over 1 h" }
    let text =
        switch bound {
        case ..<1000: "\(bound) ms"
        case ..<60_000: bound % 1000 == 0 ? "\(bound / 1000) s" : "\(bound / 1000).\(bound % 1000 / 100) s"
        case ..<3_600_000: "\(bound / 60_000) min"
        default: "\(bound / 3_600_000) h"
        }
    return "≤ \(text)"
}
