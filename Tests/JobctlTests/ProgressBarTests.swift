import JobsysTestKit
import Synchronization
import Testing

@testable import jobctl

@Suite("The progress bar")
final class ProgressBarTests: Sendable {
    private let clock = ManualClock()
    private let written = Mutex<[String]>([])

    private func bar(size: Int? = 1000, isOn: Bool = true) -> ProgressBar {
        ProgressBar(size: size, isOn: isOn, clock: clock) { text in self.written.withLock { $0.append(text) } }
    }

    @Test(
        "says how far it came, how fast, and what failed",
        arguments: [
            (1000, ProgressBar.Position(), 0.5, "[                        ] 0 %, 0 lines"),
            (
                1000, .init(lines: 100, failed: 2, bytes: 500), 4,
                "[============            ] 50 %, 100 lines, 2 failed, 25 a second"
            ),
            (1000, .init(lines: 7, bytes: 1200), 0.9, "[========================] 100 %, 7 lines"),
            (nil, .init(lines: 1_000_000, bytes: 5), 10, "1000000 lines, 100000 a second"),
            (0, .init(), 0, "0 lines"),
        ] as [(Int?, ProgressBar.Position, Double, String)]
    )
    func text(size: Int?, position: ProgressBar.Position, seconds: Double, text: String) {
        #expect(bar(size: size).text(position, after: .seconds(seconds)) == text)
    }

    @Test("is drawn ten times a second at most, and makes way for lines")
    func drawing() {
        let bar = bar()
        bar.show(.init(lines: 1, bytes: 0))
        bar.show(.init(lines: 2, bytes: 0))
        bar.writeLine("a line")
        bar.hide()
        clock.advance(by: .milliseconds(100))
        bar.show(.init(lines: 3, bytes: 0))
        bar.hide()
        let empty = "[                        ] 0 %"
        #expect(
            written.withLock { $0 } == [
                "\r\u{1b}[K\(empty), 1 lines", "\r\u{1b}[K", "a line\n", "\r\u{1b}[K\(empty), 3 lines", "\r\u{1b}[K",
            ]
        )
    }

    @Test("is nothing but lines where there is no terminal")
    func off() {
        let bar = bar(isOn: false)
        bar.show(.init(lines: 1, bytes: 1))
        bar.writeLine("a line")
        #expect(written.withLock { $0 } == ["a line\n"])
    }
}
