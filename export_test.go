package ll2

import "github.com/docking-event/ll2/internal/body"

// What the fuzzing calls: each is the one way of its kind into the package.
var (
	DecodeEvent = body.DecodeRow[DockingEvent]
	RetryAfter  = retryAfter
)
