/// The processes of the model.
enum ModelProcess: String, Sendable, Hashable, CaseIterable {
    case api
    case worker1
    case worker2
    case dlqHandler
    case reconciler
    case supervisor

    static let workers: [ModelProcess] = [.worker1, .worker2]
}
