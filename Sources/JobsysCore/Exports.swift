// The words that handlers are written in are the domain's own: ids, failures, policies.
@_exported public import JobsysHandlers
