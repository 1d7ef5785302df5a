package ll2

import "github.com/docking-event/ll2/internal/body"

// Entry points for the fuzz targets.
var (
	DecodeEvent = body.DecodeRow[DockingEvent]
	RetryAfter  = retryAfter
)
