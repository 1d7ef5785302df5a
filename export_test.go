package ll2

// What the fuzzing calls: each is the one way of its kind into the package.
var (
	DecodeEvent = read[DockingEvent]
	RetryAfter  = retryAfter
)
