import JobsysCore
import JobsysTime

/// A chart of bars, a slot of time beside the other, as the numbers that its SVG is made of.
struct ConsoleChart {
    struct Bar {
        let x: Int
        let y: Int
        let height: Int
        let tone: String
    }

    struct Slot {
        /// What is said of it where the pointer rests.
        let title: String
        let x: Int
        let bars: [Bar]
    }

    /// What the chart shows, for who cannot see it.
    let label: String
    let width: Int
    /// What the top of the chart stands for.
    let top: String
    let slots: [Slot]

    /// How wide a slot is, and how high the chart, in units of the SVG.
    private static let slotWidth = 10
    private static let height = 100

    /// How many jobs succeeded and failed in each slot, and how many attempts were retried.
    static func jobs(of report: FigureBoard.Report, _ range: FigureBoard.Range) -> ConsoleChart {
        let parts: [(Figure.Event, String)] = [(.succeeded, "good"), (.retried, "warn"), (.failed, "bad")]
        let top = report.slots.map { slot in parts.reduce(0) { $0 + slot.figures.count($1.0) } }.max() ?? 0
        let slots = report.slots.enumerated()
            .compactMap { index, slot -> Slot? in
                guard !slot.figures.isEmpty else { return nil }
                var base = 0
                let bars = parts.compactMap { event, tone -> Bar? in
                    let count = slot.figures.count(event)
                    guard count > 0, top > 0 else { return nil }
                    let (low, high) = (base * height / top, (base + count) * height / top)
                    base += count
                    return Bar(x: index * slotWidth, y: height - high, height: max(1, high - low), tone: tone)
                }
                let counts = [Figure.Event.accepted, .succeeded, .retried, .failed]
                    .map { "\(slot.figures.count($0)) \($0.rawValue)" }.joined(separator: ", ")
                return Slot(title: "\(slot.slot.clockTime): \(counts)", x: index * slotWidth, bars: bars)
            }
        let total = report.total
        let label =
            "Jobs \(range.step): \(total.count(.succeeded)) succeeded, \(total.count(.failed)) failed, "
            + "\(total.count(.retried)) attempts retried in all; at most \(top) in one"
        return ConsoleChart(label: label, width: report.slots.count * slotWidth, top: "\(top)", slots: slots)
    }

    /// How long half of the attempts took at most in each slot, and 95 % of them; a step up is the next longer bound.
    static func times(of report: FigureBoard.Report, _ range: FigureBoard.Range) -> ConsoleChart {
        let quantiles = report.slots.map { slot in
            let runs = slot.figures.runs()
            return (half: runs.quantile(0.5), most: runs.quantile(0.95))
        }
        let steps = quantiles.compactMap(\.most).map(step).max() ?? 0
        let slots = zip(report.slots, quantiles).enumerated()
            .compactMap { index, pair -> Slot? in
                guard let half = pair.1.half, let most = pair.1.most, steps > 0 else { return nil }
                let bars = [(most, "soft"), (half, "live")]
                    .map { bound, tone in
                        let high = step(bound) * height / steps
                        return Bar(x: index * slotWidth, y: height - high, height: high, tone: tone)
                    }
                let text = "\(pair.0.slot.clockTime): half \(boundText(half)), 95 % \(boundText(most))"
                return Slot(title: text, x: index * slotWidth, bars: bars)
            }
        let runs = report.total.runs()
        let label =
            "Run times \(range.step): half of all attempts \(boundText(runs.quantile(0.5))), "
            + "95 % \(boundText(runs.quantile(0.95)))"
        let top = boundText(quantiles.compactMap(\.most).max())
        return ConsoleChart(label: label, width: report.slots.count * slotWidth, top: top, slots: slots)
    }

    /// The place of a bound among all, from 1 up.
    private static func step(_ bound: Int) -> Int {
        1 + (Figure.bounds.firstIndex { bound <= $0 } ?? Figure.bounds.count)
    }
}

extension FigureBoard.Range {
    fileprivate var step: String { self == .hour ? "a minute" : "an hour" }
}

extension FigureSlot {
    /// When it begins, as a clock shows it.
    fileprivate var clockTime: String {
        let text = start.description
        return text.dropFirst(11).prefix(5) + " UTC"
    }
}
