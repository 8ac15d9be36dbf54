/// A role that is taken on with a token from a file, as in a pod of EKS.
struct WebIdentity: Sendable, Hashable {
    let tokenFile: String
    let roleARN: String
    let sessionName: String?
}
